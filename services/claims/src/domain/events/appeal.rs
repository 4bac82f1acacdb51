//! Appeals of a rejection, a verdict or a change of the chain (C11).

use recourse_kernel::{ClaimId, Findings, Instant, Principal, Sealed};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appealed {
    pub claim: ClaimId,
    pub of: AppealOf,
    pub grounds: Sealed,
    /// Deadline of the decision (T11); then the appeal goes to the marketplace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOf {
    Rejection,
    Verdict,
    /// The adjuster's change of the chain (C12).
    Chain,
}

/// C11: the provider did not decide the appeal in time, so the marketplace decides it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppealEscalated {
    pub claim: ClaimId,
    pub of: AppealOf,
    pub at: Instant,
    /// Deadline of the marketplace's decision (T11).
    pub decide_by: Instant,
}

/// C11: the buyer consents to the ending that the decision leads to, and gives up the appeal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consented {
    pub claim: ClaimId,
    pub at: Instant,
    /// Until when the provider chooses the remedy of what is covered (C4, T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_by: Option<Instant>,
}

/// Another reviewer decided the appeal, or the marketplace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppealDecided {
    pub claim: ClaimId,
    pub of: AppealOf,
    /// Whether the buyer was right, which overturns the rejection or the verdict.
    pub upheld: bool,
    pub by: Principal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
    /// Until when the provider makes an offer or chooses the remedy, if it is its turn again (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_by: Option<Instant>,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}
