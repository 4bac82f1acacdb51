//! Deliveries, receipt confirmations and returns.

use std::collections::BTreeMap;

use recourse_kernel::{DeviceId, Instant};

use super::super::commands::{Complete, ConfirmReceipt, CorrectDelivery, Deliver, Return};
use super::super::events::{
    CompletedBecause, Delivery, DeliveryCorrected, DevicesReturned, OrderCompleted, OrderDelivered,
    OrderEvent, ReceiptConfirmed,
};
use super::super::rejection::OrderRejection;
use super::super::state::{Order, Unit};
use super::super::{Cx, Decision};
use super::super::{locations, rules};

/// Ranks a line's delivered units first.
pub(super) fn delivered_first(unit: &Unit) -> bool {
    unit.delivery.is_none()
}

/// T1: devices reach the buyer; the day of delivery is day 0.
pub(super) fn deliver(order: &Order, deliver: &Deliver) -> Decision {
    if deliver.reference.as_ref().is_some_and(|reference| order.references.contains(reference)) {
        return Ok(Vec::new());
    }
    rules::not_cancelled(order)?;
    rules::after_placing(order, deliver.delivered_at)?;
    let place = &order.placed;
    let zone = deliver
        .zone
        .or_else(|| locations::zone_of(place.country, None, place.city.as_deref()))
        .ok_or_else(|| OrderRejection::ZoneNotKnown(place.country.to_string()))?;
    let delivery = Delivery { delivered_at: deliver.delivered_at, zone };
    let mut named = rules::units_named(order, &deliver.units, |unit| unit.delivery.is_some())?;
    if deliver.units.are_not_named() {
        let open = order.units.iter().filter(|(_, unit)| unit.delivery.is_none());
        named = open.map(|(device, _)| *device).collect();
        // If nothing is left to deliver, this is either the same fact again or a contradiction.
        if named.is_empty() {
            named = order.units.keys().copied().collect();
        }
    }
    let mut devices = Vec::new();
    for device in named {
        match order.units[&device].delivery {
            None => devices.push(device),
            Some(was) if was == delivery => {}
            Some(was) => {
                return Err(OrderRejection::AlreadyDelivered { device, at: was.delivered_at });
            }
        }
    }
    if devices.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![OrderEvent::Delivered(OrderDelivered {
        order: order.id(),
        delivered_at: deliver.delivered_at,
        zone,
        devices,
        reference: deliver.reference.clone(),
    })])
}

/// Corrects a delivery: one event for each group of units that had the same date and zone before.
pub(super) fn correct(order: &Order, correct: &CorrectDelivery) -> Decision {
    rules::after_placing(order, correct.delivered_at)?;
    let devices = those_delivered(order, &correct.units)?;
    let mut same_before = BTreeMap::<(Instant, &str), (Delivery, Vec<DeviceId>)>::new();
    for device in devices {
        let Some(was) = order.units[&device].delivery else { continue };
        let group = same_before.entry((was.delivered_at, was.zone.name()));
        group.or_insert((was, Vec::new())).1.push(device);
    }
    let corrected = same_before.into_values().filter_map(|(was, devices)| {
        let zone = correct.zone.unwrap_or(was.zone);
        let is = Delivery { delivered_at: correct.delivered_at, zone };
        (is != was).then(|| {
            OrderEvent::DeliveryCorrected(DeliveryCorrected {
                order: order.id(),
                delivered_at: is.delivered_at,
                zone,
                devices,
                was,
            })
        })
    });
    Ok(corrected.collect())
}

/// T10: a confirmed receipt completes the order at once.
pub(super) fn confirm_receipt(order: &Order, confirm: &ConfirmReceipt) -> Decision {
    if order.receipt_confirmed.is_some() {
        return Ok(Vec::new());
    }
    rules::not_cancelled(order)?;
    rules::after_placing(order, confirm.confirmed_at)?;
    let confirmed_at = confirm.confirmed_at;
    let mut events =
        vec![OrderEvent::ReceiptConfirmed(ReceiptConfirmed { order: order.id(), confirmed_at })];
    if order.completed.is_none() {
        events.push(completed(order, confirmed_at, CompletedBecause::ReceiptConfirmed));
    }
    Ok(events)
}

/// T10: an order is completed when the marketplace reports it.
pub(super) fn complete(order: &Order, complete: &Complete) -> Decision {
    if order.completed.is_some() {
        return Ok(Vec::new());
    }
    rules::not_cancelled(order)?;
    rules::after_placing(order, complete.completed_at)?;
    Ok(vec![completed(order, complete.completed_at, CompletedBecause::Marketplace)])
}

/// T1: until day 7 devices can be returned to the shop without a dispute.
pub(super) fn take_back(order: &Order, back: &Return, request: &Cx<'_>) -> Decision {
    if back.reference.as_ref().is_some_and(|reference| order.references.contains(reference)) {
        return Ok(Vec::new());
    }
    let mut devices = if back.units.are_not_named() {
        those_delivered(order, &back.units)?
    } else {
        rules::units_named(order, &back.units, |unit| {
            (delivered_first(unit), unit.returned.is_some())
        })?
    };
    devices.retain(|device| order.units[device].returned.is_none());
    let mut findings = Vec::new();
    for device in &devices {
        if let Some(delivery) = &order.units[device].delivery {
            let days = rules::buyer_protection(order, *device, request.reference);
            let back = (back.returned_at, back.reason.as_str());
            findings.push(rules::can_be_returned(*device, delivery, back, &days)?);
        }
    }
    if devices.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![OrderEvent::Returned(DevicesReturned {
        order: order.id(),
        devices,
        returned_at: back.returned_at,
        reason: back.reason.clone(),
        reference: back.reference.clone(),
        findings,
    })])
}

fn those_delivered(
    order: &Order,
    units: &super::super::commands::Units,
) -> Result<Vec<DeviceId>, OrderRejection> {
    if !units.are_not_named() {
        return rules::units_named(order, units, delivered_first);
    }
    let delivered = order.units.iter().filter(|(_, unit)| unit.delivery.is_some());
    Ok(delivered.map(|(device, _)| *device).collect())
}

fn completed(order: &Order, completed_at: Instant, because: CompletedBecause) -> OrderEvent {
    OrderEvent::Completed(OrderCompleted { order: order.id(), completed_at, because })
}
