//! What follows from the decision of an appeal against a verdict (C11): an upheld one returns what
//! was paid for the verdict, and the claim continues; a confirmed one lets the device go.

use recourse_kernel::Finding;
use recourse_terms::{Outcome, SettlementFacts, Terms, Verdict};

use super::{endings, late_shipments, settlement, verification};
use crate::domain::Cx;
use crate::domain::events::{ClaimEvent, VerdictRecorded};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::chain::third_repair_did_not_cure;
use crate::domain::rules::pinned;
use crate::domain::rules::waits::provider_acts_by;
use crate::domain::state::{Claim, Purchase, Remedying, Stage};

/// C11: the verdict becomes `covered`, and what the buyer owed for it is written off or returned. A
/// device that has left comes again; a claim that has ended remains so.
pub(super) fn verdict(
    purchase: &Purchase,
    claim: &Claim,
    reviewer: &Finding,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let Some(found) = claim.found.as_ref() else { return Ok(Vec::new()) };
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut events: Vec<ClaimEvent> = settled_again(claim, terms).into_iter().collect();
    if is_over(claim) {
        return Ok(events);
    }
    events.push(if has_left(claim) {
        verification::accepted(purchase, claim, false, vec![reviewer.clone()])?
    } else {
        verdict_turned(claim, found, terms, reviewer.clone(), cx)
    });
    Ok(events)
}

/// Whether the claim has ended, or ends with the compensation of a loss (M8), so that no other
/// remedy follows.
fn is_over(claim: &Claim) -> bool {
    let is_lost = claim.visit.as_ref().is_some_and(|visit| visit.lost.is_some());
    match &claim.stage {
        Stage::Closed { .. } => true,
        Stage::Settlement(settling) => {
            let is_returned = settling.outcome == Outcome::ReturnedUnrepaired;
            is_lost || !is_returned || claim.review_of_the_loss().is_some()
        }
        _ => false,
    }
}

/// Whether the buyer has the device, or is about to get it. What was abandoned to the provider has
/// not gone to the buyer (M8).
fn has_left(claim: &Claim) -> bool {
    let is_handed_over = claim.visit.as_ref().is_some_and(|visit| visit.handed_over.is_some());
    is_handed_over && claim.abandoned.is_none()
}

/// C11: fees are returned when an appeal is upheld.
fn settled_again(claim: &Claim, terms: &Terms) -> Option<ClaimEvent> {
    let settled = claim.settled_as.as_ref()?.facts.clone();
    let facts = SettlementFacts { verdict: Some(Verdict::Covered), ..settled };
    let why = Finding::passed("C11", "the appeal was upheld: nothing is owed for the verdict");
    late_shipments::extend(claim, facts, None, vec![why], terms)
}

fn verdict_turned(
    claim: &Claim,
    found: &Remedying,
    terms: &Terms,
    reviewer: Finding,
    cx: &Cx<'_>,
) -> ClaimEvent {
    let (third_unsuccessful, repairs) = third_repair_did_not_cure(claim, Verdict::Covered, terms);
    ClaimEvent::VerdictRecorded(Box::new(VerdictRecorded {
        claim: claim.id,
        job: found.job,
        verdict: Verdict::Covered,
        cause: found.cause.clone(),
        defects: Vec::new(),
        by: cx.principal.clone(),
        found_at: cx.now,
        third_unsuccessful,
        appeal_from: None,
        appeal_until: None,
        act_by: Some(provider_acts_by(claim, Verdict::Covered, terms, cx)),
        terms: claim.terms.clone(),
        findings: vec![reviewer, repairs],
    }))
}

/// C11: the verdict remains in force. The ending that waited for the appeal is carried out.
pub(super) fn confirmed(
    purchase: &Purchase,
    claim: &Claim,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    if claim.is_repaired_in_part() {
        let why = Finding::passed("C11", "the appeal about the other defect was not upheld");
        return Ok(vec![repaired(purchase, claim, why, cx)?]);
    }
    let end = match claim.abandoned {
        Some(_) => settlement::close_as_abandoned(claim, None, cx.now),
        None => endings::close_when_complete(claim, cx.now),
    };
    Ok(end.into_iter().collect())
}

/// C4: settles a finished repair of what is covered, whose device waited for the appeal about
/// another defect.
pub(super) fn repaired(
    purchase: &Purchase,
    claim: &Claim,
    why: Finding,
    cx: &Cx<'_>,
) -> Result<ClaimEvent, ClaimRejection> {
    let coverage = purchase.coverage(claim.policy)?;
    let done = Finding::passed("stage 5", "the repair is finished");
    Ok(endings::start(coverage, claim, Outcome::Repaired, cx.now, vec![done, why]))
}
