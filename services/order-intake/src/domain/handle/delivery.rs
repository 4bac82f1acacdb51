//! Deliveries, receipt confirmations and completion (T1, T10).

use chrono_tz::Tz;
use recourse_kernel::{DeviceId, Instant, Tried};

use super::{delivery_again, shipments};
use crate::domain::Decision;
use crate::domain::commands::{Complete, ConfirmReceipt, CorrectDelivery, Deliver};
use crate::domain::events::{
    Delivery, DeliveryCorrected, OrderCompleted, OrderDelivered, OrderEvent, Presumed,
    ReceiptConfirmed,
};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::completion::{self, Completion};
use crate::domain::rules::facts::{after_placing, not_cancelled};
use crate::domain::rules::shipments::units_of;
use crate::domain::rules::units::{those_delivered, units_named};
use crate::domain::rules::zones;
use crate::domain::state::{Order, Unit};

/// T1: devices reach the buyer; the day of delivery is day 0.
pub(super) fn deliver(order: &Order, deliver: &Deliver) -> Decision {
    if shipments::failed_since(order, deliver) {
        return Ok(Vec::new());
    }
    let is_again =
        deliver.reference.as_ref().is_some_and(|reference| order.references.contains(reference));
    let joined = delivery_again::joined_since(order, deliver);
    if is_again && joined.is_empty() {
        let correction = delivery_again::correction(order, deliver);
        return correction.map_or(Ok(Vec::new()), |correction| correct(order, &correction));
    }
    let mut rules = still_running(order, deliver.delivered_at);
    let zone = zone_of(order, deliver);
    let named = if is_again { Ok(joined) } else { units_to_deliver(order, deliver) };
    rules.check(&zone);
    rules.check(&named);
    let (zone, named) = (rules.need(zone)?, rules.need(named)?);
    let delivery = Delivery { delivered_at: deliver.delivered_at, zone };
    let devices = not_delivered_yet(order, named, delivery);
    rules.check(&devices);
    rules.passed()?;
    let devices = devices?;
    let delivered = OrderDelivered {
        order: order.id(),
        delivered_at: deliver.delivered_at,
        zone,
        devices,
        reference: deliver.reference.clone(),
        presumed: None,
    };
    Ok(delivery_again::delivered(order, delivered))
}

/// The order was not cancelled, and the fact is dated after it was placed.
fn still_running(order: &Order, at: Instant) -> Tried<OrderRejection> {
    let mut rules = Tried::default();
    rules.check(&not_cancelled(order));
    rules.check(&after_placing(order, at));
    rules
}

/// Days can be counted only if the time zone is known. What is reported again without one keeps
/// the one it had.
fn zone_of(order: &Order, deliver: &Deliver) -> Result<Tz, OrderRejection> {
    let known = || delivery_again::zone_before(order, deliver);
    let zone = deliver.zone.or_else(known).or_else(|| zone_of_the_place(order));
    zone.ok_or_else(|| OrderRejection::ZoneNotKnown(order.placed.country.to_string()))
}

/// The time zone of the place to which the order is sent.
fn zone_of_the_place(order: &Order) -> Option<Tz> {
    let place = &order.placed;
    zones::zone_of(place.country, place.region.as_deref(), place.city.as_deref())
}

/// The units named, or those of the shipment; if neither is meant, all whose delivery is not
/// reported yet.
fn units_to_deliver(order: &Order, deliver: &Deliver) -> Result<Vec<DeviceId>, OrderRejection> {
    let reference = deliver.reference.as_deref();
    // The units that came back in this parcel first.
    let rank = |unit: &Unit| {
        let in_it = reference.is_some() && unit.shipment.as_deref() == reference;
        (!unit.is_unreported(), unit.removed.is_some(), !in_it)
    };
    if deliver.by_shipment {
        let units = units_of(order, reference.unwrap_or_default());
        return units.map_or(Ok(Vec::new()), |units| units_named(order, &units, rank));
    }
    if !deliver.units.are_not_named() {
        return units_named(order, &deliver.units, rank);
    }
    // What is not handed over is delivered only if there is nothing else.
    let is_any = order.units.values().any(Unit::is_handed_over);
    let sent = order.units.iter().filter(|(_, unit)| unit.is_handed_over() || !is_any);
    let open = sent.clone().filter(|(_, unit)| unit.is_unreported());
    let open: Vec<_> = open.map(|(device, _)| *device).collect();
    // If nothing is left to deliver, this is either the same fact again or a contradiction.
    Ok(if open.is_empty() { sent.map(|(device, _)| *device).collect() } else { open })
}

/// The units that this delivery is news of. A unit that was delivered differently contradicts it.
fn not_delivered_yet(
    order: &Order,
    named: Vec<DeviceId>,
    delivery: Delivery,
) -> Result<Vec<DeviceId>, OrderRejection> {
    let mut devices = Vec::new();
    for device in named {
        let unit = &order.units[&device];
        match unit.delivery {
            None => devices.push(device),
            Some(was) if was == delivery => {}
            Some(was) if unit.presumed.is_some() => {
                // The buyer had it when the receipt was confirmed, whatever is reported later.
                if delivery.delivered_at < was.delivered_at {
                    devices.push(device);
                }
            }
            Some(was) => {
                return Err(OrderRejection::AlreadyDelivered { device, at: was.delivered_at });
            }
        }
    }
    Ok(devices)
}

/// Corrects a delivery: one event for each group of units that had the same date and zone before.
pub(super) fn correct(order: &Order, correct: &CorrectDelivery) -> Decision {
    let mut rules = Tried::default();
    rules.check(&after_placing(order, correct.delivered_at));
    let devices = rules.need(those_delivered(order, &correct.units))?;
    rules.passed()?;
    let same_before = delivery_again::by_delivery(devices, |device| order.units[device].delivery);
    let corrected = same_before.filter_map(|(was, devices)| {
        let zone = correct.zone.unwrap_or(was.zone);
        let is = Delivery { delivered_at: correct.delivered_at, zone };
        (is != was).then(|| {
            OrderEvent::DeliveryCorrected(DeliveryCorrected {
                order: order.id(),
                delivered_at: is.delivered_at,
                zone,
                devices,
                was,
                reference: None,
                presumed: None,
            })
        })
    });
    Ok(corrected.collect())
}

/// T10: a confirmed receipt completes the order at once. What was not reported as delivered was
/// delivered by then. A later one is about what joined the order since the first.
pub(super) fn confirm_receipt(order: &Order, confirm: &ConfirmReceipt) -> Decision {
    let confirmed_at = confirm.confirmed_at;
    if order.receipt_confirmed.is_some_and(|known| confirmed_at <= known) {
        return Ok(Vec::new());
    }
    still_running(order, confirmed_at).passed()?;
    if order.receipt_confirmed.is_some() {
        return Ok(received(order, confirmed_at));
    }
    let mut events =
        vec![OrderEvent::ReceiptConfirmed(ReceiptConfirmed { order: order.id(), confirmed_at })];
    events.extend(received(order, confirmed_at));
    if order.completed.is_none() {
        events.push(completed(order, completion::by_receipt(confirmed_at)));
    }
    Ok(events)
}

/// The delivery of the units that the buyer has, but whose delivery was not reported. Without a
/// zone no days can be counted, so their delivery is awaited.
fn received(order: &Order, confirmed_at: Instant) -> Vec<OrderEvent> {
    let Some(zone) = zone_of_the_place(order) else { return Vec::new() };
    let came =
        |unit: &Unit| unit.is_awaited() && unit.is_handed_over() && !unit.is_refunded_in_full();
    let devices = order.units.iter().filter(|(_, unit)| came(unit));
    let devices: Vec<_> = devices.map(|(device, _)| *device).collect();
    let delivered = OrderDelivered {
        order: order.id(),
        delivered_at: confirmed_at,
        zone,
        devices,
        reference: None,
        presumed: Some(Presumed::ReceiptConfirmed),
    };
    delivery_again::delivered(order, delivered)
}

/// T10: an order is completed when its marketplace says so.
pub(super) fn complete(order: &Order, complete: &Complete) -> Decision {
    if order.completed.is_some() {
        return Ok(Vec::new());
    }
    still_running(order, complete.completed_at).passed()?;
    Ok(vec![completed(order, completion::by_the_marketplace(complete.completed_at))])
}

/// The event that completes an order, with what explains it.
pub(super) fn completed(order: &Order, completion: Completion) -> OrderEvent {
    let Completion { at: completed_at, because, finding } = completion;
    let (order, findings) = (order.id(), vec![finding]);
    OrderEvent::Completed(OrderCompleted { order, completed_at, because, findings })
}
