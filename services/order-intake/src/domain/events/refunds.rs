//! Refunds besides that of a device. These are stable formats.

use recourse_kernel::{DeviceId, DisputeId, Instant, Money, OrderId};
use serde::{Deserialize, Serialize};

/// The shop refunded the line that charges for the warranty of devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarrantyRefunded {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The devices whose warranty was refunded.
    pub devices: Vec<DeviceId>,
    /// The amount refunded for each of them.
    pub amount: Money,
    /// When the shop paid the refund, as reported.
    pub refunded_at: Instant,
    /// The marketplace's own refund id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A refund whose payment is pending. It counts once the payment has succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundAnnounced {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's own id of the payment.
    pub payment: String,
    /// When the shop announced the refund, as reported.
    pub announced_at: Instant,
    /// The body of the command that is decided once the payment has succeeded.
    pub body: serde_json::Value,
}

/// The payment of a refund succeeded that was not announced yet. A refund that is announced later
/// for this payment counts at once; one that concerns no unit is never reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundPaid {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's own id of the payment.
    pub payment: String,
    /// When the payment succeeded, as reported.
    pub paid_at: Instant,
}

/// The shop paid an amount back that is not counted for a device: nothing says which one, and the
/// marketplace can report it again for a device; or no price is left to lower; or it was counted
/// when the outcome of a dispute was confirmed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefundUnattributed {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The amount paid back.
    pub amount: Money,
    /// When the shop paid it, as reported.
    pub refunded_at: Instant,
    /// The marketplace's own refund id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The marketplace's own id of the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// Why it is not counted: `several_devices`, `exceeds_price`, `paid_in_dispute`.
    pub because: Unattributed,
    /// The dispute whose outcome it is, if it was counted with that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<DisputeId>,
}

/// Why an amount is not counted for a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unattributed {
    /// It may be for several devices, or for none.
    SeveralDevices,
    /// It is above what remained to refund, which was counted.
    ExceedsPrice,
    /// It is the outcome of a dispute, which was counted when it was confirmed (D2).
    PaidInDispute,
}
