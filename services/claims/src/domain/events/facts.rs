//! What other services decide and claims keeps: the order, its policies, and disputes with the
//! seller.
//!
//! A claim is decided from this stream alone, so a foreign fact that matters becomes a complete
//! event here, as it was understood. Facts from different services arrive in any order, so early
//! ones are kept.

use chrono::NaiveDate;
use chrono_tz::Tz;
use recourse_kernel::{ClaimId, DeviceId, DisputeId, Instant, Money, OrderId, PolicyId};
use recourse_terms::{Country, DeviceKind, Program, Provider, TermsRef};
use serde::{Deserialize, Serialize};

/// A policy changed; this is its new state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageNoted {
    pub policy: PolicyId,
    pub what: CoverageChange,
    /// The policy after the change.
    pub coverage: PolicyCoverage,
}

/// What changed about a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageChange {
    Sold,
    /// Its coverage dates became known, or were corrected.
    Scheduled,
    Started,
    /// The seller refunded part of the device's price.
    Changed,
    Cancelled,
    Ended,
}

/// A policy, as far as claims need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyCoverage {
    /// The order in which it was sold.
    pub order: OrderId,
    pub device: DeviceId,
    /// Kind of device: phone or tablet.
    pub kind: DeviceKind,
    /// Pseudonym of the buyer; names are never stored in plaintext.
    pub buyer: String,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// Kind of warranty: repair or exchange.
    pub program: Program,
    /// Provider that runs the warranty.
    pub provider: Provider,
    /// Country of the buyer at the sale.
    pub country: Country,
    /// City of the buyer at the sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    pub price: Money,
    pub device_price: Money,
    /// How much of the device's price the seller has refunded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_price_refunded: Option<Money>,
    /// Version of the terms that the policy was sold under and keeps to its end (S5).
    pub terms: TermsRef,
    /// When the device was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Instant>,
    /// Time zone of the place of delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_zone: Option<Tz>,
    /// The date from which its months count (S9, M1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<NaiveDate>,
    /// First instant of coverage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Instant>,
    /// First instant after coverage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Instant>,
    /// Time zone in which the policy's days are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// Why the policy is over; `None` while it is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<CoverageEnd>,
}

impl PolicyCoverage {
    /// What the seller has refunded of the device's price.
    pub fn refunded_by_seller(&self) -> Money {
        self.device_price_refunded.unwrap_or(Money::zero(self.device_price.currency))
    }

    /// M7: whether the whole price of the device was refunded.
    pub fn is_refunded_in_full(&self) -> bool {
        self.refunded_by_seller().amount >= self.device_price.amount
    }
}

/// Why a policy is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageEnd {
    /// The buyer cancelled it before its coverage started (S7).
    CancelledBeforeCoverage,
    /// The order was cancelled (S8).
    OrderCancelled,
    /// The device was returned to the seller (T1).
    Returned,
    /// The seller refunded the full price of the device.
    RefundedInFull,
    ExchangedBySeller,
    /// The buyer cancelled it after its coverage started; the unused part is refunded (S7).
    ProRata,
    Expired,
    /// A replacement's own warranty took its place (T7).
    CoverageReplaced,
}

/// The order was completed (T10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderNoted {
    pub order: OrderId,
    /// When the order was completed.
    pub completed_at: Instant,
}

/// A dispute with the seller was opened or decided (C8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeNoted {
    pub dispute: DisputeId,
    pub device: DeviceId,
    /// Open, or decided with an outcome.
    #[serde(flatten)]
    pub state: DisputeState,
    /// When it was opened or decided.
    pub at: Instant,
    /// Whether any dispute about the device is open after this event, so that claims wait (C8).
    #[serde(default)]
    pub waits: bool,
    /// The claims that now wait or can resume.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DisputeState {
    Open,
    /// The marketplace has missed its deadline for deciding it, so claims no longer wait (C8).
    Overdue,
    /// The buyer withdrew it.
    Withdrawn,
    Decided {
        ending: DisputeEnding,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
    },
    /// The seller carried out the outcome, which counts from then on (D2).
    Performed {
        ending: DisputeEnding,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
    },
}

/// How a dispute with the seller ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeEnding {
    /// The seller refunded the full price.
    FullRefund,
    /// The seller refunded part of the price, and the buyer keeps the device.
    PartialRefund,
    /// The seller exchanged the device.
    Exchange,
    /// The seller paid for a repair.
    RepairReimbursed,
    /// The seller sent parts free of charge.
    FreeParts,
    /// The seller gave a discount.
    Discount,
    Nothing,
}
