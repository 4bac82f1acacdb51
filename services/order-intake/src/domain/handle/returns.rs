//! T1: devices go back to the shop.

use recourse_kernel::{DeviceId, Finding, Instant, Refused, Tried};

use crate::domain::commands::Return;
use crate::domain::events::{DevicesReturned, OrderEvent};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::protection::{buyer_protection, in_time, reason_is_sufficient};
use crate::domain::rules::units::{delivered_first, leaving_first, those_delivered, units_ranked};
use crate::domain::state::Order;
use crate::domain::{Cx, Decision};

/// T1: until day 7 devices can be returned to the shop without a dispute. That the shop took a
/// device back later is a fact as well: it is recorded, and the finding says that it was late.
pub(super) fn take_back(order: &Order, back: &Return, cx: &Cx<'_>) -> Decision {
    if back.reference.as_ref().is_some_and(|reference| order.has_recorded_return(reference)) {
        return Ok(Vec::new());
    }
    let mut devices = if back.units.are_not_named() {
        those_delivered(order, &back.units)?
    } else {
        units_ranked(order, &back.units, |device, unit| {
            (delivered_first(unit), unit.returned.is_some(), leaving_first(device, unit))
        })?
    };
    devices.retain(|device| order.units[device].returned.is_none());
    if devices.is_empty() {
        return Ok(Vec::new());
    }
    let findings = findings(order, &devices, back.returned_at, &back.reason, cx)?;
    Ok(vec![OrderEvent::Returned(DevicesReturned {
        order: order.id(),
        devices,
        returned_at: back.returned_at,
        reason: back.reason.clone(),
        reference: back.reference.clone(),
        findings,
    })])
}

/// T1: what is found about the return of these devices.
pub(super) fn findings(
    order: &Order,
    devices: &[DeviceId],
    returned_at: Instant,
    reason: &str,
    cx: &Cx<'_>,
) -> Result<Vec<Finding>, Refused<OrderRejection>> {
    let mut rules = Tried::default();
    for &device in devices {
        let unit = &order.units[&device];
        if let Some(delivery) = &unit.delivery {
            let days = buyer_protection(order, device, cx.reference);
            // A shop may only know when it last changed the shipment.
            let is_exact = unit.presumed.is_none() && order.placed.as_of.is_none();
            rules.all([in_time(device, delivery, is_exact, returned_at, &days)]);
            rules.all(reason_is_sufficient(device, reason, &days).map(Ok));
        }
    }
    rules.passed()
}
