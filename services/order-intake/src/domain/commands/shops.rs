//! Facts that only shop systems report. These are stable formats.

use recourse_kernel::{Instant, OrderId};
use serde::{Deserialize, Serialize};

use super::{LineUnits, Reported, Units};

/// Reports that the payment of a refund succeeded, whether or not the refund is announced yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PayRefund {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's own id of the payment, as in the refund.
    pub payment: String,
    /// When the payment succeeded, as reported.
    pub paid_at: Instant,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Reports that units that were not delivered are no longer part of the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemoveUnits {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The units removed.
    #[serde(flatten)]
    pub units: Units,
    /// When they were removed, as reported.
    pub removed_at: Instant,
    /// The marketplace's own id of the removal. A repeated id marks the same fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Reports that a shipment did not reach the buyer, whatever was reported before: it failed, or
/// went back to its sender.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WithdrawDelivery {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's own shipment id, as in the delivery that was reported.
    pub shipment: String,
    /// When the carrier reported it.
    pub withdrawn_at: Instant,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Reports which lines a shipment has. It may not be delivered yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteShipment {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's own shipment id.
    pub shipment: String,
    /// What it contains.
    pub lines: Vec<LineUnits>,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}
