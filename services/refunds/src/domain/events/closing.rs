//! A settlement is closed, or settles the claim with another outcome.

use recourse_kernel::{ClaimId, Currency, Findings, Instant, Money, PolicyId, SettlementId};
use recourse_terms::Outcome;
use serde::{Deserialize, Serialize};

/// Nothing is due any more, except what is in collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    pub settlement: SettlementId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    /// The policy that the claim or the refund belongs to.
    pub policy: PolicyId,
    /// How the claim ends; absent if there is no claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The total that was paid and not reversed, one sum per currency.
    pub paid: Vec<Money>,
    /// The total that was written off, one sum per currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written_off: Vec<Money>,
    /// The balance, one per currency (M12).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<Totals>,
    /// Whether nothing is owed any more by the buyer or to the buyer: always true here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buyer_is_settled: bool,
    pub closed_at: Instant,
}

/// M12: the balance of a settlement in one currency, in minor units. `paid − reversed + due +
/// written_off = owed`, and none is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub currency: Currency,
    /// Everything that was ever owed in the settlement.
    pub owed: i64,
    /// Everything that was ever paid, also what was reversed later.
    pub paid: i64,
    /// What the gateway took back.
    pub reversed: i64,
    /// What is still to be paid.
    pub due: i64,
    /// The part of `due` that was handed to collection.
    pub in_collection: i64,
    /// What is no longer owed.
    pub written_off: i64,
}

/// The claim was settled again with another outcome, which may change no payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeChanged {
    pub settlement: SettlementId,
    pub claim: ClaimId,
    pub was: Outcome,
    pub outcome: Outcome,
    /// Whether nothing is owed any more by the buyer or to the buyer, whatever others still owe.
    #[serde(default)]
    pub buyer_is_settled: bool,
    /// The rules that were checked.
    pub findings: Findings,
}
