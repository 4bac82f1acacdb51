//! Folds the events that change a placed order.

use std::collections::BTreeSet;

use super::{Order, Plan, Removal, Shipment, UNITS_LIMIT, Unit, units_of};
use crate::domain::events::{
    ContactCorrected, DeliveryWithdrawn, LinesAdded, OrderEvent, WarrantyAdded, WarrantyRemoved,
};

impl Order {
    pub(super) fn evolve_by_edit(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::WarrantyRefunded(event) => {
                let amount = event.amount.amount;
                self.each(&event.devices, |unit| {
                    if let Some(plan) = &mut unit.plan {
                        plan.refunded = plan.refunded.saturating_add(amount);
                    }
                });
            }
            OrderEvent::RefundAnnounced(event) => {
                self.announced.insert(event.payment.clone(), (**event).clone());
            }
            OrderEvent::RefundPaid(event) => {
                self.refund_payments.insert(event.payment.clone(), event.paid_at);
            }
            OrderEvent::ReportedAgain(event) => {
                self.placed.as_of = self.placed.as_of.max(Some(event.as_of));
            }
            OrderEvent::PaymentAdded(event) => {
                if let Some(paid) = &mut self.paid {
                    paid.amount = event.amount;
                }
                self.owes = false;
            }
            OrderEvent::LinesAdded(event) => self.add_lines(event),
            OrderEvent::UnitsRemoved(event) => {
                let removal =
                    if event.reference.is_some() { Removal::Cancelled } else { Removal::Edited };
                let was_paid = self.paid.is_some();
                self.each(&event.devices, |unit| {
                    (unit.removed, unit.was_paid) = (Some(removal), was_paid);
                });
                self.references.extend(event.reference.as_deref().map(removal_reference));
                if removal == Removal::Edited {
                    self.placed.as_of = self.placed.as_of.max(Some(event.removed_at));
                }
            }
            OrderEvent::WarrantyAdded(event) => self.add_warranty(event),
            OrderEvent::WarrantyRemoved(event) => self.remove_warranty(event),
            OrderEvent::ContactCorrected(event) => self.correct_contact(event),
            OrderEvent::DeliveryWithdrawn(event) => self.withdraw_delivery(event),
            OrderEvent::ShipmentNoted(event) => {
                let noted = Shipment { lines: event.lines.clone(), failed_at: event.failed_at };
                self.shipments.insert(event.shipment.clone(), noted);
            }
            _ => {}
        }
    }

    fn add_lines(&mut self, event: &LinesAdded) {
        let id = self.id();
        let most = usize::try_from(UNITS_LIMIT).unwrap_or(usize::MAX);
        let free = most.saturating_sub(self.units.len());
        let units = event.lines.iter().flat_map(|line| units_of(id, line));
        let joined = Some(event.added_at);
        let units = units.map(|(device, unit)| (device, Unit { joined, ..unit }));
        self.units.extend(units.take(free));
        self.placed.lines.extend(event.lines.iter().cloned());
        self.owes |= self.paid.is_some() && event.lines.iter().any(|line| line.warranty.is_some());
        self.placed.as_of = self.placed.as_of.max(Some(event.added_at));
    }

    fn add_warranty(&mut self, event: &WarrantyAdded) {
        let plan = Plan::of(&event.warranty);
        self.all_of_their_lines_are_devices(event);
        self.each(&event.devices, |unit| {
            unit.price = event.unit_price;
            unit.has_tax = event.unit_tax.is_some();
            unit.warranty = Some(event.warranty.clone());
            unit.plan.clone_from(&plan);
        });
        self.owes |= self.paid.is_some();
        self.placed.as_of = self.placed.as_of.max(Some(event.added_at));
    }

    /// The units of a line are alike, whether or not each has a warranty.
    fn all_of_their_lines_are_devices(&mut self, event: &WarrantyAdded) {
        if event.kind.is_none() {
            return;
        }
        let units = event.devices.iter().filter_map(|device| self.units.get(device));
        let lines: BTreeSet<_> = units.filter_map(|unit| unit.reference.clone()).collect();
        for (device, unit) in &mut self.units {
            let is_of_them = unit.reference.as_ref().is_some_and(|line| lines.contains(line));
            unit.is_device |= is_of_them || event.devices.contains(device);
        }
    }

    fn remove_warranty(&mut self, event: &WarrantyRemoved) {
        self.each(&event.devices, |unit| {
            unit.warranty = None;
            if event.moved {
                unit.plan = None;
            }
        });
        if event.reference.is_none() {
            self.placed.as_of = self.placed.as_of.max(Some(event.removed_at));
        }
    }

    fn correct_contact(&mut self, event: &ContactCorrected) {
        let placed = &mut self.placed;
        placed.contact_mark.clone_from(&event.contact_mark);
        placed.country = event.country;
        placed.region.clone_from(&event.region);
        placed.city.clone_from(&event.city);
        placed.as_of = placed.as_of.max(Some(event.corrected_at));
    }

    fn withdraw_delivery(&mut self, event: &DeliveryWithdrawn) {
        self.each(&event.devices, |unit| {
            unit.withdrawn = unit.delivery.take();
        });
        // The same shipment may still arrive.
        self.references.remove(&event.shipment);
        let shipment = self.shipments.entry(event.shipment.clone()).or_default();
        shipment.failed_at = shipment.failed_at.max(Some(event.withdrawn_at));
    }

    /// A refund, and the payment it was paid with, counts once.
    pub(super) fn refund_counted(&mut self, refund: Option<&String>, payment: Option<&String>) {
        self.references.extend(refund.map(|refund| refund_reference(refund)));
        if let Some(payment) = payment {
            self.references.insert(payment_reference(payment));
            self.announced.remove(payment);
            self.refund_payments.remove(payment);
        }
    }

    /// Whether this refund is counted.
    pub fn has_counted_refund(&self, refund: &str) -> bool {
        self.references.contains(&refund_reference(refund))
    }

    /// Whether this return is recorded.
    pub fn has_recorded_return(&self, back: &str) -> bool {
        self.references.contains(&return_reference(back))
    }

    /// Whether this removal of units is recorded.
    pub fn has_recorded_removal(&self, removal: &str) -> bool {
        self.references.contains(&removal_reference(removal))
    }

    /// Whether the refund that was paid with this payment is counted.
    pub fn has_counted_payment(&self, payment: &str) -> bool {
        self.references.contains(&payment_reference(payment))
    }
}

/// The marketplace may number its shipments, returns, refunds and payments alike.
fn refund_reference(refund: &str) -> String {
    format!("refund/{refund}")
}

pub(super) fn return_reference(back: &str) -> String {
    format!("return/{back}")
}

fn removal_reference(removal: &str) -> String {
    format!("removal/{removal}")
}

fn payment_reference(payment: &str) -> String {
    format!("payment/{payment}")
}
