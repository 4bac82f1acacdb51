//! S5: a policy keeps the terms that it was sold under. Until they are known here, nothing is
//! decided by others.

use recourse_kernel::Rejection as _;
use recourse_terms::TermsBook;

use super::*;

static NO_TERMS: LazyLock<TermsBook> = LazyLock::new(TermsBook::default);

#[test]
fn s5_a_claim_under_terms_that_are_not_known_yet_is_not_decided() {
    let refused = given::<Claims>(KEY.as_str(), &*NO_TERMS, [])
        .and(&fact(), day(-10), &sold_event(WISETECH_REPAIR))
        .and(&fact(), day(0), &scheduled(WISETECH_REPAIR))
        .and(&fact(), day(2), &completed())
        .when(&buyer(), day(20), &file(as_it_is))
        .then_refused("terms.not_known", &["S5"]);
    assert!(refused.reason().not_known_yet, "the terms may be published but not read here");
    assert!(refused.to_string().contains(WISETECH_REPAIR));
}
