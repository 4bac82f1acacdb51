//! A shipment that was reported as delivered is reported again: with another time, as failed, or as
//! delivered after all.

use recourse_kernel::DeviceId;

use super::shipments;
use crate::domain::commands::{CorrectDelivery, Deliver, Units, WithdrawDelivery};
use crate::domain::events::{Delivery, DeliveryCorrected, DeliveryWithdrawn, OrderEvent};
use crate::domain::state::Order;

/// The correction that a repeated shipment is. Only the carrier's own time corrects a delivery:
/// other times are those of the shop's last change to the shipment.
pub(super) fn correction(order: &Order, deliver: &Deliver) -> Option<CorrectDelivery> {
    let devices = delivered_by(order, deliver.reference.as_deref()?);
    (deliver.exact && !devices.is_empty()).then(|| CorrectDelivery {
        order: deliver.order,
        delivered_at: deliver.delivered_at,
        zone: deliver.zone,
        units: Units { devices, lines: Vec::new() },
        reported: deliver.reported.clone(),
    })
}

/// The events of a delivery. For units whose delivery was reported before and withdrawn, it is a
/// correction: others have counted their days from the withdrawn one.
pub(super) fn delivered(
    order: &Order,
    deliver: &Deliver,
    delivery: Delivery,
    devices: Vec<DeviceId>,
    new: impl FnOnce(Vec<DeviceId>) -> OrderEvent,
) -> Vec<OrderEvent> {
    let (again, first): (Vec<_>, Vec<_>) =
        devices.into_iter().partition(|device| order.units[device].withdrawn.is_some());
    let was = again.first().and_then(|device| order.units[device].withdrawn);
    let corrected = was.map(|was| {
        OrderEvent::DeliveryCorrected(DeliveryCorrected {
            order: order.id(),
            delivered_at: delivery.delivered_at,
            zone: delivery.zone,
            devices: again,
            was,
            reference: deliver.reference.clone(),
        })
    });
    let new = (!first.is_empty()).then(|| new(first));
    new.into_iter().chain(corrected).collect()
}

/// A shipment failed, or went back to its sender. Without a reported delivery this is noted, in
/// case that one before it is reported later.
pub(super) fn withdraw(order: &Order, withdraw: &WithdrawDelivery) -> Vec<OrderEvent> {
    if !order.references.contains(&withdraw.shipment) {
        return shipments::fail(order, withdraw);
    }
    let devices = delivered_by(order, &withdraw.shipment);
    let was = devices.first().and_then(|device| order.units[device].delivery);
    let withdrawn = was.filter(|was| withdraw.withdrawn_at >= was.delivered_at).map(|was| {
        OrderEvent::DeliveryWithdrawn(DeliveryWithdrawn {
            order: order.id(),
            devices,
            shipment: withdraw.shipment.clone(),
            withdrawn_at: withdraw.withdrawn_at,
            was,
        })
    });
    withdrawn.into_iter().collect()
}

/// The units that this shipment delivered, and that the buyer still has.
fn delivered_by(order: &Order, shipment: &str) -> Vec<DeviceId> {
    let by_it = order.units.iter().filter(|(_, unit)| {
        unit.shipment.as_deref() == Some(shipment)
            && unit.delivery.is_some()
            && unit.returned.is_none()
    });
    by_it.map(|(device, _)| *device).collect()
}
