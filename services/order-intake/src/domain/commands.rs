//! What can be asked of an order. These are formats: stored for ever on `recourse.orders.commands.v1`.
//!
//! The facts come from a marketplace's feed, and disputes from people over HTTP. A feed may name units by
//! their ids, or by the marketplace's own id of the line and a number: which units are meant is decided here,
//! where it is known what was delivered, returned and refunded before.

use chrono_tz::Tz;
use recourse_kernel::{DeviceId, DisputeId, Instant, Money, OrderId, Sealed, wire_format};
use recourse_terms::Country;
use serde::{Deserialize, Serialize};

use super::events::{DisputeAnswer, DisputeEnding, OrderLine, PhotoReference, RequestedRemedy};

wire_format! {
    /// What can be asked of an order.
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
        "recourse.order.open_dispute.v1" => OpenDispute(OpenDispute),
        "recourse.order.answer_dispute.v1" => AnswerDispute(AnswerDispute),
        "recourse.order.accept_dispute_offer.v1" => AcceptDisputeOffer(AcceptDisputeOffer),
        "recourse.order.decide_dispute.v1" => DecideDispute(DecideDispute),
    }
}

/// Where a command comes from, if it is a fact of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The fact's type: `marketplace.order.paid`, `shopify:orders/paid`.
    pub fact: String,
    /// The source's id of it.
    pub id: String,
}

/// Some units of a line, by the marketplace's own id of the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineUnits {
    /// The marketplace's id of the line.
    pub reference: String,
    /// How many of its units.
    pub quantity: u32,
}

/// Which units of an order are meant; none named means all that it can apply to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    /// By their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceId>,
    /// By line and number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineUnits>,
}

impl Units {
    /// Whether the source names none.
    pub fn are_not_named(&self) -> bool {
        self.devices.is_empty() && self.lines.is_empty()
    }
}

/// An order was placed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The order, derived from marketplace and number.
    pub order: OrderId,
    /// The marketplace's name.
    pub marketplace: String,
    /// The marketplace's own number for the order.
    pub number: String,
    /// When.
    pub placed_at: Instant,
    /// The buyer's pseudonym, `b-…`.
    pub buyer: String,
    /// Name, e-mail, telephone and address, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Sealed>,
    /// The country that it is sent to.
    pub country: Country,
    /// The city that it is sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// Where this comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// The order's money came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pay {
    /// The order.
    pub order: OrderId,
    /// When.
    pub paid_at: Instant,
    /// The whole amount.
    pub amount: Money,
    /// Where this comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// The order was called off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cancel {
    /// The order.
    pub order: OrderId,
    /// When.
    pub cancelled_at: Instant,
    /// The marketplace's code for why.
    pub reason: String,
    /// Where this comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Units were delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deliver {
    /// The order.
    pub order: OrderId,
    /// When.
    pub delivered_at: Instant,
    /// The time zone of the place; without it, that of the order's country and city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// Which; none named means all that are not delivered yet.
    #[serde(flatten)]
    pub units: Units,
    /// The marketplace's own id of the shipment: the same one again is the same fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Where this comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// A delivery had been told wrongly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CorrectDelivery {
    /// The order.
    pub order: OrderId,
    /// When it really was.
    pub delivered_at: Instant,
    /// The time zone of the place; without it, the one that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// Which; none named means all that are delivered.
    #[serde(flatten)]
    pub units: Units,
    /// Where this comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// The buyer confirmed the receipt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfirmReceipt {
    /// The order.
    pub order: OrderId,
    /// When.
    pub confirmed_at: Instant,
    /// Where this comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// The marketplace says that the order is completed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Complete {
    /// The order.
    pub order: OrderId,
    /// When.
    pub completed_at: Instant,
    /// Where this comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Units went back to the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Return {
    /// The order.
    pub order: OrderId,
    /// When.
    pub returned_at: Instant,
    /// Which; none named means all that are delivered and not returned.
    #[serde(flatten)]
    pub units: Units,
    /// The marketplace's code for why.
    pub reason: String,
    /// The marketplace's own id of the return: the same one again is the same fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Where this comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// The seller gave money back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundLine {
    /// The order.
    pub order: OrderId,
    /// For what, and how much for each.
    pub refunds: Vec<UnitsRefunded>,
    /// When.
    pub refunded_at: Instant,
    /// The marketplace's own id of the refund: the same one again is the same fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Where this comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Units that get the same amount back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitsRefunded {
    /// Which; none named means all.
    #[serde(flatten)]
    pub units: Units,
    /// How much for each of them.
    pub amount: Money,
}

/// The buyer complains to the seller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenDispute {
    /// About what.
    pub device: DeviceId,
    /// What is wrong, sealed.
    pub reason: Sealed,
    /// What the buyer wants.
    pub requested_remedy: RequestedRemedy,
    /// Photos of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoReference>,
}

/// The seller answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerDispute {
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

/// The buyer takes what the seller offered instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptDisputeOffer {
    /// The dispute.
    pub dispute: DisputeId,
    /// The amount that was offered, so that it is not mistaken for another one.
    pub offer: Money,
}

/// The dispute ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecideDispute {
    /// The dispute.
    pub dispute: DisputeId,
    /// How.
    pub ending: DisputeEnding,
    /// How much the buyer gets or, for a repair, demands. A full refund needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// What the repair cost by its receipt. A demand above it loses the whole compensation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Money>,
    /// Whether the service centre that wrote the receipt found the device beyond repair: then it is the full
    /// price.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond_repair: bool,
}

impl OrderCommand {
    /// The order that is asked about.
    pub fn order(&self) -> OrderId {
        match self {
            Self::Place(command) => command.order,
            Self::Pay(command) => command.order,
            Self::Cancel(command) => command.order,
            Self::Deliver(command) => command.order,
            Self::CorrectDelivery(command) => command.order,
            Self::ConfirmReceipt(command) => command.order,
            Self::Complete(command) => command.order,
            Self::Return(command) => command.order,
            Self::RefundLine(command) => command.order,
            Self::OpenDispute(command) => command.device.order(),
            Self::AnswerDispute(command) => command.dispute.device().order(),
            Self::AcceptDisputeOffer(command) => command.dispute.device().order(),
            Self::DecideDispute(command) => command.dispute.device().order(),
        }
    }

    /// Where it comes from, if it is a fact of a feed.
    pub fn reported(&self) -> Option<&Reported> {
        match self {
            Self::Place(command) => command.reported.as_ref(),
            Self::Pay(command) => command.reported.as_ref(),
            Self::Cancel(command) => command.reported.as_ref(),
            Self::Deliver(command) => command.reported.as_ref(),
            Self::CorrectDelivery(command) => command.reported.as_ref(),
            Self::ConfirmReceipt(command) => command.reported.as_ref(),
            Self::Complete(command) => command.reported.as_ref(),
            Self::Return(command) => command.reported.as_ref(),
            Self::RefundLine(command) => command.reported.as_ref(),
            Self::OpenDispute(_)
            | Self::AnswerDispute(_)
            | Self::AcceptDisputeOffer(_)
            | Self::DecideDispute(_) => None,
        }
    }
}
