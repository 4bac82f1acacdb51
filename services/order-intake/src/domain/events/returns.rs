//! Devices go back to the shop, and the seller refunds them. These are stable formats.

use recourse_kernel::{DeviceId, DisputeId, Findings, Instant, Money, OrderId};
use serde::{Deserialize, Serialize};

/// Devices went back to the shop. Whether in time is one of the findings (T1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DevicesReturned {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
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
    /// The marketplace's own id of the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// The dispute whose outcome this amount is, if that was confirmed before the marketplace
    /// reported the payment (D2). Its report is then not counted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<DisputeId>,
    /// Whether the order was cancelled, so that this is the refund for it (S8).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancelled: bool,
}
