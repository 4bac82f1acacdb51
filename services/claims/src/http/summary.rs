//! A claim in a list: its stage, and who must act next. This is a public format.

use recourse_kernel::{ClaimId, Instant, PolicyId};
use recourse_terms::{Outcome, Program, Provider};
use serde::Serialize;

use crate::domain::events::Side;
use crate::domain::state::{Claim, DecisionClock, Stage};
use crate::projections::claims::ClaimRow;

#[derive(Debug, Serialize)]
pub(super) struct ClaimSummary {
    pub(super) claim: ClaimId,
    policy: PolicyId,
    provider: Provider,
    program: Program,
    stage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    waits_for: &'static str,
    filed_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    decide_by: Option<Instant>,
    escalated: bool,
    review: bool,
}

impl ClaimSummary {
    pub(super) fn from_row(row: &ClaimRow) -> Self {
        let claim = &row.claim;
        Self {
            claim: claim.id,
            policy: claim.policy,
            provider: claim.provider.clone(),
            program: claim.program,
            stage: claim.stage.name(),
            outcome: claim.outcome(),
            waits_for: waits_for(claim),
            filed_at: claim.filed_at,
            decide_by: claim.clock.as_ref().and_then(DecisionClock::due),
            escalated: claim.escalated,
            review: claim.open_reviews().next().is_some(),
        }
    }
}

/// Who or what the claim is waiting for, as text.
fn waits_for(claim: &Claim) -> &'static str {
    if claim.open_appeal().is_some() && claim.is_open() {
        return "another reviewer at the provider, who decides the appeal";
    }
    if claim.open_questions().next().is_some() {
        return "the buyer's answer";
    }
    match &claim.stage {
        Stage::Submission => "the end of the dispute with the seller",
        Stage::Verification => "the provider, which checks the documents",
        Stage::Rejected { .. } => "the buyer, who can appeal",
        Stage::Inspection => match &claim.visit {
            Some(visit) if visit.given_up.is_some() => "the repair shop, which inspects the device",
            _ => "the device, which the buyer has to hand over",
        },
        Stage::Remedy(remedying) => match (remedying.chosen, claim.open_offer()) {
            (Some(_), _) => "the repair shop, which repairs the device",
            (None, Some(offer)) if offer.by == Side::Provider => "the buyer's answer to an offer",
            (None, Some(_)) => "the provider's answer to an offer",
            (None, None) => "the choice of a remedy",
        },
        Stage::Settlement(settling) if settling.all_payments_made => "the shipment to the buyer",
        Stage::Settlement(_) => "the payments",
        Stage::Closed { .. } => "nothing",
    }
}
