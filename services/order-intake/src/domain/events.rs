//! What happened to an order. These are formats: stored and published for ever
//! (`recourse.orders.events.v1`). Money is in whole minor units, times are UTC.
//!
//! Longer than other files, so that the whole format is read in one place.
//!
//! Long because a format is read as a whole.

use chrono_tz::Tz;
use recourse_kernel::{
    DeviceId, DisputeId, Event, Findings, Instant, Money, OrderId, Sealed, wire_format,
};
use recourse_terms::{Country, DeviceKind, Program, Provider};
use serde::{Deserialize, Serialize};

wire_format! {
    /// What can happen to an order and to the disputes about its devices.
    #[derive(Debug, Clone, PartialEq)]
    pub enum OrderEvent {
        "recourse.order.placed.v1" => Placed(Box<OrderPlaced>),
        "recourse.order.paid.v1" => Paid(OrderPaid),
        "recourse.order.cancelled.v1" => Cancelled(OrderCancelled),
        "recourse.order.delivered.v1" => Delivered(OrderDelivered),
        "recourse.order.delivery_corrected.v1" => DeliveryCorrected(DeliveryCorrected),
        "recourse.order.receipt_confirmed.v1" => ReceiptConfirmed(ReceiptConfirmed),
        "recourse.order.completed.v1" => Completed(OrderCompleted),
        "recourse.order.returned.v1" => Returned(DevicesReturned),
        "recourse.order.line_refunded.v1" => LineRefunded(LineRefunded),
        "recourse.order.fact_kept.v1" => FactKept(FactKept),
        "recourse.order.kept_fact_refused.v1" => KeptFactRefused(KeptFactRefused),
        "recourse.order.dispute_opened.v1" => DisputeOpened(DisputeOpened),
        "recourse.order.dispute_answered.v1" => DisputeAnswered(DisputeAnswered),
        "recourse.order.dispute_deadline_passed.v1" => DisputeDeadlinePassed(DisputeDeadlinePassed),
        "recourse.order.dispute_decided.v1" => DisputeDecided(DisputeDecided),
    }
}

/// A buyer ordered something at a marketplace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The order.
    pub order: OrderId,
    /// The marketplace's name, as its feed gives it.
    pub marketplace: String,
    /// The marketplace's own number for the order.
    pub number: String,
    /// When it was placed.
    pub placed_at: Instant,
    /// The buyer's pseudonym, `b-…`.
    pub buyer: String,
    /// Name, e-mail, telephone and address, sealed with the buyer's own key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Sealed>,
    /// The country that it is sent to.
    pub country: Country,
    /// The city that it is sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// What was bought.
    pub lines: Vec<OrderLine>,
}

/// One line of an order; a quantity of 2 is two units, each one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Its number in the order, counted from 1.
    pub line: u32,
    /// What the marketplace calls it.
    pub title: String,
    /// How many units.
    pub quantity: u32,
    /// What was paid for one unit, discounts taken off and without the warranty.
    pub unit_price: Money,
    /// What kind of device it is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceKind>,
    /// The warranty bought with each unit (S1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warranty: Option<WarrantyBought>,
    /// The marketplace's own id of the line, by which later facts may name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// The warranty that a buyer picked for a line (S2, S6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarrantyBought {
    /// Repair or exchange.
    pub program: Program,
    /// Who stands behind it.
    pub provider: Provider,
    /// What it costs for one unit (S3).
    pub price: Money,
}

/// The order's money came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    /// The order.
    pub order: OrderId,
    /// When.
    pub paid_at: Instant,
    /// The whole amount that was paid.
    pub amount: Money,
}

/// The order was called off before it was delivered (S8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// The order.
    pub order: OrderId,
    /// When.
    pub cancelled_at: Instant,
    /// The marketplace's code for why: `customer`, `fraud`, …
    pub reason: String,
}

/// Devices reached the buyer: their day 0 (T1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderDelivered {
    /// The order.
    pub order: OrderId,
    /// When.
    pub delivered_at: Instant,
    /// The time zone of the place, by which days are counted.
    pub zone: Tz,
    /// Which units.
    pub devices: Vec<DeviceId>,
    /// The marketplace's own id of the shipment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// When and where something was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// When.
    pub delivered_at: Instant,
    /// The time zone of the place.
    pub zone: Tz,
}

/// A delivery had been told wrongly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryCorrected {
    /// The order.
    pub order: OrderId,
    /// When it really was.
    pub delivered_at: Instant,
    /// The time zone of the place.
    pub zone: Tz,
    /// Which units.
    pub devices: Vec<DeviceId>,
    /// What had been told.
    pub was: Delivery,
}

/// The buyer confirmed the receipt (T10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptConfirmed {
    /// The order.
    pub order: OrderId,
    /// When.
    pub confirmed_at: Instant,
}

/// The order is completed: claims can be made from it (T10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCompleted {
    /// The order.
    pub order: OrderId,
    /// When.
    pub completed_at: Instant,
    /// Why.
    pub because: CompletedBecause,
}

/// Why an order is completed (T10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletedBecause {
    /// The buyer confirmed the receipt.
    ReceiptConfirmed,
    /// The marketplace says so.
    Marketplace,
}

/// Devices went back to the shop by day 7 (T1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DevicesReturned {
    /// The order.
    pub order: OrderId,
    /// Which units.
    pub devices: Vec<DeviceId>,
    /// When.
    pub returned_at: Instant,
    /// The marketplace's code for why.
    pub reason: String,
    /// The marketplace's own id of the return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The rules that were tried.
    #[serde(default)]
    pub findings: Findings,
}

/// The seller gave money back for devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineRefunded {
    /// The order.
    pub order: OrderId,
    /// Which units.
    pub devices: Vec<DeviceId>,
    /// How much for each of them.
    pub amount: Money,
    /// Whether each of them has now been refunded in full.
    pub full: bool,
    /// When.
    pub refunded_at: Instant,
    /// The marketplace's own id of the refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A fact that cannot be used yet, because one that must go before it has not been told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactKept {
    /// The order.
    pub order: OrderId,
    /// The type under which the marketplace told it: `marketplace.order.paid`, `shopify:orders/paid`.
    pub fact: String,
    /// The source's id of it.
    pub id: String,
    /// The type of the command that it became.
    pub command: String,
    /// That command's body.
    pub body: serde_json::Value,
    /// What has to come first.
    pub missing: MissingFact,
}

/// A fact that others wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MissingFact {
    /// Nobody has told of the order itself.
    #[serde(rename = "order.placed")]
    Placed,
    /// Nobody has told of the delivery.
    #[serde(rename = "order.delivered")]
    Delivered,
}

/// A kept fact whose turn came, and which cannot be carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptFactRefused {
    /// The order.
    pub order: OrderId,
    /// The type under which the marketplace told it.
    pub fact: String,
    /// The source's id of it.
    pub id: String,
    /// A stable name for machines.
    pub code: String,
    /// The rulebook's ids of the rules that refuse.
    #[serde(default)]
    pub rules: Vec<String>,
    /// The sentence that a person reads.
    pub detail: String,
}

/// What the buyer wants of the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedRemedy {
    /// Money back.
    Refund,
    /// Another device.
    Exchange,
}

/// A photo that was uploaded before: where it is and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoReference {
    /// The SHA-256 of the stored bytes, in hexadecimal.
    pub sha256: String,
    /// How many bytes.
    pub size: u64,
    /// `image/jpeg`.
    pub media_type: String,
}

/// The buyer complained to the seller (T1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeOpened {
    /// The dispute.
    pub dispute: DisputeId,
    /// What it is about.
    pub device: DeviceId,
    /// What is wrong, in the buyer's words, sealed.
    pub reason: Sealed,
    /// What the buyer wants.
    pub requested_remedy: RequestedRemedy,
    /// Photos of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoReference>,
    /// When.
    pub opened_at: Instant,
    /// Until when the seller's answer is awaited (T8); then the marketplace decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_by: Option<Instant>,
    /// The rules that were tried.
    #[serde(default)]
    pub findings: Findings,
}

/// What a seller can say to a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeAnswer {
    /// The buyer gets what is wanted.
    Agree,
    /// The seller offers an amount instead.
    Counter,
    /// The seller refuses.
    Decline,
}

/// The seller answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeAnswered {
    /// The dispute.
    pub dispute: DisputeId,
    /// The answer.
    pub answer: DisputeAnswer,
    /// What is offered instead, with a counter-offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Money>,
    /// The seller's words, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

/// The seller stayed silent until time ran out: the marketplace decides (T8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeDeadlinePassed {
    /// The dispute.
    pub dispute: DisputeId,
    /// What it is about.
    pub device: DeviceId,
    /// When the answer was due.
    pub due: Instant,
    /// The marketplace that is told of it.
    pub escalated_to: String,
}

/// How a dispute ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeEnding {
    /// The full price back.
    FullRefund,
    /// A part of it, and the buyer keeps the device.
    PartialRefund,
    /// Another device.
    Exchange,
    /// The price of a repair, against a receipt.
    RepairReimbursed,
    /// Nothing.
    Nothing,
}

/// Who ended a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The seller.
    Seller,
    /// The marketplace.
    Marketplace,
    /// The buyer, by taking the seller's offer.
    Buyer,
}

/// The dispute ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeDecided {
    /// The dispute.
    pub dispute: DisputeId,
    /// What it was about.
    pub device: DeviceId,
    /// How it ended.
    pub ending: DisputeEnding,
    /// How much the buyer gets, where it is money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Who decided.
    pub by: DecidedBy,
    /// The rules that were tried.
    #[serde(default)]
    pub findings: Findings,
}

impl Event for OrderEvent {
    fn subject(&self) -> String {
        match self {
            Self::Placed(event) => event.order.to_string(),
            Self::Paid(event) => event.order.to_string(),
            Self::Cancelled(event) => event.order.to_string(),
            Self::Delivered(event) => event.order.to_string(),
            Self::DeliveryCorrected(event) => event.order.to_string(),
            Self::ReceiptConfirmed(event) => event.order.to_string(),
            Self::Completed(event) => event.order.to_string(),
            Self::Returned(event) => event.order.to_string(),
            Self::LineRefunded(event) => event.order.to_string(),
            Self::FactKept(event) => event.order.to_string(),
            Self::KeptFactRefused(event) => event.order.to_string(),
            Self::DisputeOpened(event) => event.dispute.to_string(),
            Self::DisputeAnswered(event) => event.dispute.to_string(),
            Self::DisputeDeadlinePassed(event) => event.dispute.to_string(),
            Self::DisputeDecided(event) => event.dispute.to_string(),
        }
    }

    fn happened(&self) -> Option<Instant> {
        match self {
            Self::Placed(event) => Some(event.placed_at),
            Self::Paid(event) => Some(event.paid_at),
            Self::Cancelled(event) => Some(event.cancelled_at),
            Self::Delivered(event) => Some(event.delivered_at),
            Self::ReceiptConfirmed(event) => Some(event.confirmed_at),
            Self::Completed(event) => Some(event.completed_at),
            Self::Returned(event) => Some(event.returned_at),
            Self::LineRefunded(event) => Some(event.refunded_at),
            // It passed when it was due, however late the clock came round to it.
            Self::DisputeDeadlinePassed(event) => Some(event.due),
            // A correction happens when it is told; the delivery's own time stands in its body.
            Self::DeliveryCorrected(_)
            | Self::FactKept(_)
            | Self::KeptFactRefused(_)
            | Self::DisputeOpened(_)
            | Self::DisputeAnswered(_)
            | Self::DisputeDecided(_) => None,
        }
    }
}
