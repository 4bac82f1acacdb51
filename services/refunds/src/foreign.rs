//! The parts of other services' events that open settlements, as types of this service.
//!
//! Only fields that are read are listed; unknown ones are ignored.

use recourse_kernel::{ClaimId, Money, PolicyId, SettlementId};
use recourse_terms::{PriceRefunded, Provider, SettlementFacts, ShipmentFact, TermsRef};
use serde::{Deserialize, Serialize};

/// `recourse.claim.settlement_started.v1`: a claim is to be settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementStarted {
    pub claim: ClaimId,
    /// The id of the settlement to open.
    pub settlement: SettlementId,
    pub policy: PolicyId,
    pub provider: Provider,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The terms pinned in the policy.
    pub terms: TermsRef,
    /// Everything that the amounts are calculated from.
    #[serde(flatten)]
    pub facts: SettlementFacts,
}

/// `recourse.claim.settlement_extended.v1`: a shipment was booked after the claim was settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementExtended {
    pub settlement: SettlementId,
    /// The terms pinned in the policy.
    pub terms: TermsRef,
    /// The shipment that was booked.
    pub shipment: ShipmentFact,
    /// The facts that the claim was settled by, including this shipment.
    pub facts: SettlementFacts,
}

/// A policy's price is to be refunded: the relevant fields of `recourse.policy.cancelled.v1` and
/// `recourse.policy.sale_refused.v1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyPriceOwed {
    /// The policy whose price is refunded.
    pub policy: PolicyId,
    pub provider: Provider,
    /// The buyer's pseudonym.
    pub buyer: String,
    pub price_owed: Money,
    /// Which request of a warranty for the device it was, from 1. Each can owe its price once.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub request: u32,
    pub because: PriceRefunded,
}

fn first() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_first(request: &u32) -> bool {
    *request == 1
}

/// `recourse.policy.cancelled.v1`: a policy was cancelled.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PolicyCancelled {
    pub policy: PolicyId,
    pub provider: Provider,
    /// The buyer's pseudonym.
    pub buyer: String,
    pub price_owed: Money,
    /// Which request of a warranty for the device it was, from 1.
    #[serde(default = "first")]
    pub request: u32,
    pub reason: CancelReason,
}

/// Why a policy was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The buyer cancelled it before coverage started.
    CancelledBeforeCoverage,
    OrderCancelled,
    /// The device was returned to the seller.
    Returned,
    /// The seller refunded the device in full.
    RefundedInFull,
    ExchangedBySeller,
}

/// `recourse.policy.price_paid_changed.v1`: the seller has refunded part of the device's price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PricePaidChanged {
    pub policy: PolicyId,
    /// The total that the seller has refunded so far.
    pub device_price_refunded: Money,
}

/// `recourse.policy.sale_refused.v1`: a policy was paid for but not sold.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SaleRefused {
    /// The id that the policy would have had.
    pub policy: PolicyId,
    /// The provider that the buyer chose.
    pub provider: Provider,
    /// The buyer's pseudonym.
    pub buyer: String,
    pub price_owed: Money,
    /// Which request of a warranty for the device it was, from 1.
    #[serde(default = "first")]
    pub request: u32,
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
        let PolicyCancelled { policy, provider, buyer, price_owed, request, .. } = fact;
        Self { policy, provider, buyer, price_owed, request, because }
    }
}

impl From<SaleRefused> for PolicyPriceOwed {
    fn from(fact: SaleRefused) -> Self {
        let SaleRefused { policy, provider, buyer, price_owed, request } = fact;
        Self { policy, provider, buyer, price_owed, request, because: PriceRefunded::SaleRefused }
    }
}
