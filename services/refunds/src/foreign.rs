//! The parts of other services' events that open and change settlements, as types of this service.
//!
//! Only fields that are read are listed; unknown ones are ignored.

use recourse_kernel::{ClaimId, Instant, Money, PolicyId, SettlementId};
use recourse_terms::{Country, PriceRefunded, Provider, SettlementFacts, ShipmentFact, TermsRef};
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
    /// Whether the shop holds a device that goes to the buyer once it is paid for (M8); if absent,
    /// that follows from the facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_held: Option<bool>,
    /// Everything that the amounts are calculated from.
    #[serde(flatten)]
    pub facts: SettlementFacts,
}

/// `recourse.claim.settlement_extended.v1`: something is owed that was not known when the claim was
/// settled: a shipment was booked or cancelled later, a goodwill payment was granted, or a review
/// came to another result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementExtended {
    pub settlement: SettlementId,
    /// The terms pinned in the policy.
    pub terms: TermsRef,
    /// The shipment that was booked, if that is why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentFact>,
    /// Whether the shop holds a device that goes to the buyer once it is paid for (M8); if absent,
    /// that follows from the shipment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_held: Option<bool>,
    /// All facts of the claim, as they are known now.
    pub facts: SettlementFacts,
}

/// `recourse.claim.appealed.v1` and `recourse.claim.appeal_decided.v1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Appeal {
    pub claim: ClaimId,
    /// The decision that is appealed.
    pub of: AppealOf,
}

/// The decision that an appeal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOf {
    Rejection,
    Verdict,
    /// The adjuster's change of the chain (C12).
    Chain,
}

/// `recourse.claim.closed.v1`: nothing of the claim is open any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct ClosedClaim {
    pub claim: ClaimId,
}

/// `recourse.job.repaired.v1`: the shop has repaired the device of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRepaired {
    pub claim: ClaimId,
    pub repaired_at: Instant,
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
    /// The terms that it was sold under; none if it was not sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsRef>,
    /// The country of the policy, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
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
    /// The terms that it was sold under; none if it was never sold.
    #[serde(default)]
    pub terms: Option<TermsRef>,
    /// The country of the policy.
    #[serde(default)]
    pub country: Option<Country>,
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
    /// The buyer cancelled it after coverage started; the unused part is owed.
    ProRata,
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
    /// The country that the order was shipped to.
    #[serde(default)]
    pub country: Option<Country>,
}

impl From<PolicyCancelled> for PolicyPriceOwed {
    fn from(fact: PolicyCancelled) -> Self {
        let because = match fact.reason {
            CancelReason::CancelledBeforeCoverage => PriceRefunded::CancelledBeforeCoverage,
            CancelReason::OrderCancelled => PriceRefunded::OrderCancelled,
            CancelReason::Returned => PriceRefunded::Returned,
            CancelReason::RefundedInFull => PriceRefunded::RefundedBySeller,
            CancelReason::ExchangedBySeller => PriceRefunded::ExchangedBySeller,
            CancelReason::ProRata => PriceRefunded::CancelledProRata,
        };
        let PolicyCancelled { policy, provider, buyer, price_owed, request, .. } = fact;
        let PolicyCancelled { terms, country, .. } = fact;
        Self { policy, provider, buyer, price_owed, request, because, terms, country }
    }
}

impl From<SaleRefused> for PolicyPriceOwed {
    fn from(fact: SaleRefused) -> Self {
        let SaleRefused { policy, provider, buyer, price_owed, request, country } = fact;
        let because = PriceRefunded::SaleRefused;
        Self { policy, provider, buyer, price_owed, request, because, terms: None, country }
    }
}
