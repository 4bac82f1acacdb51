//! The part of other services' events that settlements are opened by, as types of this service's own.
//!
//! Only the fields that are read stand here; unknown ones are ignored.

use recourse_kernel::{ClaimId, Money, PolicyId, SettlementId};
use recourse_terms::{PriceRefunded, Provider, SettlementFacts, ShipmentFact, TermsRef};
use serde::{Deserialize, Serialize};

/// `recourse.claim.settlement_started.v1`: a claim has come to its settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementStarted {
    /// The claim.
    pub claim: ClaimId,
    /// Its settlement.
    pub settlement: SettlementId,
    /// The policy.
    pub policy: PolicyId,
    /// The provider.
    pub provider: Provider,
    /// The buyer, as a pseudonym.
    pub buyer: String,
    /// The terms pinned in the policy.
    pub terms: TermsRef,
    /// Everything that the amounts are reckoned from.
    #[serde(flatten)]
    pub facts: SettlementFacts,
}

/// `recourse.claim.settlement_extended.v1`: a way was booked after the claim had come to its settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementExtended {
    /// The settlement.
    pub settlement: SettlementId,
    /// The terms pinned in the policy.
    pub terms: TermsRef,
    /// The way.
    pub shipment: ShipmentFact,
    /// What the claim was settled by, this way with it.
    pub facts: SettlementFacts,
}

/// The price of a policy is owed: `recourse.policy.cancelled.v1` and `recourse.policy.sale_refused.v1`, as
/// far as they matter here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyPriceOwed {
    /// The policy.
    pub policy: PolicyId,
    /// The provider.
    pub provider: Provider,
    /// The buyer, as a pseudonym.
    pub buyer: String,
    /// What goes back.
    pub price_owed: Money,
    /// Why.
    pub because: PriceRefunded,
}

/// `recourse.policy.cancelled.v1`
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PolicyCancelled {
    /// The policy.
    pub policy: PolicyId,
    /// The provider.
    pub provider: Provider,
    /// The buyer, as a pseudonym.
    pub buyer: String,
    /// What goes back.
    pub price_owed: Money,
    /// Why.
    pub reason: CancelReason,
}

/// Why a policy was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The buyer cancelled it before its cover started.
    CancelledBeforeCoverage,
    /// The order was cancelled.
    OrderCancelled,
    /// The device went back to the shop.
    Returned,
    /// The seller refunded the device in full.
    RefundedInFull,
    /// The seller exchanged the device.
    ExchangedBySeller,
}

/// `recourse.policy.price_paid_changed.v1`: the seller has refunded a part of the device's price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PricePaidChanged {
    /// The policy.
    pub policy: PolicyId,
    /// All that the seller has refunded of it so far.
    pub device_price_refunded: Money,
}

/// `recourse.policy.sale_refused.v1`
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SaleRefused {
    /// The policy that it did not become.
    pub policy: PolicyId,
    /// The provider picked.
    pub provider: Provider,
    /// The buyer, as a pseudonym.
    pub buyer: String,
    /// What goes back.
    pub price_owed: Money,
}

impl From<PolicyCancelled> for PolicyPriceOwed {
    fn from(fact: PolicyCancelled) -> Self {
        let because = match fact.reason {
            CancelReason::CancelledBeforeCoverage => PriceRefunded::CancelledBeforeCoverage,
            CancelReason::OrderCancelled => PriceRefunded::OrderCancelled,
            CancelReason::Returned => PriceRefunded::Returned,
            CancelReason::RefundedInFull => PriceRefunded::RefundedBySeller,
            CancelReason::ExchangedBySeller => PriceRefunded::ExchangedBySeller,
        };
        let PolicyCancelled { policy, provider, buyer, price_owed, .. } = fact;
        Self { policy, provider, buyer, price_owed, because }
    }
}

impl From<SaleRefused> for PolicyPriceOwed {
    fn from(fact: SaleRefused) -> Self {
        let SaleRefused { policy, provider, buyer, price_owed } = fact;
        Self { policy, provider, buyer, price_owed, because: PriceRefunded::SaleRefused }
    }
}
