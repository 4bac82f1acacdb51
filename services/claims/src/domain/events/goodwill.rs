//! Payments that the provider grants without owing them (M10).

use recourse_kernel::{ClaimId, Findings, Instant, Money, Principal, Sealed};
use recourse_terms::TermsRef;
use serde::{Deserialize, Serialize};

/// The provider granted a payment. Above the limit of the terms another person approves it first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoodwillGranted {
    pub claim: ClaimId,
    /// Number of the payment in the claim, from 1.
    pub goodwill: u32,
    pub amount: Money,
    /// Why, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Sealed>,
    pub by: Principal,
    /// Whether another person has to approve it.
    pub needs_approval: bool,
    /// Until when that person decides (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve_by: Option<Instant>,
    /// Version of the terms that this decision follows.
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// Another person of the provider approved the payment: it is owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoodwillApproved {
    pub claim: ClaimId,
    /// Number of the payment in the claim, from 1.
    pub goodwill: u32,
    pub amount: Money,
    pub by: Principal,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// Another person of the provider declined the payment: nothing is owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoodwillDeclined {
    pub claim: ClaimId,
    /// Number of the payment in the claim, from 1.
    pub goodwill: u32,
    pub by: Principal,
}
