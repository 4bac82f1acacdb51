//! Facts that wait for an earlier one. These are stable formats.

use recourse_kernel::OrderId;
use serde::{Deserialize, Serialize};

use super::{DeliveryCorrected, OrderEvent};

/// A fact that cannot be used yet, because a fact it depends on has not been reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactKept {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's type of the fact: `marketplace.order.paid`, `shopify:orders/paid`.
    pub fact: String,
    /// The source's own id of the fact.
    pub id: String,
    /// The type of the command that the fact was translated to.
    pub command: String,
    /// The body of that command.
    pub body: serde_json::Value,
    /// The fact that has to arrive first.
    pub missing: MissingFact,
}

/// A fact that other facts wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MissingFact {
    /// The order itself has not been reported.
    #[serde(rename = "order.placed")]
    Placed,
    /// The delivery has not been reported.
    #[serde(rename = "order.delivered")]
    Delivered,
    /// It is not known which units the shipment has.
    #[serde(rename = "order.shipped")]
    Shipped,
    /// It names a line that the order does not have yet: the edit has not been reported.
    #[serde(rename = "order.lines_added")]
    Line,
}

impl FactKept {
    /// Whether the fact is decided again after this event: what it waits for has happened, or can
    /// no longer happen.
    pub fn is_next_after(&self, event: &OrderEvent) -> bool {
        match self.missing {
            MissingFact::Placed => {
                matches!(event, OrderEvent::Placed(_) | OrderEvent::Disregarded(_))
            }
            MissingFact::Delivered => match event {
                OrderEvent::Delivered(_) => true,
                // The delivery was withdrawn; then the shipment arrived, or the receipt was
                // confirmed.
                OrderEvent::DeliveryCorrected(corrected) => {
                    corrected.reference.is_some() || corrected.presumed.is_some()
                }
                _ => false,
            },
            MissingFact::Shipped => match event {
                OrderEvent::Cancelled(_) | OrderEvent::LinesAdded(_) => true,
                _ => shipment_of(event).is_some_and(|known| self.shipment() == Some(known)),
            },
            MissingFact::Line => {
                matches!(event, OrderEvent::Cancelled(_) | OrderEvent::LinesAdded(_))
            }
        }
    }

    /// The marketplace's own id of the shipment that the fact is about.
    pub fn shipment(&self) -> Option<&str> {
        self.body.get("reference")?.as_str()
    }
}

/// The shipment of which this event says the units.
fn shipment_of(event: &OrderEvent) -> Option<&str> {
    match event {
        OrderEvent::ShipmentNoted(noted) => Some(&noted.shipment),
        OrderEvent::Delivered(delivered) => delivered.reference.as_deref(),
        OrderEvent::DeliveryCorrected(DeliveryCorrected { reference, .. }) => reference.as_deref(),
        _ => None,
    }
}

/// A kept fact that was refused when it was finally decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptFactRefused {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's type of the fact, such as `marketplace.order.paid`.
    pub fact: String,
    /// The source's own id of the fact.
    pub id: String,
    /// A stable code for machines, such as `order.unit.not_known`.
    pub code: String,
    /// Ids of the rules that refuse the fact.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Why it was refused, as a sentence for people.
    pub detail: String,
}
