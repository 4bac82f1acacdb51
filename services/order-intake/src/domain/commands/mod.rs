//! Commands about an order. These are stable formats, stored permanently on
//! `recourse.orders.commands.v1`.
//!
//! Facts come from a marketplace's feed, disputes from people over HTTP. A feed may name units by
//! device id, or by the marketplace's line id and a quantity. Which units are meant is decided
//! here, where earlier deliveries, returns and refunds are known.

use chrono_tz::Tz;
use recourse_kernel::{DeviceId, Instant, Money, OrderId, wire_format};
use serde::{Deserialize, Serialize};

pub use super::events::LineUnits;
mod disputes;
mod placing;
mod privacy;
mod routing;
mod shops;

pub use disputes::{
    AcceptDisputeOffer, AnswerDispute, ContestPerformance, DecideDispute, DeclineDisputeOffer,
    OpenDispute, PerformDispute, WithdrawDispute,
};
pub use placing::{Disregard, Place};
pub use privacy::{RequestPrivacy, ResolvePrivacyRequest};
pub use shops::{NoteShipment, PayRefund, RemoveUnits, WithdrawDelivery};

wire_format! {
    /// Commands about an order and the disputes about its devices.
    #[derive(Debug, Clone, PartialEq)]
    pub enum OrderCommand {
        "recourse.order.place.v1" => Place(Box<Place>),
        "recourse.order.pay.v1" => Pay(Pay),
        "recourse.order.cancel.v1" => Cancel(Cancel),
        "recourse.order.deliver.v1" => Deliver(Deliver),
        "recourse.order.correct_delivery.v1" => CorrectDelivery(CorrectDelivery),
        "recourse.order.confirm_receipt.v1" => ConfirmReceipt(ConfirmReceipt),
        "recourse.order.complete.v1" => Complete(Complete),
        "recourse.order.return.v1" => Return(Return),
        "recourse.order.refund_line.v1" => RefundLine(RefundLine),
        "recourse.order.grant_buyer_access.v1" => GrantBuyerAccess(GrantBuyerAccess),
        "recourse.order.pay_refund.v1" => PayRefund(PayRefund),
        "recourse.order.remove_units.v1" => RemoveUnits(RemoveUnits),
        "recourse.order.withdraw_delivery.v1" => WithdrawDelivery(WithdrawDelivery),
        "recourse.order.note_shipment.v1" => NoteShipment(NoteShipment),
        "recourse.order.disregard.v1" => Disregard(Disregard),
        "recourse.order.request_privacy.v1" => RequestPrivacy(RequestPrivacy),
        "recourse.order.resolve_privacy_request.v1" => ResolvePrivacyRequest(ResolvePrivacyRequest),
        "recourse.order.open_dispute.v1" => OpenDispute(OpenDispute),
        "recourse.order.answer_dispute.v1" => AnswerDispute(AnswerDispute),
        "recourse.order.accept_dispute_offer.v1" => AcceptDisputeOffer(AcceptDisputeOffer),
        "recourse.order.decline_dispute_offer.v1" => DeclineDisputeOffer(DeclineDisputeOffer),
        "recourse.order.withdraw_dispute.v1" => WithdrawDispute(WithdrawDispute),
        "recourse.order.decide_dispute.v1" => DecideDispute(DecideDispute),
        "recourse.order.perform_dispute.v1" => PerformDispute(PerformDispute),
        "recourse.order.contest_performance.v1" => ContestPerformance(ContestPerformance),
        "recourse.order.report_delivery.v1" => ReportDelivery(ReportDelivery),
    }
}

/// The fact in a feed that a command comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The fact's type: `marketplace.order.paid`, `shopify:orders/paid`.
    pub fact: String,
    /// The source's own id of the fact.
    pub id: String,
}

/// The units of an order that a fact concerns. If none are named, it concerns every unit it can
/// apply to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    /// Units named by device id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceId>,
    /// Units named by line and quantity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineUnits>,
}

impl Units {
    /// Whether the source names no units.
    pub fn are_not_named(&self) -> bool {
        self.devices.is_empty() && self.lines.is_empty()
    }
}

/// Reports that the order was paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pay {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the payment was made, as reported.
    pub paid_at: Instant,
    /// The whole amount paid, warranties included.
    pub amount: Money,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Reports that the order was cancelled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cancel {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the order was cancelled, as reported.
    pub cancelled_at: Instant,
    /// The marketplace's reason code, in lower case, such as `customer`.
    pub reason: String,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Reports that units were delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deliver {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the units reached the buyer, as reported.
    pub delivered_at: Instant,
    /// Whether the time is the carrier's own. It then replaces the time that was reported for the
    /// same shipment before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exact: bool,
    /// The time zone of the place of delivery; if absent, the zone of the order's country, region
    /// and city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// The units delivered; if none are named, all that are not delivered yet.
    #[serde(flatten)]
    pub units: Units,
    /// Whether the units are those of the shipment, which the source does not name here. Until they
    /// are known, the fact is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_shipment: bool,
    /// The marketplace's own shipment id. A repeated id marks the same fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Corrects the reported date or place of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CorrectDelivery {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the units were actually delivered.
    pub delivered_at: Instant,
    /// The time zone of the place of delivery; if absent, the zone reported before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// The units corrected; if none are named, all that are delivered.
    #[serde(flatten)]
    pub units: Units,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Reports that the buyer confirmed the receipt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfirmReceipt {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the buyer confirmed the receipt, as reported.
    pub confirmed_at: Instant,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Reports that the marketplace considers the order completed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Complete {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the order was completed, as reported.
    pub completed_at: Instant,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Reports that units went back to the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Return {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the units went back to the shop, as reported.
    pub returned_at: Instant,
    /// The units returned; if none are named, all that are delivered and not returned.
    #[serde(flatten)]
    pub units: Units,
    /// The marketplace's reason code, in lower case, such as `defect`.
    pub reason: String,
    /// The marketplace's own return id. A repeated id marks the same fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Reports that the seller refunded units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundLine {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The units refunded, with the amount for each.
    pub refunds: Vec<UnitsRefunded>,
    /// An amount that the shop paid back without naming a line. If it covers all that is left, it
    /// is for everything. Otherwise it lowers the price of the only device; if there are several,
    /// it is recorded without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Money>,
    /// Whether the payment is only announced. It counts once [`PayRefund`] or another report says
    /// that it was paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// The marketplace's own id of the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// When the seller paid the refund, as reported.
    pub refunded_at: Instant,
    /// The marketplace's own refund id. A repeated id marks the same fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Units that are each refunded the same amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitsRefunded {
    /// The units refunded; if none are named, all units of the order.
    #[serde(flatten)]
    pub units: Units,
    /// The amount refunded for each unit.
    pub amount: Money,
    /// The part of it that is tax added to the shop's prices. It does not count for a unit whose
    /// price has no such tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Money>,
    /// Whether the units also go back to the shop, so that delivered ones are meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub returned: bool,
}

/// Grants access to the order as its buyer, for a short time. The token that the caller gets is not
/// in the command, and not in its event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrantBuyerAccess {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
}

/// Reports when units reached the buyer whose receipt was confirmed without a reported delivery
/// (T10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportDelivery {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the units reached the buyer.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery; absent for that of the order's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// The units; if none are named, all whose delivery was not reported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceId>,
}
