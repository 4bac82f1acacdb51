//! The one appeal, of a rejection or of a verdict.

use recourse_kernel::{ClaimId, Findings, Instant, Principal, Sealed};
use serde::{Deserialize, Serialize};

/// The buyer appealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appealed {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// What is appealed.
    pub of: AppealOf,
    /// The buyer's grounds, sealed.
    pub grounds: Sealed,
    /// Deadline of the decision (T8): the reviewer has as many days as the buyer had for the
    /// appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Instant>,
}

/// What can be appealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOf {
    /// The rejection of the documents.
    Rejection,
    /// The shop's verdict.
    Verdict,
}

/// Another reviewer decided the appeal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppealDecided {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// What was appealed.
    pub of: AppealOf,
    /// Whether the buyer was right, which overturns the rejection or the verdict.
    pub upheld: bool,
    /// Who decided the appeal.
    pub by: Principal,
    /// The reviewer's explanation, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}
