//! Reviews, and the decisions that may need one: acceptances, settlements, and filings refused for
//! their date.

use recourse_kernel::{Instant, Money, PolicyId};
use recourse_terms::SettlementFacts;
use serde::{Deserialize, Serialize};

use crate::domain::events::WouldDiffer;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Number of the review in the claim, from 1.
    pub number: u32,
    pub decisions: Vec<WouldDiffer>,
    /// What the buyer would get more by the facts known now; negative if too much was paid (M10).
    pub difference: Option<Money>,
    pub opened_at: Instant,
    /// Until when the provider closes it (T11).
    pub close_by: Instant,
    /// Whether the review is still open.
    pub is_open: bool,
}

/// A decision that may need a review later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptedAs {
    /// Number of the decision in the claim, from 1.
    pub decision: u32,
    pub at: Instant,
}

/// How the claim was settled, and by which facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettledAs {
    /// Number of the decision in the claim, from 1.
    pub decision: u32,
    /// All facts from which amounts were calculated.
    pub facts: SettlementFacts,
    /// Whether nothing is owed any more by the buyer or to the buyer.
    pub buyer_is_settled: bool,
}

/// A filing that was refused for its date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedFiling {
    pub policy: PolicyId,
    pub at: Instant,
    pub code: String,
    /// The refusal as it was reported to the buyer.
    pub was: String,
    /// The number that the claim would have had.
    pub claim_number: u32,
    /// Its review, once one was opened.
    pub review: Option<RefusalReview>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalReview {
    /// Number of the review under the policy, from 1.
    pub number: u32,
    pub opened_at: Instant,
    /// Until when the provider closes it (T11).
    pub close_by: Instant,
    /// Whether that deadline has passed and is recorded.
    pub is_late: bool,
    /// Whether the review is still open.
    pub is_open: bool,
    /// The date with which the buyer can file, if the review admitted the claim and it is not filed
    /// yet (M10).
    pub admitted: Option<Instant>,
}
