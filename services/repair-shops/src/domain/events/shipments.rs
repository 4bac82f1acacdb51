//! Shipments to the shop, between shops and to the buyer. These are stable formats.

use recourse_kernel::{ClaimId, Findings, Instant, JobId, Money, Principal, ShipmentId};
use recourse_terms::{Direction, Means, Party};
use serde::{Deserialize, Serialize};

use super::evidence::{PostageReceipt, Scan};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentBooked {
    /// The job that the event belongs to.
    pub job: JobId,
    pub shipment: ShipmentId,
    /// To the shop or to the buyer.
    pub direction: Direction,
    /// Who booked it and is therefore liable for its loss (M8).
    pub booked_by: Party,
    /// Who counts as its booker, if that is another party: the provider, if it did not book the
    /// courier that the buyer had requested (M3, M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts_as: Option<Party>,
    /// Post or courier, if the terms or the booking state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<Means>,
    pub carrier: String,
    /// The carrier's number for the parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// The tariff that set the price, if the provider booked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tariff: Option<String>,
    /// The price, as far as it counts towards the claim.
    pub price: Money,
    /// M3, C5: the maximum reimbursement for a shipment booked by the buyer. Absent if the provider
    /// booked it, or if the receipt is reimbursed in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reimbursement_cap: Option<Money>,
    /// The price of a shipment between two shops, which the provider alone pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between_shops: Option<Money>,
    /// The city of departure.
    pub from: String,
    /// The city of destination.
    pub to: String,
    pub booked_at: Instant,
    /// The receipt of what the buyer paid; without one nothing is reimbursed (M13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<PostageReceipt>,
    /// Until when the buyer hands the device over, if the buyer booked it instead of the provider,
    /// or the provider booked it by post (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<Due>,
    /// By when the provider's courier picks the device up, if the provider booked one (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub courier: Option<CourierDue>,
    /// By when the shop sends what goes back, if the buyer would have collected it (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_by: Option<Instant>,
    /// The rules that were checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

/// A date by which the buyer acts, with the day of the reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The first instant at which acting is too late.
    pub by: Instant,
    /// When the buyer is reminded.
    pub remind_at: Instant,
}

/// Until when the provider's courier comes, and from when the buyer may book instead (M3, T11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourierDue {
    /// The first instant at which the provider is late.
    pub by: Instant,
    /// From when the buyer may book instead of the provider.
    pub buyer_may_book_from: Instant,
}

/// The buyer asked the provider to book a courier (M3, T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CourierRequested {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    pub at: Instant,
    /// Until when the provider books it.
    pub book_by: Instant,
    /// From when the buyer may book it instead.
    pub buyer_may_book_from: Instant,
    /// The rules that were checked.
    pub findings: Findings,
}

/// A booking was cancelled before the carrier picked anything up (M13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentCancelled {
    pub shipment: ShipmentId,
    /// The job that the event belongs to.
    pub job: JobId,
    pub at: Instant,
    pub by: Principal,
    /// By when the provider books again, if it cancelled the courier that the buyer had requested
    /// (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub courier: Option<CourierDue>,
    /// Until when the buyer hands the device over, if it is the buyer's turn now (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<Due>,
    /// The carrier's scans, if its courier came and the device was not handed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<Scan>,
}

/// The receipt of a shipment that the buyer paid was added (M13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptAdded {
    pub shipment: ShipmentId,
    /// The job that the event belongs to.
    pub job: JobId,
    pub receipt: PostageReceipt,
    pub at: Instant,
}

/// The delivery of a shipment to the buyer was never reported, so the buyer is asked (T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryAsked {
    pub shipment: ShipmentId,
    /// The job that the event belongs to.
    pub job: JobId,
    pub at: Instant,
    /// From when silence means that it was delivered.
    pub presumed_at: Instant,
}

/// How a shipment ended, as a later report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReported {
    Delivered,
    Lost,
    /// The device is at the shop, whatever the carrier says.
    Arrived,
}

/// A later report corrects the end of a shipment (T11, M8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentCorrected {
    pub shipment: ShipmentId,
    /// The job that the event belongs to.
    pub job: JobId,
    /// How it had ended until then.
    pub was: EndReported,
    /// What is reported now.
    pub now: EndReported,
    /// When it happened.
    pub at: Instant,
    /// Whether this can be corrected in turn, as neither the carrier nor the recipient stated it.
    #[serde(default)]
    pub presumed: bool,
}

/// A shipment was picked up, delivered or lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentMoved {
    pub shipment: ShipmentId,
    /// The job that the event belongs to.
    pub job: JobId,
    pub at: Instant,
    /// When the carrier is late, once it picked the parcel up (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_by: Option<Instant>,
    /// Until when the shop inspects the device that was delivered to it (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspect_by: Option<Instant>,
    /// Whether the end is presumed, because it was not reported in time, or was stated by neither
    /// the carrier nor the recipient; a later report corrects it (T11).
    #[serde(default)]
    pub presumed: bool,
    /// Who counts as the booker and is liable for a loss, if that is another party than the one
    /// that booked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts_as: Option<Party>,
    /// The carrier's scans of the parcel so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<Scan>,
}

/// M8: the device was damaged in transit, as its receipt and the buyer's photos show. The party
/// that booked the shipment is liable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentDamaged {
    pub shipment: ShipmentId,
    /// The job that the event belongs to.
    pub job: JobId,
    /// Who booked the shipment and is therefore liable.
    pub falls_on: Party,
    /// The damage, as described by the shop.
    pub condition: String,
    /// When the damage was seen.
    pub at: Instant,
}
