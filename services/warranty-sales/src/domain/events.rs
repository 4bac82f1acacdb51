//! What happens to a policy. These are formats: they are stored and published for ever.

use recourse_kernel::{DeviceId, Event, Findings, Instant, Money, OrderId, PolicyId};
use recourse_terms::{Country, DeviceKind, Program, Provider, TermsRef};
use serde::{Deserialize, Serialize};

recourse_kernel::wire_format! {
    /// What happened to a policy.
    #[derive(Debug, Clone, PartialEq)]
    pub enum PolicyEvent {
        "recourse.policy.requested.v1" => Requested(Requested),
        "recourse.policy.delivery_noted.v1" => DeliveryNoted(DeliveryNoted),
        "recourse.policy.sold.v1" => Sold(Box<Sold>),
        "recourse.policy.sale_refused.v1" => SaleRefused(SaleRefused),
        "recourse.policy.coverage_scheduled.v1" => CoverageScheduled(CoverageScheduled),
        "recourse.policy.coverage_started.v1" => CoverageStarted(CoverageStarted),
        "recourse.policy.price_paid_changed.v1" => PricePaidChanged(PricePaidChanged),
        "recourse.policy.cancelled.v1" => Cancelled(Cancelled),
        "recourse.policy.ended.v1" => Ended(Ended),
    }
}

/// A buyer asks for a warranty of one unit, by placing an order with it (S1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Requested {
    /// The policy that it may become.
    pub policy: PolicyId,
    /// The order that it is part of.
    pub order: OrderId,
    /// The device that it would cover.
    pub device: DeviceId,
    /// What the device is; absent when the order's line names no device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// Who buys, as a pseudonym.
    pub buyer: String,
    /// The program asked for.
    pub program: Program,
    /// The provider picked (S6).
    pub provider: Provider,
    /// The buyer's country.
    pub country: Country,
    /// The buyer's city, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The warranty's price, of one unit.
    pub price: Money,
    /// The device's price, of one unit.
    pub device_price: Money,
    /// When the order was placed; the terms of that moment count (S5).
    pub placed_at: Instant,
}

/// A device was delivered before its policy was sold: kept until it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryNoted {
    /// The policy asked for.
    pub policy: PolicyId,
    /// When the device was delivered.
    pub delivered_at: Instant,
    /// The IANA time zone of the place.
    pub zone: String,
}

/// A policy was sold: everything that was asked for, and the terms it keeps to its end (S5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sold {
    /// The policy.
    pub policy: PolicyId,
    /// The order that it was bought in.
    pub order: OrderId,
    /// The device that it covers.
    pub device: DeviceId,
    /// What the device is.
    pub kind: DeviceKind,
    /// Who bought, as a pseudonym.
    pub buyer: String,
    /// The program.
    pub program: Program,
    /// The provider.
    pub provider: Provider,
    /// The buyer's country.
    pub country: Country,
    /// The buyer's city, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The warranty's price.
    pub price: Money,
    /// The device's price.
    pub device_price: Money,
    /// When the order was placed.
    pub placed_at: Instant,
    /// The terms it was sold under.
    pub terms: TermsRef,
    /// Up to which offset the terms were known when it was sold.
    pub known_to: i64,
    /// When it was sold, which is its issue: when the order was paid.
    pub sold_at: Instant,
    /// The rules tried.
    pub findings: Findings,
}

/// A warranty that was asked for and paid is not sold; its price goes back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SaleRefused {
    /// The policy that it does not become.
    pub policy: PolicyId,
    /// The order.
    pub order: OrderId,
    /// The device.
    pub device: DeviceId,
    /// Who asked, as a pseudonym.
    pub buyer: String,
    /// The provider picked.
    pub provider: Provider,
    /// The price that was asked and paid.
    pub price: Money,
    /// Why, for machines: `policy.not_offered`.
    pub code: String,
    /// Why, as a sentence.
    pub detail: String,
    /// The rules that refuse.
    pub rules: Vec<String>,
    /// What goes back to the buyer.
    pub price_owed: Money,
    /// Up to which offset the terms were known.
    pub known_to: i64,
    /// The rules tried.
    pub findings: Findings,
}

/// When coverage will start and end is known, or known better (T2, S9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageScheduled {
    /// The policy.
    pub policy: PolicyId,
    /// The day from which the months count, in `zone`: of delivery, start or issue, as the terms say.
    pub counted_from: chrono::NaiveDate,
    /// The first moment of coverage.
    pub starts: Instant,
    /// The first moment after coverage.
    pub ends: Instant,
    /// The IANA time zone by whose midnights it is counted.
    pub zone: String,
    /// When the device was delivered.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery.
    pub delivery_zone: String,
    /// Whether it takes the place of an earlier schedule, because delivery was corrected.
    pub corrected: bool,
    /// The policy's terms.
    pub terms: TermsRef,
}

/// Coverage has started (T2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageStarted {
    /// The policy.
    pub policy: PolicyId,
    /// The first moment of coverage.
    pub starts: Instant,
}

/// The seller has refunded a part of the device's price, so less was paid for it (M1's base).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PricePaidChanged {
    /// The policy.
    pub policy: PolicyId,
    /// All that the seller has refunded of the device's price so far.
    pub device_price_refunded: Money,
    /// When the seller refunded.
    pub refunded_at: Instant,
}

/// A policy ends before its time, and its price goes back if it was paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cancelled {
    /// The policy.
    pub policy: PolicyId,
    /// Who bought, as a pseudonym.
    pub buyer: String,
    /// The provider.
    pub provider: Provider,
    /// Why.
    pub reason: CancelReason,
    /// What goes back to the buyer; 0 when nothing was paid.
    pub price_owed: Money,
    /// The rules tried.
    pub findings: Findings,
}

/// Why a policy is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// Its buyer cancelled it before its cover started (S7).
    CancelledBeforeCoverage,
    /// The order was cancelled (S8).
    OrderCancelled,
    /// The device went back by day 7 (T1).
    Returned,
    /// The seller refunded the whole price of the device.
    RefundedInFull,
    /// The seller exchanged the device.
    ExchangedBySeller,
}

/// A policy is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// The policy.
    pub policy: PolicyId,
    /// Why.
    pub reason: EndReason,
    /// When cover ended.
    pub ended_at: Instant,
}

/// Why a policy is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Its time has run out (S9).
    Expired,
    /// The device was replaced under terms whose cover ends with that.
    CoverageReplaced,
}

impl PolicyEvent {
    /// The policy that it is about.
    pub fn policy(&self) -> PolicyId {
        match self {
            Self::Requested(event) => event.policy,
            Self::DeliveryNoted(event) => event.policy,
            Self::Sold(event) => event.policy,
            Self::SaleRefused(event) => event.policy,
            Self::CoverageScheduled(event) => event.policy,
            Self::CoverageStarted(event) => event.policy,
            Self::PricePaidChanged(event) => event.policy,
            Self::Cancelled(event) => event.policy,
            Self::Ended(event) => event.policy,
        }
    }
}

impl Event for PolicyEvent {
    fn subject(&self) -> String {
        self.policy().to_string()
    }

    fn happened(&self) -> Option<Instant> {
        match self {
            Self::Requested(event) => Some(event.placed_at),
            Self::DeliveryNoted(event) => Some(event.delivered_at),
            Self::Sold(event) => Some(event.sold_at),
            Self::CoverageStarted(event) => Some(event.starts),
            Self::PricePaidChanged(event) => Some(event.refunded_at),
            Self::Ended(event) => Some(event.ended_at),
            Self::SaleRefused(_) | Self::CoverageScheduled(_) | Self::Cancelled(_) => None,
        }
    }

    fn terms(&self) -> Option<String> {
        match self {
            Self::Sold(event) => Some(format!("{}@{}", event.terms.digest, event.known_to)),
            Self::CoverageScheduled(event) => Some(event.terms.digest.to_string()),
            _ => None,
        }
    }
}
