//! What is decided moves a claim only along the allowed transitions; what is on the log is a fact.

use recourse_kernel::Decider as _;
use recourse_terms::Verdict;

use super::super::events::{Closed, VerdictRecorded};
use super::*;

/// A claim whose documents are being checked.
fn in_verification() -> Purchase {
    filed(WISETECH_REPAIR).when(&fact(), day(21), &completed()).state
}

/// The verdict of a visit that the claim has not reached.
fn premature_verdict() -> ClaimEvent {
    let mut recorded: Option<VerdictRecorded> = None;
    accepted(WISETECH_REPAIR)
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .when(&fact(), day(24), &verdict(1, Verdict::Covered, day(24)))
        .then(|events| {
            let [ClaimEvent::VerdictRecorded(verdict)] = events else { panic!() };
            recorded = Some((**verdict).clone());
        });
    ClaimEvent::VerdictRecorded(Box::new(recorded.unwrap()))
}

#[test]
fn a_decision_that_skips_a_stage_is_a_defect() {
    let defect = Claims::apply_decided(&mut in_verification(), &premature_verdict(), day(24));
    assert_eq!(
        defect.unwrap_err().to_string(),
        format!(
            "{} is in the verification stage; recourse.claim.verdict_recorded.v1 would leave it in \
             the remedy stage",
            claim(1)
        )
    );
}

#[test]
fn a_decision_along_an_allowed_transition_is_applied() {
    let mut purchase = in_verification();
    let closed = ClaimEvent::Closed(Closed {
        claim: claim(1),
        policy: policy(),
        outcome: Outcome::Withdrawn,
        closed_at: day(22),
        findings: Vec::new(),
    });
    Claims::apply_decided(&mut purchase, &closed, day(22)).unwrap();
    assert_eq!(purchase.claims[&claim(1)].stage.name(), "closed");
}

#[test]
fn a_replay_takes_every_transition() {
    let mut purchase = in_verification();
    Claims::evolve(&mut purchase, &premature_verdict(), day(24));
    assert_eq!(purchase.claims[&claim(1)].stage.name(), "remedy");
}
