//! T8, T11: the check of the documents, and the dispute that it waits for (C8).

use recourse_kernel::{Finding, Owner, PauseReason, Wait, WaitKind};

use super::marked;
use crate::domain::events::ClaimEvent;
use crate::domain::handle::verification;
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::compensation::compensated_by_seller;
use crate::domain::rules::rests_on;
use crate::domain::state::{Claim, Purchase, Stage};

/// T11: the provider checks the documents; missed once its days are over.
pub(super) fn check(claim: &Claim) -> Vec<Wait> {
    if !is_being_checked(claim) {
        return Vec::new();
    }
    let wait = Wait::new(claim.id, WaitKind::Documents, Owner::Provider, claim.filed_at);
    vec![match (claim.documents.due(), claim.documents.paused_for()) {
        (Some(due), None) => marked(claim, wait.until(due)),
        (Some(due), Some(_)) if claim.is_late(WaitKind::Documents, 0, due) => {
            marked(claim, wait.until(due))
        }
        (_, paused) => wait.paused(paused.unwrap_or(PauseReason::Answer)),
    }]
}

/// T8: unchecked documents count as accepted by the clock, where the terms say so.
pub(super) fn acceptance_by_the_clock(claim: &Claim) -> Vec<Wait> {
    let due = claim.documents.accepted_at().filter(|_| is_being_checked(claim));
    let is_paused = claim.documents.paused_for().is_some();
    let due = due.filter(|_| !is_paused);
    let wait = |due| {
        let kind = WaitKind::DocumentsAcceptance;
        let wait = Wait::new(claim.id, kind, Owner::Provider, claim.filed_at);
        marked(claim, wait.until(due))
    };
    due.map(wait).into_iter().collect()
}

/// C8: verification waits for the dispute with the seller, whose deadlines order-intake keeps.
pub(super) fn dispute_end(claim: &Claim) -> Vec<Wait> {
    if claim.stage != Stage::Submission {
        return Vec::new();
    }
    let wait = Wait::new(claim.id, WaitKind::DisputeEnd, Owner::Marketplace, claim.stage_since);
    vec![wait.paused(PauseReason::Dispute)]
}

/// T8: the documents count as accepted. A device that the seller has compensated is left to a
/// person, who rejects the claim.
pub(super) fn accepted(
    purchase: &Purchase,
    claim: &Claim,
    wait: &Wait,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    if compensated_by_seller(purchase, purchase.coverage(claim.policy)?) {
        return Ok(vec![super::missed(claim, wait)]);
    }
    let outcome = "the documents were not checked in time, so they count as accepted; exclusions \
         found at the inspection remain possible";
    let why = Finding::passed("T8", outcome).fact("due", wait.until);
    let why = rests_on(why, &["waits.documents_accepted_after"]);
    Ok(vec![verification::accepted(purchase, claim, true, vec![why])?])
}

fn is_being_checked(claim: &Claim) -> bool {
    matches!(claim.stage, Stage::Submission | Stage::Verification)
}
