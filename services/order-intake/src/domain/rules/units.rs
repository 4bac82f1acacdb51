//! Which units a fact concerns.

use std::cmp::Reverse;

use recourse_kernel::DeviceId;

use crate::domain::commands::{LineUnits, Units};
use crate::domain::rejection::OrderRejection;
use crate::domain::state::{Order, Unit};

/// The units named, by id or by line and quantity. Among a line's units, those that rank first by
/// `preference` are chosen.
///
/// Returns an empty list if none are named; what that means depends on the fact.
pub fn units_named<P: Ord>(
    order: &Order,
    units: &Units,
    preference: impl Fn(&Unit) -> P,
) -> Result<Vec<DeviceId>, OrderRejection> {
    units_ranked(order, units, |_, unit| preference(unit))
}

/// The same, with a rank that may also depend on which unit of the line it is.
pub fn units_ranked<P: Ord>(
    order: &Order,
    units: &Units,
    rank: impl Fn(DeviceId, &Unit) -> P,
) -> Result<Vec<DeviceId>, OrderRejection> {
    let mut found = Vec::new();
    for device in &units.devices {
        if !order.units.contains_key(device) {
            return Err(OrderRejection::UnitNotKnown(format!("unit {device}")));
        }
        found.push(*device);
    }
    for line in &units.lines {
        found.extend(units_of_line(order, line, &rank)?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn units_of_line<P: Ord>(
    order: &Order,
    line: &LineUnits,
    rank: impl Fn(DeviceId, &Unit) -> P,
) -> Result<Vec<DeviceId>, OrderRejection> {
    let of_line = |unit: &Unit| unit.reference.as_deref() == Some(line.reference.as_str());
    let mut candidates: Vec<_> = order.units.iter().filter(|(_, unit)| of_line(unit)).collect();
    if candidates.is_empty() {
        return Err(OrderRejection::UnitNotKnown(format!("line {}", line.reference)));
    }
    let found = candidates.len();
    let wanted = line.quantity;
    // The sort is stable: among equals the lower unit comes first, so a replay picks the same ones.
    candidates.sort_by_key(|(device, unit)| rank(**device, unit));
    candidates.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
    if candidates.len() < usize::try_from(wanted).unwrap_or(usize::MAX) {
        return Err(OrderRejection::NotThatMany { line: line.reference.clone(), wanted, found });
    }
    Ok(candidates.into_iter().map(|(device, _)| *device).collect())
}

/// Whether a line is named that the order does not have, but may have once an edit is reported.
pub fn is_line_missing(order: &Order, units: &Units) -> bool {
    let is_known = |line: &LineUnits| {
        order.units.values().any(|unit| unit.reference.as_ref() == Some(&line.reference))
    };
    order.cancelled.is_none() && !units.lines.iter().all(is_known)
}

/// The units that a correction or a return concerns; if none are named, all that are delivered.
pub fn those_delivered(order: &Order, units: &Units) -> Result<Vec<DeviceId>, OrderRejection> {
    if !units.are_not_named() {
        return units_named(order, units, delivered_first);
    }
    let delivered = order.units.iter().filter(|(_, unit)| unit.delivery.is_some());
    Ok(delivered.map(|(device, _)| *device).collect())
}

/// Ranks a line's delivered units first.
pub fn delivered_first(unit: &Unit) -> bool {
    unit.delivery.is_none()
}

/// Ranks the units first of which a shop speaks if some of a line leave the order: those that it
/// paid back, then those whose leaving ends no warranty, then the last ones.
pub fn leaving_first(device: DeviceId, unit: &Unit) -> (bool, bool, bool, Reverse<DeviceId>) {
    let is_paid_back = unit.is_refunded_in_full();
    (!is_paid_back, unit.refunded == 0, unit.is_covered(), Reverse(device))
}

pub fn unit_of(order: &Order, device: DeviceId) -> Result<&Unit, OrderRejection> {
    let unknown = || OrderRejection::UnitNotKnown(format!("unit {device}"));
    order.units.get(&device).ok_or_else(unknown)
}
