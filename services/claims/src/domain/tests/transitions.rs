//! What is decided moves a claim only along the allowed transitions; what is on the log is a fact.

use recourse_kernel::decider::Cause;
use recourse_kernel::{
    Context, Decider, FoldError, Folded, Input, NotAllowed, Record, Refused, WireError,
};
use recourse_terms::{TermsBook, Verdict};

use super::super::events::{Closed, VerdictRecorded};
use super::super::rejection::ClaimRejection;
use super::*;

/// Decides as claims does, except for a defect: whatever is asked, the shop's verdict follows.
struct Skipping;

impl Decider for Skipping {
    const CONTEXT: &'static str = Claims::CONTEXT;
    const TYPE_PREFIX: &'static str = Claims::TYPE_PREFIX;
    const FOLD_VERSION: u32 = Claims::FOLD_VERSION;
    const FOREIGN: &'static [&'static str] = Claims::FOREIGN;

    type State = Purchase;
    type Command = ClaimCommand;
    type Event = ClaimEvent;
    type Rejection = Refused<ClaimRejection>;
    type Reference = TermsBook;

    fn decide(
        _: &Purchase,
        _: &ClaimCommand,
        _: &Context<'_, TermsBook>,
    ) -> Result<Vec<ClaimEvent>, Refused<ClaimRejection>> {
        Ok(vec![premature_verdict()])
    }

    fn evolve(purchase: &mut Purchase, event: &ClaimEvent, at: Instant) {
        Claims::evolve(purchase, event, at);
    }

    fn apply_decided(
        purchase: &mut Purchase,
        event: &ClaimEvent,
        at: Instant,
    ) -> Result<(), NotAllowed> {
        Claims::apply_decided(purchase, event, at)
    }

    fn translate(record: &Record) -> Result<Option<ClaimCommand>, WireError> {
        Claims::translate(record)
    }
}

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

#[test]
fn an_input_whose_decision_skips_a_stage_is_not_answered() {
    let (requester, now) = (ann(), day(24));
    let cx = Context { now, principal: &requester, key: KEY.as_str(), reference: &*BOOK };
    let cause = Cause::Command {
        id: "c-1".to_owned(),
        mac: "m".to_owned(),
        causation_id: "c-1".to_owned(),
    };
    let input = Input {
        cause,
        at: now,
        principal: requester.clone(),
        position: "recourse.claims.commands.v1/0/0".to_owned(),
        traceparent: None,
        command: Some(accept(1)),
    };
    let mut stream = Folded { state: in_verification(), ..Folded::default() };
    let mut records = Vec::new();
    let outcome = stream.answer::<Skipping>(&input, &cx, now, None, true, &mut records);
    // The writer dead-letters the input for this error.
    assert!(matches!(outcome, Err(FoldError::NotAllowed { .. })), "{outcome:?}");
    assert!(records.is_empty());
}
