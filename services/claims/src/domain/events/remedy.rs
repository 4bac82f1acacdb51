//! Stage 4, remedy: the choice of a remedy, and the offers that both sides make.

use recourse_kernel::{ClaimId, Findings, Instant, JobId, Money, Sealed};
use recourse_terms::TermsRef;
use serde::{Deserialize, Serialize};

use super::deadlines::Awaited;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemedyChosen {
    pub claim: ClaimId,
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    pub remedy: Remedy,
    pub by: Side,
    /// What the buyer pays for the repair; present only for a paid repair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_repair_price: Option<Money>,
    /// Version of the terms that this decision follows.
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// What a buyer can get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// A repair under the policy.
    Repair,
    Replacement,
    Cash,
    /// A repair that the buyer pays for.
    PaidRepair,
    ReturnUnrepaired,
}

impl Remedy {
    /// Name for people, as used in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Repair => "repair",
            Self::Replacement => "replacement",
            Self::Cash => "cash",
            Self::PaidRepair => "paid repair",
            Self::ReturnUnrepaired => "return unrepaired",
        }
    }
}

/// The two sides of a claim. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The buyer who filed the claim.
    Buyer,
    /// The provider's staff.
    Provider,
}

/// One side made an offer to the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferMade {
    pub claim: ClaimId,
    /// Number of the offer in the claim, from 1.
    pub offer: u32,
    pub by: Side,
    pub kind: OfferKind,
    /// What the buyer pays the provider; in an agreement a negative price is paid by the provider.
    pub price: Money,
    /// Whether the price includes a repair.
    pub repair: bool,
    /// Until when the party that made it keeps it open. No rule uses it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sealed>,
    /// Deadline of the other side's answer (T11); the buyer is also reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Awaited>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferKind {
    /// A repair at the buyer's full cost.
    PaidRepair,
    /// A compromise.
    Agreement,
}

/// The other side accepted an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferAccepted {
    pub claim: ClaimId,
    /// Number of the offer in the claim, from 1.
    pub offer: u32,
    pub by: Side,
    /// Until when the provider chooses the remedy of the covered defects (C4, T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_by: Option<Instant>,
}

/// T11: the provider did not answer a counter-offer in time, so its own last offer is open again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferReopened {
    pub claim: ClaimId,
    /// Number of the provider's offer in the claim, from 1.
    pub offer: u32,
    /// Deadline of the buyer's answer.
    pub awaited: Awaited,
}

/// The other side declined an offer, or the provider declined to make one (number 0, T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferDeclined {
    pub claim: ClaimId,
    /// Number of the offer in the claim, from 1.
    pub offer: u32,
    pub by: Side,
    /// Until when the provider makes another offer (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_by: Option<Instant>,
}
