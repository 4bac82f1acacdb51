//! Shipments to the shop, between shops and to the buyer. These are stable formats.

use recourse_kernel::{Findings, Instant, JobId, Money, ShipmentId};
use recourse_terms::{Direction, Means, Party};
use serde::{Deserialize, Serialize};

use super::evidence::Scan;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentBooked {
    /// The job that the event belongs to.
    pub job: JobId,
    pub shipment: ShipmentId,
    /// To the shop or to the buyer.
    pub direction: Direction,
    /// Who booked it and is therefore liable for its loss (M8).
    pub booked_by: Party,
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
    /// The rules that were checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

/// A shipment was picked up, delivered or lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentMoved {
    pub shipment: ShipmentId,
    /// The job that the event belongs to.
    pub job: JobId,
    pub at: Instant,
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
