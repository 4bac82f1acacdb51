//! Disputes between buyer and seller. These are stable formats.

use recourse_kernel::{DeviceId, DisputeId, Findings, Instant, Money, Sealed};
use serde::{Deserialize, Serialize};

/// The remedy a buyer requests from the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedRemedy {
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
    pub device: DeviceId,
    /// The buyer's description of the problem, sealed.
    pub reason: Sealed,
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
    Decline,
}

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    Seller,
    Marketplace,
    /// The buyer, by accepting the seller's offer.
    Buyer,
}

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
    /// The rules that were checked, with the facts they were checked against.
    #[serde(default)]
    pub findings: Findings,
}
