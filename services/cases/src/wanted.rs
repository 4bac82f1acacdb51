//! What a step expects the buyer to read of a claim.

use recourse_kernel::{ClaimId, Principal};

/// Something that a step expects the buyer to read of the latest claim.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub who: Principal,
    pub claim: ClaimId,
    pub what: What,
}

/// What can be read of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Its likely cost (C5).
    Costs,
    Decisions,
}

impl Wanted {
    pub fn path(&self) -> String {
        let end = match self.what {
            What::Costs => "costs",
            What::Decisions => "decisions",
        };
        format!("/v1/claims/{}/{end}", self.claim)
    }
}
