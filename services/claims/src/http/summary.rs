//! A claim in a list: its stage, and who must act next. This is a public format.

use recourse_kernel::{ClaimId, Instant, PolicyId, WaitsFor};
use recourse_terms::{Outcome, Program, Provider};
use serde::Serialize;

use crate::domain::handle::waits;
use crate::domain::state::DecisionClock;
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
    /// Who must act, and until when (T11).
    waits_for: Vec<WaitsFor>,
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
            waits_for: waits::of_claim(claim).iter().map(WaitsFor::from).collect(),
            filed_at: claim.filed_at,
            decide_by: claim.clock.as_ref().and_then(DecisionClock::due),
            escalated: claim.escalated,
            review: claim.open_reviews().next().is_some(),
        }
    }
}
