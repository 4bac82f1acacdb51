//! How the job ends. These are stable formats.

use recourse_kernel::{ClaimId, Findings, Instant, JobId, ShipmentId};
use recourse_terms::{DeviceKind, Serial};
use serde::{Deserialize, Serialize};

use super::evidence::{Acknowledgement, PhotoReference};

/// How a replacement compares with the original device (S2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    SameModel,
    /// Another model with the same functions, neither newer nor more expensive.
    SameFunctions,
    /// A newer or more expensive model.
    Improved,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplacementSent {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// The new device's serial.
    pub serial: Serial,
    /// The kind of the new device, if it is another model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// How it compares with the old one; the same model by default (S2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likeness: Option<Likeness>,
    /// The shipment that it was sent with; none if it was handed over in person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    pub sent_at: Instant,
    /// When the carrier is late with it (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_by: Option<Instant>,
    /// The rules that were checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

/// Who the shop handed the device to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandedTo {
    /// A carrier, with a booked shipment.
    Carrier,
    /// The buyer, in person.
    Buyer,
}

/// The device was handed over for return to its buyer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandedOver {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// To the carrier or to the buyer.
    pub to: HandedTo,
    /// The shipment, if a carrier took the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    /// When it was handed over.
    pub at: Instant,
    /// When the carrier is late with it (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_by: Option<Instant>,
    /// Photos taken then, in the provider's own store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoReference>,
    /// The other party's confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
}

/// The buyer has not paid for so long that the device counts as abandoned and belongs to the
/// provider (M8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Abandoned {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// Since when it counts as abandoned.
    pub at: Instant,
    /// The rules that were checked.
    pub findings: Findings,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// The job that the event belongs to.
    pub job: JobId,
}
