//! S5: a policy keeps the terms that it was sold under. Until they are known here, nothing is
//! decided by others.

use recourse_kernel::Rejection as _;
use recourse_kernel::story::Story;
use recourse_terms::TermsBook;

use super::super::commands::{CoverageFact, NoteDispute};
use super::super::events::{ClaimEvent, DisputeEnding, DisputeState};
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

/// The end of a story, with the terms known here gone.
fn without_terms(tale: Tale) -> Story<'static, Claims> {
    tale.when(&fact(), day(30), &completed()).again(KEY.as_str(), &*NO_TERMS)
}

fn corrected_delivery() -> ClaimCommand {
    let days = days_under(WISETECH_REPAIR);
    note_coverage(CoverageFact::Scheduled { days, corrected: true })
}

fn lost_dispute() -> ClaimCommand {
    let state = DisputeState::Decided { ending: DisputeEnding::FullRefund, amount: None };
    let (device, dispute) = (device(), device().dispute(1));
    ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at: day(31) })
}

#[test]
fn s5_a_late_fact_is_not_recorded_without_the_reviews_that_it_may_need() {
    for (tale, late) in [
        (filed(WISETECH_REPAIR), corrected_delivery()),
        (accepted(WISETECH_REPAIR), lost_dispute()),
    ] {
        let refused = without_terms(tale)
            .when(&fact(), day(31), &late)
            .then_refused("terms.not_known", &["S5"]);
        assert!(refused.reason().not_known_yet, "the fact waits for the terms");
    }
}

#[test]
fn s5_refused_filings_are_reviewed_once_the_terms_are_known() {
    let too_early = covered(WISETECH_REPAIR).and_refused(&buyer(), day(3), &file(as_it_is));
    let refused = without_terms(too_early)
        .when(&fact(), day(31), &corrected_delivery())
        .then_refused("terms.not_known", &["S5"]);
    assert!(refused.reason().not_known_yet, "the fact waits for the terms");
}

#[test]
fn s1_a_dispute_about_a_claim_without_its_policy_waits_for_the_policy() {
    let mut past = Vec::new();
    let mut keep = |at, events: &[ClaimEvent]| {
        past.extend(events.iter().map(|event| (at, event.clone())));
    };
    covered(WISETECH_REPAIR)
        .when(&buyer(), day(20), &file(as_it_is))
        .then(|events| keep(day(20), events));
    filed(WISETECH_REPAIR).when(&ann(), day(21), &accept(1)).then(|events| keep(day(21), events));
    let refused = given::<Claims>(KEY.as_str(), &*BOOK, past)
        .when(&fact(), day(31), &lost_dispute())
        .then_refused("policy.not_known", &["S1"]);
    assert!(refused.reason().not_known_yet, "the fact waits for the policy");
}
