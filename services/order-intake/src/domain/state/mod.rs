//! The state that decisions about an order need: a fold of its events.
//!
//! The writer caches it under `FOLD_VERSION`; raise that version when anything here changes.

use std::collections::{BTreeMap, BTreeSet};

use recourse_kernel::{DeviceId, Instant, OrderId};
use serde::{Deserialize, Serialize};

use super::events::{
    Delivery, DeliveryCorrected, FactKept, LineUnits, OrderEvent, OrderLine, OrderPaid,
    OrderPlaced, RefundAnnounced,
};

mod dispute;
mod edits;
mod privacy;
mod unit;

pub use dispute::{Dispute, DisputeStage, Ending, Owed, Period};
pub use privacy::PrivacyRequest;
pub use unit::{Plan, Removal, Unit};

/// The maximum number of units in one purchase. All of them live in one stream.
pub const UNITS_LIMIT: u64 = 1_000;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderState {
    /// The order, once it is placed.
    pub order: Option<Order>,
    /// Facts that wait for an earlier one, in order of arrival.
    pub kept: Vec<FactKept>,
    /// Requests about personal data, in order of arrival.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub privacy: Vec<PrivacyRequest>,
    /// Whether the marketplace does not have this order: facts about it lead to nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disregarded: bool,
}

/// An order that was placed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The order as placed, without the contact, which no decision needs.
    pub placed: OrderPlaced,
    /// The payment, if the order was paid.
    pub paid: Option<OrderPaid>,
    /// Whether a warranty was added after the payment, and is not paid yet.
    pub owes: bool,
    /// When it was cancelled, if it was.
    pub cancelled: Option<Instant>,
    /// When the buyer confirmed the receipt, if they did.
    pub receipt_confirmed: Option<Instant>,
    /// When the order was completed, if it was.
    pub completed: Option<Instant>,
    /// Every unit of every line, by device id.
    pub units: BTreeMap<DeviceId, Unit>,
    /// The marketplace's ids of the shipments, returns, removals, refunds and their payments
    /// recorded so far, to detect repeats. All but those of shipments begin with their kind.
    pub references: BTreeSet<String>,
    /// Refunds whose payment is pending, by the marketplace's id of the payment.
    pub announced: BTreeMap<String, RefundAnnounced>,
    /// When payments of refunds succeeded that were not announced, by the marketplace's id of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refund_payments: BTreeMap<String, Instant>,
    /// What is known of shipments besides their delivery, by the marketplace's id of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shipments: BTreeMap<String, Shipment>,
}

/// What is known of a shipment besides its delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// What it contains; empty while that is not known.
    pub lines: Vec<LineUnits>,
    /// When it last failed or went back to its sender, if it did.
    pub failed_at: Option<Instant>,
}

impl OrderState {
    /// Folds one event into the state. Cannot fail.
    pub fn evolve(&mut self, event: &OrderEvent) {
        self.kept.retain(|fact| !fact.is_next_after(event));
        match event {
            OrderEvent::Placed(event) => {
                (self.order, self.disregarded) = (Some(Order::new(event)), false);
            }
            OrderEvent::Disregarded(_) => self.disregarded = true,
            OrderEvent::FactKept(fact) => self.kept.push(fact.clone()),
            OrderEvent::KeptFactRefused(_) => {}
            OrderEvent::PrivacyRequested(_) | OrderEvent::PrivacyRequestResolved(_) => {
                self.evolve_privacy(event);
            }
            _ => {
                if let Some(order) = &mut self.order {
                    order.evolve(event);
                }
            }
        }
    }
}

impl Order {
    pub fn new(placed: &OrderPlaced) -> Self {
        let id = placed.order;
        let units = placed.lines.iter().flat_map(|line| units_of(id, line));
        // Orders decided here are within the limit; a foreign event might claim any quantity.
        let most = usize::try_from(UNITS_LIMIT).unwrap_or(usize::MAX);
        Self {
            units: units.take(most).collect(),
            placed: OrderPlaced { contact: None, ..placed.clone() },
            paid: None,
            owes: false,
            cancelled: None,
            receipt_confirmed: None,
            completed: None,
            references: BTreeSet::new(),
            announced: BTreeMap::new(),
            refund_payments: BTreeMap::new(),
            shipments: BTreeMap::new(),
        }
    }

    pub fn id(&self) -> OrderId {
        self.placed.order
    }

    /// Folds one event into the order.
    pub fn evolve(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Paid(event) => self.paid = Some(event.clone()),
            OrderEvent::Cancelled(event) => self.cancelled = Some(event.cancelled_at),
            OrderEvent::Delivered(event) => {
                let delivery = Delivery { delivered_at: event.delivered_at, zone: event.zone };
                self.each(&event.devices, |unit| {
                    (unit.delivery, unit.presumed) = (Some(delivery), event.presumed);
                    unit.shipment.clone_from(&event.reference);
                });
                self.references.extend(event.reference.clone());
            }
            OrderEvent::DeliveryCorrected(event) => self.correct_delivery(event),
            OrderEvent::ReceiptConfirmed(event) => {
                self.receipt_confirmed = Some(event.confirmed_at);
            }
            OrderEvent::Completed(event) => self.completed = Some(event.completed_at),
            OrderEvent::Returned(event) => {
                self.each(&event.devices, |unit| unit.returned = Some(event.returned_at));
                self.references.extend(event.reference.as_deref().map(edits::return_reference));
            }
            OrderEvent::LineRefunded(event) => {
                self.each(&event.devices, |unit| {
                    unit.refunded = unit.refunded.saturating_add(event.amount.amount);
                });
                self.refund_counted(event.reference.as_ref(), event.payment.as_ref());
                self.expect_report(event.dispute, event.amount);
            }
            OrderEvent::RefundUnattributed(event) => {
                self.refund_counted(event.reference.as_ref(), event.payment.as_ref());
                self.reported(event.dispute, event.amount);
            }
            OrderEvent::WarrantyRefunded(_)
            | OrderEvent::RefundAnnounced(_)
            | OrderEvent::RefundPaid(_)
            | OrderEvent::PaymentAdded(_)
            | OrderEvent::LinesAdded(_)
            | OrderEvent::UnitsRemoved(_)
            | OrderEvent::WarrantyAdded(_)
            | OrderEvent::WarrantyRemoved(_)
            | OrderEvent::ContactCorrected(_)
            | OrderEvent::DeliveryWithdrawn(_)
            | OrderEvent::ShipmentNoted(_)
            | OrderEvent::ReportedAgain(_) => self.evolve_by_edit(event),
            OrderEvent::DisputeOpened(_)
            | OrderEvent::DisputeAnswered(_)
            | OrderEvent::DisputeOfferDeclined(_)
            | OrderEvent::DisputeWithdrawn(_)
            | OrderEvent::DisputeDecided(_)
            | OrderEvent::DisputePerformanceStated(_)
            | OrderEvent::DisputePerformanceContested(_)
            | OrderEvent::DisputePerformed(_)
            | OrderEvent::DeadlinePassed(_) => self.evolve_dispute(event),
            OrderEvent::Placed(_)
            | OrderEvent::Disregarded(_)
            | OrderEvent::BuyerAccessGranted(_)
            | OrderEvent::PrivacyRequested(_)
            | OrderEvent::PrivacyRequestResolved(_)
            | OrderEvent::FactKept(_)
            | OrderEvent::KeptFactRefused(_) => {}
        }
    }

    fn correct_delivery(&mut self, event: &DeliveryCorrected) {
        let delivery = Delivery { delivered_at: event.delivered_at, zone: event.zone };
        self.each(&event.devices, |unit| {
            (unit.delivery, unit.withdrawn) = (Some(delivery), None);
            unit.presumed = event.presumed;
            if event.reference.is_some() {
                unit.shipment.clone_from(&event.reference);
            }
        });
        self.references.extend(event.reference.clone());
    }

    fn each(&mut self, devices: &[DeviceId], change: impl Fn(&mut Unit)) {
        for device in devices {
            if let Some(unit) = self.units.get_mut(device) {
                change(unit);
            }
        }
    }
}

/// The units of a line.
fn units_of(order: OrderId, line: &OrderLine) -> impl Iterator<Item = (DeviceId, Unit)> {
    let (number, unit) = (line.line, Unit::new(line));
    (1..=line.quantity).map(move |position| (order.device(number, position), unit.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_four_billion_units_folds_into_a_thousand() {
        let example = recourse_schemas::examples("recourse.order.placed.v1")[0].body;
        let mut placed: OrderPlaced = serde_json::from_str(example).unwrap();
        placed.lines[0].quantity = u32::MAX;
        assert_eq!(Order::new(&placed).units.len(), 1_000);
    }
}
