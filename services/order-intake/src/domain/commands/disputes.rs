//! Commands about disputes. These are stable formats.

use recourse_kernel::{DeviceId, DisputeId, Instant, Money, Sealed};
use serde::{Deserialize, Serialize};

use crate::domain::events::{
    DisputeAnswer, DisputeEnding, OfferKind, PhotoReference, Receipt, RequestedRemedy,
};

/// Opens a dispute between the buyer and the seller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenDispute {
    pub device: DeviceId,
    /// The buyer's description of the problem, sealed.
    pub reason: Sealed,
    pub requested_remedy: RequestedRemedy,
    /// References to photos of the defect, uploaded before; at least one (D1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoReference>,
    /// The receipt of a repair, if the buyer asks for its price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// Records the seller's answer to a dispute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerDispute {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    /// Whether the seller agrees, makes a counter-offer or declines.
    pub answer: DisputeAnswer,
    /// What is offered, for a counter-offer; a part of the price if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OfferKind>,
    /// The amount offered, for a counter-offer of money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Money>,
    /// The seller's comment, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

/// Accepts the seller's counter-offer on behalf of the buyer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptDisputeOffer {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    /// The amount offered. It must match, so that the buyer cannot accept an offer that has
    /// changed. Absent for an offer without an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Money>,
}

/// Declines the seller's counter-offer on behalf of the buyer, so that the marketplace decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclineDisputeOffer {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
}

/// Withdraws a dispute on behalf of the buyer, before it is decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WithdrawDispute {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
}

/// Objects, on behalf of the buyer, to the seller's statement that what was decided is carried out
/// (D2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContestPerformance {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
}

/// Confirms that the seller carried out what was decided, in time or late; or, by the seller,
/// states it (D2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PerformDispute {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    /// When it was carried out; absent for when the seller states it, or for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
}

/// Decides a dispute on behalf of the marketplace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecideDispute {
    /// Id of the dispute: the device's id followed by the dispute's number.
    pub dispute: DisputeId,
    pub ending: DisputeEnding,
    /// The amount the buyer gets or, for a repair, demands. Absent for a full refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The cost of the repair on its receipt; needed unless the buyer sent a scan of it. A demand
    /// above it forfeits the whole compensation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Money>,
    /// Whether the service centre that wrote the receipt found the device beyond repair. If so, the
    /// full price is refunded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond_repair: bool,
}
