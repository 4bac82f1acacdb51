//! Devices reach the buyer, and the order is completed. These are stable formats.

use chrono_tz::Tz;
use recourse_kernel::{DeviceId, Findings, Instant, OrderId};
use serde::{Deserialize, Serialize};

/// Devices reached the buyer; this is their day 0 (T1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderDelivered {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the units reached the buyer, as reported.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery, in which days are counted.
    pub zone: Tz,
    pub devices: Vec<DeviceId>,
    /// The marketplace's own shipment id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why the delivery is presumed, if no shipment was reported as delivered (T10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presumed: Option<Presumed>,
}

/// Why units count as delivered whose delivery was not reported (T10). An earlier reported
/// delivery replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presumed {
    /// The receipt of the order was confirmed: they were delivered then, or before.
    ReceiptConfirmed,
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
    pub devices: Vec<DeviceId>,
    /// The delivery as reported before.
    pub was: Delivery,
    /// The marketplace's own shipment id, if the correction names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why the delivery is presumed: one that was reported before was withdrawn (T10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presumed: Option<Presumed>,
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
    /// When the order was completed: as reported, or when its days had passed.
    pub completed_at: Instant,
    pub because: CompletedBecause,
    /// The rule that completed it, with the facts it was checked against, such as the number of
    /// days; empty in events written by earlier releases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

/// What completed an order (T10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletedBecause {
    ReceiptConfirmed,
    Marketplace,
    /// The days passed that the order's shop waits after everything was delivered.
    DaysAfterDelivery,
}
