//! The one appeal, of a rejection or of a verdict.

use recourse_kernel::{ClaimId, Findings, Instant, Principal, Sealed};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appealed {
    pub claim: ClaimId,
    pub of: AppealOf,
    pub grounds: Sealed,
    /// Deadline of the decision (T8): the reviewer has as many days as the buyer had for the
    /// appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOf {
    Rejection,
    Verdict,
}

/// Another reviewer decided the appeal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppealDecided {
    pub claim: ClaimId,
    pub of: AppealOf,
    /// Whether the buyer was right, which overturns the rejection or the verdict.
    pub upheld: bool,
    pub by: Principal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}
