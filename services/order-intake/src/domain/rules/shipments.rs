//! Which units a shipment has, if a fact about it names none.

use recourse_kernel::DeviceId;

use super::units::units_named;
use crate::domain::commands::Units;
use crate::domain::state::{Order, Unit};

/// The units of a shipment; `None` while they are not known. They are never guessed: several
/// parcels of one order have a date of delivery each.
pub fn units_of(order: &Order, shipment: &str) -> Option<Units> {
    let came_back = came_back(order, shipment);
    if !came_back.is_empty() {
        return Some(Units { devices: came_back, lines: Vec::new() });
    }
    let lines = order
        .shipments
        .get(shipment)
        .map(|known| Units { devices: Vec::new(), lines: known.lines.clone() });
    // A line that was added to the order may not have been reported yet.
    let are_known = |lines: &Units| {
        !lines.are_not_named() && units_named(order, lines, Unit::is_awaited).is_ok()
    };
    lines.filter(are_known).or_else(|| {
        let only = only_unit(order)?;
        Some(Units { devices: vec![only], lines: Vec::new() })
    })
}

/// The units that it has delivered before, if that delivery was withdrawn.
fn came_back(order: &Order, shipment: &str) -> Vec<DeviceId> {
    let came_back = order
        .units
        .iter()
        .filter(|(_, unit)| unit.is_awaited() && unit.shipment.as_deref() == Some(shipment));
    came_back.map(|(device, _)| *device).collect()
}

/// The unit of an order that has no other one to send.
fn only_unit(order: &Order) -> Option<DeviceId> {
    let in_order = || order.units.iter().filter(|(_, unit)| unit.removed.is_none());
    let sent: Vec<_> = in_order().filter(|(_, unit)| unit.requires_shipping).collect();
    let all: Vec<_> = in_order().collect();
    match (&sent[..], &all[..]) {
        ([(device, _)], _) | ([], [(device, _)]) => Some(**device),
        _ => None,
    }
}
