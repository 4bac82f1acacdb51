//! The one appeal, of a rejection or of a verdict. Another reviewer decides it, never the person
//! who made the decision.

use chrono::TimeDelta;
use recourse_kernel::{Finding, Instant, Tried};
use recourse_terms::{Outcome, Terms, Verdict};

use super::{endings, verification};
use crate::domain::commands::{Appeal, DecideAppeal};
use crate::domain::events::{AppealDecided, Appealed, ClaimEvent, VerdictRecorded};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::appeal::{
    another_reviewer, appeal_comes_in_time, only_one_appeal, what_can_be_appealed,
};
use crate::domain::rules::chain::third_repair_did_not_cure;
use crate::domain::rules::pinned;
use crate::domain::rules::requester::{only_named_staff, only_the_buyer};
use crate::domain::state::{Claim, Purchase, Remedying, Stage};
use crate::domain::{Cx, Decision};

/// A buyer can appeal once, within the period that the terms give.
pub(super) fn appeal(purchase: &Purchase, command: &Appeal, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    rules.all([only_one_appeal(claim)]);
    let (of, until) = rules.need(what_can_be_appealed(claim, terms))?;
    rules.all([appeal_comes_in_time(until, cx)]);
    rules.passed()?;
    let grounds = command.grounds.clone();
    let days = terms.claim.appeal_within_days;
    let decide_by = days.map(|days| cx.now + TimeDelta::days(days.into()));
    Ok(vec![ClaimEvent::Appealed(Appealed { claim: claim.id, of, grounds, decide_by })])
}

/// An overturned rejection accepts the documents; an overturned verdict becomes `covered`. A
/// rejection that is confirmed closes the claim.
pub(super) fn decide(purchase: &Purchase, command: &DecideAppeal, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_named_staff(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let of = claim.open_appeal().ok_or(ClaimRejection::NoOpenAppeal)?;
    let reviewer = another_reviewer(claim, cx)?;
    let decided = ClaimEvent::AppealDecided(AppealDecided {
        claim: claim.id,
        of,
        upheld: command.upheld,
        by: cx.principal.clone(),
        explanation: command.explanation.clone(),
        findings: vec![reviewer.clone()],
    });
    let end = match (&claim.stage, command.upheld) {
        (Stage::Rejected { .. }, true) => {
            Some(verification::accepted(purchase, claim, vec![reviewer])?)
        }
        (Stage::Rejected { .. }, false) => Some(close_after_rejection(purchase, claim, cx.now)),
        (Stage::Remedy(remedying), true) => {
            Some(verdict_turned(claim, remedying, terms, reviewer, cx))
        }
        _ => None,
    };
    Ok(std::iter::once(decided).chain(end).collect())
}

/// Closes the claim, because its rejection is final.
pub(super) fn close_after_rejection(
    purchase: &Purchase,
    claim: &Claim,
    now: Instant,
) -> ClaimEvent {
    let why = match claim.appeal {
        Some(_) => Finding::passed("appeal", "the appeal did not overturn the rejection"),
        None => Finding::passed("appeal", "the appeal period has ended"),
    };
    endings::end_without_remedy(purchase, claim, Outcome::Rejected, now, vec![why])
}

fn verdict_turned(
    claim: &Claim,
    remedying: &Remedying,
    terms: &Terms,
    reviewer: Finding,
    cx: &Cx<'_>,
) -> ClaimEvent {
    let (third_unsuccessful, repairs) = third_repair_did_not_cure(claim, Verdict::Covered, terms);
    ClaimEvent::VerdictRecorded(Box::new(VerdictRecorded {
        claim: claim.id,
        job: remedying.job,
        verdict: Verdict::Covered,
        cause: remedying.cause.clone(),
        by: cx.principal.clone(),
        found_at: cx.now,
        third_unsuccessful,
        appeal_until: None,
        terms: claim.terms.clone(),
        findings: vec![reviewer, repairs],
    }))
}
