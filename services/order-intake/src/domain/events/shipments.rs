//! What a shop reported about a shipment before its delivery. This is a stable format.

use recourse_kernel::{Instant, OrderId};
use serde::{Deserialize, Serialize};

/// Some units of a line, named by the marketplace's own line id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineUnits {
    /// The marketplace's own id of the line.
    pub reference: String,
    /// How many units of the line.
    pub quantity: u32,
}

/// What is known of a shipment that is not delivered: its lines, or that it failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentNoted {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's own shipment id.
    pub shipment: String,
    /// What it contains; empty while that is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineUnits>,
    /// When it failed or went back to its sender, as reported. It was not delivered until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Instant>,
}
