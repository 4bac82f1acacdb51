//! A delivery that is corrected moves the days of its policies (S9).

use super::*;

#[test]
fn a_corrected_delivery_moves_the_coverage_days() {
    let corrected = SalesCommand::NoteDeliveryCorrected(delivery("2025-03-13T08:00:00Z"));
    covered_soon().when(&orders(), now(), &corrected).then(|events| {
        let [PolicyEvent::CoverageScheduled(coverage)] = events else { panic!("{events:?}") };
        assert!(coverage.corrected);
        assert_eq!(coverage.starts, at("2025-03-28T19:00:00Z"));
    });
    let again = SalesCommand::NoteDeliveryCorrected(delivery("2025-03-10T20:30:00Z"));
    covered_soon().when(&orders(), now(), &again).then(|events| assert!(events.is_empty()));
}

#[test]
fn s9_a_delivery_corrected_after_the_end_moves_the_days_and_may_reopen_the_policy() {
    let expired = || covered_soon().and_the_clock_reaches(at("2026-03-12T00:00:00Z"));
    let corrected = |when: &str| SalesCommand::NoteDeliveryCorrected(delivery(when));
    let days = |events: &[PolicyEvent]| {
        let [PolicyEvent::CoverageScheduled(coverage)] = events else { panic!("{events:?}") };
        assert!(coverage.corrected);
        coverage.ends
    };
    // Five days later: coverage is extended to then, and ends again by itself.
    let later = corrected("2025-03-15T08:00:00Z");
    let reported = expired().when(&orders(), at("2026-03-12T00:00:00Z"), &later);
    let reported = reported.then(|events| assert_eq!(days(events), at("2026-03-14T19:00:00Z")));
    assert!(matches!(
        reported.state.policy(device().policy()).unwrap().stage,
        Stage::Scheduled(..)
    ));
    let again = expired().and(&orders(), at("2026-03-12T00:00:00Z"), &later);
    again.when_the_clock_reaches(at("2026-03-15T00:00:00Z")).then(|events| {
        assert!(events.iter().any(|event| matches!(event, PolicyEvent::Ended(_))), "{events:?}");
    });
    // Earlier: recorded, and the policy stays ended. Repeating it changes nothing.
    let earlier = corrected("2025-03-08T08:00:00Z");
    let reported = expired().when(&orders(), at("2026-03-12T00:00:00Z"), &earlier);
    let reported = reported.then(|events| assert_eq!(days(events), at("2026-03-07T19:00:00Z")));
    assert_eq!(reported.state.policy(device().policy()).unwrap().stage, Stage::Ended);
    expired()
        .and(&orders(), at("2026-03-12T00:00:00Z"), &earlier)
        .when(&orders(), at("2026-03-12T00:00:00Z"), &earlier)
        .then(|events| assert!(events.is_empty()));
    // A policy that ended with a replacement stays ended, and so does one whose device was refunded
    // in full.
    let replaced = insured().and(&orders(), now(), &replaced(Outcome::Replaced));
    let reported = replaced.when(&orders(), now(), &corrected("2025-05-15T08:00:00Z"));
    assert_eq!(reported.state.policy(device().policy()).unwrap().stage, Stage::Ended);
    let paid_back = expired().and(&orders(), now(), &refunded(1_234_500, true));
    let reported = paid_back.when(&orders(), now(), &later);
    assert_eq!(reported.state.policy(device().policy()).unwrap().stage, Stage::Ended);
}
