//! Reviews of decisions and of refusals that would differ with a fact that arrived late.

use recourse_kernel::{ClaimId, Findings, Instant, Money, Owner, PolicyId, Principal, Sealed};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A late fact would have changed decisions: opens a review by a person. No decision changes
/// automatically.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewOpened {
    pub claim: ClaimId,
    /// Number of the review in the claim, from 1.
    pub review: u32,
    pub because: LateFact,
    pub decisions: Vec<WouldDiffer>,
    /// What the buyer would get more by the facts known now, with everything that was paid or owed
    /// before subtracted; negative if the buyer got too much (M10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Money>,
    /// Until when the provider closes the review (T11).
    pub close_by: Instant,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// Facts that can arrive late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateFact {
    /// The date of delivery was corrected, and the coverage dates with it.
    DeliveryCorrected,
    /// The seller refunded part of the device's price.
    SellerRefunded,
    /// The policy was cancelled, because the seller compensated the buyer or took the device back.
    PolicyCancelled,
    /// A dispute with the seller was opened or decided.
    Dispute,
    /// A later report corrected the presumed end of a shipment (T11, M8).
    AfterPresumed,
    /// The device or its replacement was lost in a return shipment that the provider had booked
    /// (M8).
    LostOnReturn,
    /// The device was lost on a shipment to a shop that the provider had booked, after the claim
    /// was settled or ended (M8).
    LostByProvider,
}

/// A decision that would differ now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WouldDiffer {
    /// Number of the decision in the claim, from 1.
    pub decision: u32,
    /// Event of the decision: `filed`, `accepted`, `settlement_started`, `withdrawn`, `closed`.
    pub event: String,
    /// The rule that would decide differently.
    pub rule: String,
    /// Outcome of the rule at the time.
    pub was: String,
    /// Outcome of the rule now.
    pub would_be: String,
    /// Facts that the rule uses now.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Value>,
}

/// A person reviewed the decisions and did what was necessary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewClosed {
    pub claim: ClaimId,
    /// Number of the review in the claim, from 1.
    pub review: u32,
    pub by: Principal,
    /// What follows from it (M10).
    #[serde(default)]
    pub result: ReviewResult,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

/// M10: what follows from a review. This is a stable format: `"nothing"`, or an object such as
/// `{"pay": {"amount": …}}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewResult {
    #[default]
    Nothing,
    /// The provider pays the buyer the difference.
    Pay { amount: Money },
    /// The buyer pays the difference back.
    ClaimBack { amount: Money },
    /// The claim is admitted as of this date. After a refusal, the buyer can file with that date.
    Admit { as_of: Instant },
}

/// A claim was refused for its date but would have been in time by the corrected dates: opens a
/// review by a person. The refusal remains in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalReviewOpened {
    pub policy: PolicyId,
    /// Number of the review under the policy, from 1.
    pub review: u32,
    pub because: LateFact,
    /// When the filing was refused.
    pub refused_at: Instant,
    pub code: String,
    /// The refusal as it was reported to the buyer.
    pub was: String,
    /// Until when the provider closes the review (T11).
    pub close_by: Instant,
    /// The rules, evaluated with the facts known now.
    pub findings: Findings,
}

/// A person reviewed the refusal and did what was necessary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalReviewClosed {
    pub policy: PolicyId,
    /// Number of the review under the policy, from 1.
    pub review: u32,
    pub by: Principal,
    /// What follows from it (M10).
    #[serde(default)]
    pub result: ReviewResult,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

/// The provider did not close the review of a refusal in time (T8, T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalReviewOverdue {
    pub policy: PolicyId,
    /// Number of the review under the policy, from 1.
    pub review: u32,
    pub due: Instant,
    /// Who should have acted.
    pub owner: Owner,
    /// Who is notified.
    pub escalated_to: String,
}
