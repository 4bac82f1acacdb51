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

#[test]
fn a_claim_closed_without_a_replacement_does_not_affect_the_policy() {
    let record = |outcome: &str| recourse_kernel::Record {
        id: format!("claims/{}/3", key()),
        source: "/recourse/claims".into(),
        type_name: "recourse.claim.closed.v1".into(),
        subject: device().policy().claim(1).to_string(),
        time: now(),
        recorded: now(),
        key: key().to_string(),
        stream: format!("claims/{}", key()),
        version: 3,
        input: "clock".into(),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: format!("claims/{}/2", key()),
        correlation_id: order().to_string(),
        principal: orders(),
        terms: None,
        claim: None,
        stage: None,
        release: recourse_kernel::record::RELEASE.to_owned(),
        previous_hash: recourse_kernel::Hash::default(),
        hash: recourse_kernel::Hash::default(),
        traceparent: None,
        body: serde_json::to_vec(&serde_json::json!({
            "claim": device().policy().claim(1), "policy": device().policy(), "outcome": outcome,
            "closed_at": now(), "findings": [],
        }))
        .unwrap(),
    };
    assert_eq!(Sales::translate(&record("repaired")).unwrap(), None);
    assert!(matches!(
        Sales::translate(&record("replaced")).unwrap(),
        Some(SalesCommand::NoteClaimClosed(_))
    ));
}
