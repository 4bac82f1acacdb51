//! What a replacement does to the original coverage (T7).

use super::*;

#[test]
fn t7_the_original_coverage_ends_with_a_replacement_if_the_terms_say_so() {
    let reported = insured().when(&orders(), now(), &replaced(Outcome::Replaced)).then(|events| {
        let [PolicyEvent::Ended(ended)] = events else { panic!("{events:?}") };
        assert_eq!(ended.reason, EndReason::CoverageReplaced);
        assert_eq!(ended.ended_at, at("2025-06-01T00:00:00Z"));
    });
    assert_eq!(Sales::wake_at(&reported.state), None, "no timer is left");
    // A second replacement, of the replacement, finds the policy ended; nothing is refunded for it.
    insured()
        .and(&orders(), now(), &replaced(Outcome::Replaced))
        .when(&orders(), now(), &replaced(Outcome::Replaced))
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn t7_the_original_coverage_continues_after_a_replacement_if_the_terms_say_so() {
    let reported = covered_soon().and_the_clock_reaches(at("2025-04-01T00:00:00Z")).when(
        &orders(),
        now(),
        &replaced(Outcome::Replaced),
    );
    let reported = reported.then(|events| assert!(events.is_empty()));
    assert_eq!(Sales::wake_at(&reported.state), Some(at("2026-03-10T19:00:00Z")), "until its end");
}

#[test]
fn t7_a_replacement_after_the_last_day_does_not_end_the_policy_again() {
    insured()
        .and_the_clock_reaches(at("2027-01-01T00:00:00Z"))
        .when(&orders(), now(), &replaced(Outcome::Replaced))
        .then(|events| assert!(events.is_empty()));
}
