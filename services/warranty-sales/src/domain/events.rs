//! What happens to a policy. These are stable formats, stored and published permanently.

use recourse_kernel::{
    ClaimId, DeviceId, Event, Findings, Instant, Money, OrderId, Owner, PolicyId, WaitKind,
};
use recourse_terms::{Country, DeviceKind, Program, Provider, TermsRef};
use serde::{Deserialize, Serialize};

recourse_kernel::wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    pub enum PolicyEvent {
        "recourse.policy.requested.v1" => Requested(Requested),
        "recourse.policy.delivery_noted.v1" => DeliveryNoted(DeliveryNoted),
        "recourse.policy.sold.v1" => Sold(Box<Sold>),
        "recourse.policy.sale_refused.v1" => SaleRefused(SaleRefused),
        "recourse.policy.coverage_scheduled.v1" => CoverageScheduled(CoverageScheduled),
        "recourse.policy.coverage_started.v1" => CoverageStarted(CoverageStarted),
        "recourse.policy.price_paid_changed.v1" => PricePaidChanged(PricePaidChanged),
        "recourse.policy.price_refunded.v1" => PriceRefunded(PriceRefunded),
        "recourse.policy.deadline_passed.v1" => DeadlinePassed(DeadlinePassed),
        "recourse.policy.used_up.v1" => UsedUp(UsedUp),
        "recourse.policy.cancelled.v1" => Cancelled(Cancelled),
        "recourse.policy.ended.v1" => Ended(Ended),
    }
}

/// A buyer requested a warranty for one unit by placing an order with it, or by an edit of the
/// order, which may replace one that was requested before (S1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Requested {
    /// Id of the policy that the request may become.
    pub policy: PolicyId,
    /// Id of the order that contains the request.
    pub order: OrderId,
    /// Id of the device to be covered.
    pub device: DeviceId,
    /// The kind of device; absent if the order line is not a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The requested program: repair or exchange (S2).
    pub program: Program,
    /// The provider the buyer chose (S6).
    pub provider: Provider,
    /// The country the order is shipped to.
    pub country: Country,
    /// The buyer's city, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The price of the warranty for one unit.
    pub price: Money,
    /// The price of the device for one unit.
    pub device_price: Money,
    /// The part of the warranty's price that is tax added to the shop's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Money>,
    /// The part of the device's price that is tax added to the shop's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_tax: Option<Money>,
    /// When the order was placed. The terms on sale at that time apply (S5).
    pub placed_at: Instant,
    /// When an edit of the order added the warranty to a device that was in it already; absent if
    /// they were bought together (S1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_at: Option<Instant>,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
}

/// A device was delivered before its policy was sold; the delivery is kept until the sale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryNoted {
    pub policy: PolicyId,
    /// When the device was delivered, as reported.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery.
    pub zone: String,
}

/// A policy was sold: everything that was requested, and the terms it keeps until it ends (S5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sold {
    pub policy: PolicyId,
    /// Id of the order in which it was bought.
    pub order: OrderId,
    pub device: DeviceId,
    /// What can be covered depends on it (S4).
    pub kind: DeviceKind,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// The program: repair or exchange (S2).
    pub program: Program,
    /// The provider of the warranty (S6).
    pub provider: Provider,
    /// The country the order is shipped to.
    pub country: Country,
    /// The buyer's city, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The price of the warranty for one unit.
    pub price: Money,
    /// The price of the device for one unit.
    pub device_price: Money,
    /// When the order was placed. The terms on sale at that time apply (S5).
    pub placed_at: Instant,
    /// The terms it was sold under: line, version and digest.
    pub terms: TermsRef,
    /// The offset on the terms topic up to which terms were known at the sale.
    pub known_to: i64,
    /// When it was sold, which is also its issue: when the order was paid.
    pub sold_at: Instant,
    /// The first instant at which the delivery of the device is late (T11).
    pub deliver_by: Instant,
    /// The rules that were checked, with the facts they were checked against.
    pub findings: Findings,
}

/// A warranty that was requested and paid is not sold; its price is refunded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SaleRefused {
    /// Id of the requested policy, which was not sold.
    pub policy: PolicyId,
    pub order: OrderId,
    /// Id of the device it would have covered.
    pub device: DeviceId,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The provider the buyer chose.
    pub provider: Provider,
    /// The price that was charged and paid.
    pub price: Money,
    /// A stable code for machines, such as `policy.not_offered`.
    pub code: String,
    /// The reason as a sentence for people.
    pub detail: String,
    /// Ids of the rules that refuse the sale.
    pub rules: Vec<String>,
    /// The amount refunded to the buyer.
    pub price_owed: Money,
    /// Which request of a warranty for the device it was, from 1; absent for the first.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub request: u32,
    /// The country the order is shipped to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The offset on the terms topic up to which terms were known.
    pub known_to: i64,
    /// The rules that were checked, with the facts they were checked against.
    pub findings: Findings,
}

/// The start and end of coverage became known or changed (T2, S9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageScheduled {
    pub policy: PolicyId,
    /// The day from which months are counted, in `zone`: the day of delivery, start or issue,
    /// depending on the terms.
    pub counted_from: chrono::NaiveDate,
    /// The first instant of coverage.
    pub starts: Instant,
    /// The first instant after coverage.
    pub ends: Instant,
    /// The IANA time zone in which days are counted; coverage starts and ends at its midnights.
    pub zone: String,
    /// When the device was delivered, as reported.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery.
    pub delivery_zone: String,
    /// Whether it replaces an earlier schedule because the delivery was corrected.
    pub corrected: bool,
    /// The policy's terms: line, version and digest.
    pub terms: TermsRef,
}

/// Coverage started (T2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageStarted {
    pub policy: PolicyId,
    /// The first instant of coverage.
    pub starts: Instant,
}

/// The seller refunded part of the device's price, so the price paid decreased (the base of M1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PricePaidChanged {
    pub policy: PolicyId,
    /// The total that the seller has refunded of the device's price.
    pub device_price_refunded: Money,
    pub refunded_at: Instant,
}

/// The shop refunded the warranty's price itself, in part or in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceRefunded {
    /// `pol_…`.
    pub policy: PolicyId,
    /// What the shop has refunded of the price in total.
    pub price_refunded: Money,
    /// When the shop paid the refund, as reported.
    pub refunded_at: Instant,
    /// Whether the refund ends the policy, and if not, why.
    pub findings: Findings,
}

fn first() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_first(request: &u32) -> bool {
    *request == 1
}

/// A policy was cancelled early; its price is refunded if it was paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cancelled {
    pub policy: PolicyId,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The provider of the warranty (S6).
    pub provider: Provider,
    pub reason: CancelReason,
    /// The amount refunded to the buyer; 0 if nothing was paid, or if the shop settles the price.
    pub price_owed: Money,
    /// Which request of a warranty for the device it was, from 1; absent for the first.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub request: u32,
    /// When the warranty was taken out of the order, if that is why. The shop then settles its
    /// price with the buyer, and a later payment of the order is not for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<Instant>,
    /// The receipt, if coverage had started and the unused part is refunded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// The terms it was sold under; absent if it was not sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsRef>,
    /// The country the order is shipped to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The rules that were checked, with the facts they were checked against.
    pub findings: Findings,
}

/// The dated receipt with which a buyer cancels a policy after its coverage started (S7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The day of the purchase, as the receipt states it.
    pub dated: chrono::NaiveDate,
    /// Its number, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// The seller has not delivered the device in time (T8, T11). The policy still waits for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    pub policy: PolicyId,
    /// Always [`WaitKind::Delivery`].
    pub deadline: WaitKind,
    pub due: Instant,
    /// Who is late: the seller.
    pub owner: Owner,
    /// The marketplace that it is escalated to, if the order names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated_to: Option<String>,
}

/// A claim paid the device in cash, so nothing of the policy is unused: it can no longer be
/// cancelled pro rata (S7, M9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedUp {
    pub policy: PolicyId,
    /// The claim that was settled in cash.
    pub claim: ClaimId,
    /// When the claim was closed.
    pub at: Instant,
}

/// Why a policy is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The buyer cancelled it before coverage started (S7).
    CancelledBeforeCoverage,
    /// The order was cancelled (S8).
    OrderCancelled,
    /// The device was returned to the shop (T1).
    Returned,
    /// The seller refunded the full price of the device.
    RefundedInFull,
    ExchangedBySeller,
    /// The buyer cancelled it after coverage started; the unused part is refunded (S7).
    ProRata,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    pub policy: PolicyId,
    pub reason: EndReason,
    pub ended_at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Its coverage period passed (S9).
    Expired,
    /// The device was replaced, and the terms end the original coverage with a replacement (T7).
    CoverageReplaced,
}

impl PolicyEvent {
    /// Id of the policy that the event is about.
    pub fn policy(&self) -> PolicyId {
        match self {
            Self::Requested(event) => event.policy,
            Self::DeliveryNoted(event) => event.policy,
            Self::Sold(event) => event.policy,
            Self::SaleRefused(event) => event.policy,
            Self::CoverageScheduled(event) => event.policy,
            Self::CoverageStarted(event) => event.policy,
            Self::PricePaidChanged(event) => event.policy,
            Self::PriceRefunded(event) => event.policy,
            Self::DeadlinePassed(event) => event.policy,
            Self::UsedUp(event) => event.policy,
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
            Self::PriceRefunded(event) => Some(event.refunded_at),
            Self::DeadlinePassed(event) => Some(event.due),
            Self::UsedUp(event) => Some(event.at),
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
