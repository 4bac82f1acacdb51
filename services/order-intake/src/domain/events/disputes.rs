//! Disputes between buyer and seller. These are stable formats.

use recourse_kernel::{DeviceId, DisputeId, Findings, Instant, Money, Owner, Sealed, WaitKind};
use serde::{Deserialize, Serialize};

/// The remedy a buyer requests from the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedRemedy {
    Refund,
    /// A replacement device.
    Exchange,
    /// The price of a repair, against its scanned receipt.
    Repair,
}

/// A repair that the buyer asks the seller to pay for (D1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The price of the repair on the receipt.
    pub amount: Money,
    /// The scan, stored as photos are.
    pub photo: PhotoReference,
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
    pub device: DeviceId,
    /// The buyer's description of the problem, sealed.
    pub reason: Sealed,
    pub requested_remedy: RequestedRemedy,
    /// References to photos of the defect, uploaded before; at least one (D1).
    pub photos: Vec<PhotoReference>,
    /// The receipt of the repair, if the buyer asks for its price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// When the buyer opened the dispute.
    pub opened_at: Instant,
    /// The first instant at which the seller's answer is too late (T11): from then on only the
    /// marketplace decides.
    pub answer_by: Instant,
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
    /// The seller offers something else instead.
    Counter,
    Decline,
}

/// What a seller can offer instead of the requested remedy (D1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferKind {
    /// The full remaining price.
    FullRefund,
    /// A part of the price; the buyer keeps the device.
    PartialRefund,
    /// A replacement device.
    Exchange,
    /// The parts that the repair needs, sent free of charge.
    FreeParts,
    /// An amount off the next purchase; no money for this device, which the buyer keeps.
    Discount,
}

/// What a seller offers instead of the requested remedy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    pub kind: OfferKind,
    /// The amount, for an offer of money.
    pub amount: Option<Money>,
}

impl OfferKind {
    /// How a dispute ends if the buyer accepts the offer.
    pub fn ending(self) -> DisputeEnding {
        match self {
            Self::FullRefund => DisputeEnding::FullRefund,
            Self::PartialRefund => DisputeEnding::PartialRefund,
            Self::Exchange => DisputeEnding::Exchange,
            Self::FreeParts => DisputeEnding::FreeParts,
            Self::Discount => DisputeEnding::Discount,
        }
    }

    /// Whether the offer names an amount. A full refund is what remains of the price.
    pub fn has_an_amount(self) -> bool {
        matches!(self, Self::PartialRefund | Self::Discount)
    }
}

/// The seller, or the marketplace for the seller, answered a dispute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeAnswered {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    pub device: DeviceId,
    /// Whether the seller agrees, makes a counter-offer or declines.
    pub answer: DisputeAnswer,
    /// What is offered; present only for a counter-offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OfferKind>,
    /// The amount offered, for an offer of money or of a discount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Money>,
    /// The seller's comment, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
    /// When the seller answered.
    pub answered_at: Instant,
    /// The first instant at which the marketplace decides although the buyer has not answered the
    /// offer (T11). Absent if this answer sets no such deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_until: Option<Instant>,
    /// The first instant at which the marketplace's decision is overdue (T11). Absent if this
    /// answer sets no such deadline: a later answer does not move one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Instant>,
}

/// The buyer declined the seller's offer, so the marketplace decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeOfferDeclined {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    pub device: DeviceId,
    /// When the buyer declined.
    pub declined_at: Instant,
    /// The first instant at which the marketplace's decision is overdue (T11). Absent if that
    /// deadline was set before, and stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Instant>,
}

/// The buyer withdrew a dispute before it was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeWithdrawn {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    pub device: DeviceId,
    /// When the buyer withdrew it.
    pub withdrawn_at: Instant,
}

/// A deadline of a dispute passed (T11). What follows: without an answer of the seller, or of the
/// buyer to an offer, the marketplace decides; without a decision, claims no longer wait for it
/// (C8); what was not carried out stays owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    pub device: DeviceId,
    /// What was awaited: `dispute_answer`, `dispute_offer_answer`, `dispute_decision`,
    /// `dispute_performance` or `dispute_objection`.
    pub deadline: WaitKind,
    /// When it was due.
    pub due: Instant,
    /// Who had to act.
    pub owner: Owner,
    /// The marketplace to which it is escalated.
    pub escalated_to: String,
    /// The first instant at which the marketplace's decision is overdue, if it must decide now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Instant>,
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
    /// The seller sends parts for a repair, free of charge.
    FreeParts,
    /// The buyer gets an amount off the next purchase. It is no refund of this device.
    Discount,
    Nothing,
}

impl DisputeEnding {
    /// D2, M1: whether its amount is money that goes back for the device. A discount on the next
    /// purchase is not, and neither are parts.
    pub fn is_money_back(self) -> bool {
        matches!(self, Self::FullRefund | Self::PartialRefund | Self::RepairReimbursed)
    }

    /// Name for people, as used in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::FullRefund => "a full refund",
            Self::PartialRefund => "a partial refund",
            Self::Exchange => "an exchange",
            Self::RepairReimbursed => "a reimbursed repair",
            Self::FreeParts => "free parts",
            Self::Discount => "a discount",
            Self::Nothing => "nothing for the buyer",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    Seller,
    Marketplace,
    /// The buyer, by accepting the seller's offer.
    Buyer,
}

/// A dispute was decided: what the buyer gets. It counts once it is carried out (D2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeDecided {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    /// The device the dispute was about.
    pub device: DeviceId,
    pub ending: DisputeEnding,
    /// The amount the buyer gets; absent if the ending involves no money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    pub by: DecidedBy,
    /// When it was decided.
    pub decided_at: Instant,
    /// The first instant at which carrying it out is overdue (T11); absent if the buyer gets
    /// nothing, which ends the dispute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perform_by: Option<Instant>,
    /// The rules that were checked, with the facts they were checked against.
    #[serde(default)]
    pub findings: Findings,
}

/// The seller states that what was decided is carried out. It counts once the marketplace or the
/// buyer confirms it, the marketplace reports it, or the buyer does not object in time (D2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputePerformanceStated {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    pub device: DeviceId,
    /// What was decided.
    pub ending: DisputeEnding,
    /// The amount that was decided, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// When it was carried out, as the seller states.
    pub at: Instant,
    /// When the seller stated it.
    pub stated_at: Instant,
    /// The first instant at which an objection of the buyer is too late (T11).
    pub object_by: Instant,
}

/// The buyer objected: what was decided is still owed, and only the marketplace's confirmation or
/// report, or the buyer's own, ends the dispute (D2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputePerformanceContested {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    pub device: DeviceId,
    pub contested_at: Instant,
    /// The first instant at which carrying it out is overdue, as before; absent if that has passed
    /// and is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perform_by: Option<Instant>,
}

/// What was decided is carried out, in time or late, which ends the dispute (D2).
///
/// An amount of money is counted once, by [`LineRefunded`](super::LineRefunded), which follows this
/// event unless it was reported before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputePerformed {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    pub device: DeviceId,
    /// What was decided.
    pub ending: DisputeEnding,
    /// The amount that was decided, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// When it was carried out, as reported.
    pub at: Instant,
    /// The rules that were checked, with the facts they were checked against.
    #[serde(default)]
    pub findings: Findings,
}
