//! A shipment that was reported as delivered is reported again: with another time, as failed, or as
//! delivered after all.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use recourse_kernel::{DeviceId, Instant};

use super::shipments;
use crate::domain::commands::{CorrectDelivery, Deliver, Units, WithdrawDelivery};
use crate::domain::events::{
    Delivery, DeliveryCorrected, DeliveryWithdrawn, OrderDelivered, OrderEvent,
};
use crate::domain::state::{Order, Unit};

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

/// The units that joined a whole order after it was delivered, if it is delivered again later.
pub(super) fn joined_since(order: &Order, deliver: &Deliver) -> Vec<DeviceId> {
    if deliver.by_shipment || !deliver.units.are_not_named() {
        return Vec::new();
    }
    let by_it = |unit: &&Unit| unit.shipment == deliver.reference;
    let times = order.units.values().filter(by_it).filter_map(|unit| unit.delivery);
    let last = times.map(|delivery| delivery.delivered_at).max();
    if last.is_none_or(|last| deliver.delivered_at <= last) {
        return Vec::new();
    }
    let open = order.units.iter().filter(|(_, unit)| unit.is_expected());
    open.map(|(device, _)| *device).collect()
}

/// The zone of the delivery by this shipment that was withdrawn.
pub(super) fn zone_before(order: &Order, deliver: &Deliver) -> Option<Tz> {
    let shipment = deliver.reference.as_deref()?;
    let by_it = |unit: &&Unit| unit.shipment.as_deref() == Some(shipment);
    let mut withdrawn = order.units.values().filter(by_it).filter_map(|unit| unit.withdrawn);
    withdrawn.next().map(|was| was.zone)
}

/// The events of a delivery. For units whose delivery was presumed, or reported before and
/// withdrawn, it is a correction: others have counted their days from that one.
pub(super) fn delivered(order: &Order, new: OrderDelivered) -> Vec<OrderEvent> {
    let before = |device: &DeviceId| order.units[device].withdrawn.or(order.units[device].delivery);
    let (again, first): (Vec<_>, Vec<_>) =
        new.devices.into_iter().partition(|device| before(device).is_some());
    let corrected = by_delivery(again, before).map(|(was, devices)| {
        OrderEvent::DeliveryCorrected(DeliveryCorrected {
            order: new.order,
            delivered_at: new.delivered_at,
            zone: new.zone,
            devices,
            was,
            reference: new.reference.clone(),
            presumed: new.presumed,
        })
    });
    let corrected = corrected.collect::<Vec<_>>();
    let first = (!first.is_empty())
        .then_some(OrderEvent::Delivered(OrderDelivered { devices: first, ..new }));
    first.into_iter().chain(corrected).collect()
}

/// A shipment failed, or went back to its sender. Without a reported delivery this is noted, in
/// case that one before it is reported later.
pub(super) fn withdraw(order: &Order, withdraw: &WithdrawDelivery) -> Vec<OrderEvent> {
    if !order.references.contains(&withdraw.shipment) {
        return shipments::fail(order, withdraw);
    }
    let devices = delivered_by(order, &withdraw.shipment);
    let deliveries = by_delivery(devices, |device| order.units[device].delivery);
    let withdrawn = deliveries.filter(|(was, _)| withdraw.withdrawn_at >= was.delivered_at);
    let withdrawn = withdrawn.map(|(was, devices)| {
        OrderEvent::DeliveryWithdrawn(DeliveryWithdrawn {
            order: order.id(),
            devices,
            shipment: withdraw.shipment.clone(),
            withdrawn_at: withdraw.withdrawn_at,
            was,
        })
    });
    withdrawn.collect()
}

/// Groups units whose delivery was the same: one of them may have been corrected alone.
pub(super) fn by_delivery(
    devices: Vec<DeviceId>,
    delivery: impl Fn(&DeviceId) -> Option<Delivery>,
) -> impl Iterator<Item = (Delivery, Vec<DeviceId>)> {
    let mut groups = BTreeMap::<(Instant, &str), (Delivery, Vec<DeviceId>)>::new();
    for device in devices {
        let Some(was) = delivery(&device) else { continue };
        let group = groups.entry((was.delivered_at, was.zone.name()));
        group.or_insert((was, Vec::new())).1.push(device);
    }
    groups.into_values()
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
