//! What happened to an order. These are stable formats, stored and published permanently on
//! `recourse.orders.events.v1`. Amounts are in whole minor units, times are UTC.
//!
//! Long because the whole format can be read in one place.

use chrono_tz::Tz;
use recourse_kernel::{
    DeviceId, DisputeId, Event, Findings, Instant, Money, OrderId, Sealed, wire_format,
};
use recourse_terms::{Country, DeviceKind, Program, Provider, Serial};
use serde::{Deserialize, Serialize};

wire_format! {
    /// Events of an order and of the disputes about its devices.
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

/// A buyer placed an order at a marketplace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's name, as its feed gives it.
    pub marketplace: String,
    /// The marketplace's own order number.
    pub number: String,
    /// When the buyer placed the order, as reported.
    pub placed_at: Instant,
    /// The buyer's pseudonym, `b-…`, which is the same in all of the buyer's orders.
    pub buyer: String,
    /// Name, e-mail, phone and address, sealed with the buyer's own key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Sealed>,
    /// The country the order is shipped to.
    pub country: Country,
    /// The city the order is shipped to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The storefront or point of sale at the marketplace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// The buyer's language, as a BCP 47 tag such as `de-AT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The buyer's time zone, as an IANA name such as `Europe/Vienna`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Tz>,
    /// What was bought, one entry per line of the order.
    pub lines: Vec<OrderLine>,
}

/// One line of an order. A quantity of 2 means two units, and each unit is one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The line's number in the order, counted from 1.
    pub line: u32,
    /// The product title at the marketplace.
    pub title: String,
    /// The number of units.
    pub quantity: u32,
    /// The price paid for one unit, after discounts and without the warranty.
    pub unit_price: Money,
    /// What kind of device it is; absent if the line is not a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceKind>,
    /// The warranty bought with each unit (S1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warranty: Option<WarrantyBought>,
    /// The seller, by the marketplace's id for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// The serial or IMEI of each unit that was sent out, as far as the seller reported them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<Serial>,
    /// The marketplace's own line id, by which later facts may name the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// The warranty the buyer chose for a line (S2, S6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarrantyBought {
    /// Repair or exchange.
    pub program: Program,
    /// The provider that sells the warranty and handles its claims.
    pub provider: Provider,
    /// The price of the warranty for one unit (S3).
    pub price: Money,
}

/// The order was paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the payment was made, as reported.
    pub paid_at: Instant,
    /// The whole amount paid, warranties included.
    pub amount: Money,
}

/// The order was cancelled before any delivery (S8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the order was cancelled, as reported.
    pub cancelled_at: Instant,
    /// The marketplace's reason code: `customer`, `fraud`, …
    pub reason: String,
}

/// Devices reached the buyer; this is their day 0 (T1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderDelivered {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the units reached the buyer, as reported.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery, in which days are counted.
    pub zone: Tz,
    /// The units concerned.
    pub devices: Vec<DeviceId>,
    /// The marketplace's own shipment id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// When and where something was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// When it was delivered, as reported.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery.
    pub zone: Tz,
}

/// The reported date or place of a delivery was corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryCorrected {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the units were actually delivered.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery.
    pub zone: Tz,
    /// The units concerned.
    pub devices: Vec<DeviceId>,
    /// The delivery as reported before.
    pub was: Delivery,
}

/// The buyer confirmed the receipt (T10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptConfirmed {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the buyer confirmed the receipt, as reported.
    pub confirmed_at: Instant,
}

/// The order is completed; from now on claims can be made (T10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCompleted {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the order was completed, as reported.
    pub completed_at: Instant,
    /// What completed the order.
    pub because: CompletedBecause,
}

/// What completed an order (T10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletedBecause {
    /// The buyer confirmed the receipt.
    ReceiptConfirmed,
    /// The marketplace reported it.
    Marketplace,
}

/// Devices went back to the shop by day 7 (T1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DevicesReturned {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The units concerned.
    pub devices: Vec<DeviceId>,
    /// When the units went back to the shop, as reported.
    pub returned_at: Instant,
    /// The marketplace's reason code, in lower case, such as `defect`.
    pub reason: String,
    /// The marketplace's own return id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The rules that were checked, with the facts they were checked against.
    #[serde(default)]
    pub findings: Findings,
}

/// The seller refunded devices, in part or in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineRefunded {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The units concerned.
    pub devices: Vec<DeviceId>,
    /// The amount refunded for each of them.
    pub amount: Money,
    /// Whether each of them is now refunded in full.
    pub full: bool,
    /// When the seller paid the refund, as reported.
    pub refunded_at: Instant,
    /// The marketplace's own refund id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A fact that cannot be used yet, because a fact it depends on has not been reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactKept {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's type of the fact: `marketplace.order.paid`, `shopify:orders/paid`.
    pub fact: String,
    /// The source's own id of the fact.
    pub id: String,
    /// The type of the command that the fact was translated to.
    pub command: String,
    /// The body of that command.
    pub body: serde_json::Value,
    /// The fact that has to arrive first.
    pub missing: MissingFact,
}

/// A fact that other facts wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MissingFact {
    /// The order itself has not been reported.
    #[serde(rename = "order.placed")]
    Placed,
    /// The delivery has not been reported.
    #[serde(rename = "order.delivered")]
    Delivered,
}

/// A kept fact that was refused when it was finally decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptFactRefused {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's type of the fact, such as `marketplace.order.paid`.
    pub fact: String,
    /// The source's own id of the fact.
    pub id: String,
    /// A stable code for machines, such as `order.unit_not_known`.
    pub code: String,
    /// Ids of the rules that refuse the fact.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Why it was refused, as a sentence for people.
    pub detail: String,
}

/// The remedy a buyer requests from the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedRemedy {
    /// A refund.
    Refund,
    /// A replacement device.
    Exchange,
}

/// A reference to a photo that was uploaded before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoReference {
    /// The SHA-256 of the stored bytes, in hexadecimal.
    pub sha256: String,
    /// The size in bytes.
    pub size: u64,
    /// The media type, such as `image/jpeg`.
    pub media_type: String,
}

/// The buyer opened a dispute with the seller (T1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeOpened {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    /// The device the dispute is about.
    pub device: DeviceId,
    /// The buyer's description of the problem, sealed.
    pub reason: Sealed,
    /// The remedy the buyer requests.
    pub requested_remedy: RequestedRemedy,
    /// References to photos of the defect, uploaded before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoReference>,
    /// When the buyer opened the dispute.
    pub opened_at: Instant,
    /// Until when the seller can answer (T8); after that only the marketplace decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_by: Option<Instant>,
    /// The rules that were checked, with the facts they were checked against.
    #[serde(default)]
    pub findings: Findings,
}

/// How a seller can answer a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeAnswer {
    /// The seller grants the requested remedy.
    Agree,
    /// The seller offers an amount instead.
    Counter,
    /// The seller refuses.
    Decline,
}

/// The seller answered a dispute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeAnswered {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    /// Whether the seller agrees, makes a counter-offer or declines.
    pub answer: DisputeAnswer,
    /// The amount offered; present only for a counter-offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Money>,
    /// The seller's comment, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

/// The seller did not answer in time, so the marketplace decides (T8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeDeadlinePassed {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    /// The device the dispute is about.
    pub device: DeviceId,
    /// When the seller's answer was due.
    pub due: Instant,
    /// The marketplace that has to decide now.
    pub escalated_to: String,
}

/// How a dispute can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeEnding {
    /// The full remaining price is refunded.
    FullRefund,
    /// Part of the price is refunded, and the buyer keeps the device.
    PartialRefund,
    /// The seller sends a replacement device.
    Exchange,
    /// The cost of a repair is reimbursed against a receipt.
    RepairReimbursed,
    /// The buyer gets nothing.
    Nothing,
}

impl DisputeEnding {
    /// Name for people, as used in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::FullRefund => "a full refund",
            Self::PartialRefund => "a partial refund",
            Self::Exchange => "an exchange",
            Self::RepairReimbursed => "a reimbursed repair",
            Self::Nothing => "nothing for the buyer",
        }
    }
}

/// Who decided a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The seller.
    Seller,
    /// The marketplace.
    Marketplace,
    /// The buyer, by accepting the seller's offer.
    Buyer,
}

/// A dispute was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeDecided {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    /// The device the dispute was about.
    pub device: DeviceId,
    /// How the dispute ended.
    pub ending: DisputeEnding,
    /// The amount the buyer gets; absent if the ending involves no money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Who decided the dispute.
    pub by: DecidedBy,
    /// The rules that were checked, with the facts they were checked against.
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
            // The deadline passed when it was due, even if the timer fired later.
            Self::DisputeDeadlinePassed(event) => Some(event.due),
            // A correction happens when it is reported; the time of the delivery is in its body.
            Self::DeliveryCorrected(_)
            | Self::FactKept(_)
            | Self::KeptFactRefused(_)
            | Self::DisputeOpened(_)
            | Self::DisputeAnswered(_)
            | Self::DisputeDecided(_) => None,
        }
    }
}
