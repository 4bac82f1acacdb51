//! Changes of the chain that a claim belongs to (C12, T6, M1).

use recourse_kernel::{ClaimId, Findings, Instant, Principal, Sealed};
use recourse_terms::TermsRef;
use serde::{Deserialize, Serialize};

use super::submission::Chain;

/// The adjuster put the claim into a chain, or took it out; or an appeal restored the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainChanged {
    pub claim: ClaimId,
    /// The chain from now on, by which M1 and T6 count.
    pub chain: Chain,
    /// The chain before.
    pub was: Chain,
    pub by: Principal,
    /// Why, sealed; absent if an appeal restored the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Sealed>,
    /// First instant at which contesting is too late; absent if an appeal restored the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contest_by: Option<Instant>,
    /// How many earlier repairs elsewhere count in this chain (T6).
    #[serde(default)]
    pub repairs_elsewhere: u32,
    /// Whether the repairs of this chain put the device beyond repair (T6); absent before the
    /// verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_unsuccessful: Option<bool>,
    /// Version of the terms that this decision follows.
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// The buyer contested the change: another reviewer decides, like an appeal (C11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainContested {
    pub claim: ClaimId,
    pub grounds: Sealed,
    /// Deadline of the decision (T11); then it goes to the marketplace.
    pub decide_by: Instant,
}
