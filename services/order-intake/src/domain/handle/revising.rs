//! A placed order is reported again, as it is now: what changed becomes events.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use recourse_kernel::{DeviceId, Instant, Refused, Tried};
use recourse_terms::Country;

use super::returns;
use super::warranties::{self, Edited};
use crate::domain::commands::{Place, RemoveUnits};
use crate::domain::events::{
    ContactCorrected, DevicesReturned, LinesAdded, OrderEvent, OrderLine, OrderPlaced,
    PaymentAdded, ReportedAgain, UnitsRemoved,
};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::facts::after_placing;
use crate::domain::rules::lines;
use crate::domain::rules::units::{leaving_first, units_ranked};
use crate::domain::state::{Order, Removal, Unit};
use crate::domain::{Cx, Decision};

/// The country of an order that says none.
const NO_COUNTRY: &str = "ZZ";
/// The marketplace's reason code of a return for which the shop gave none.
const REASON_NOT_GIVEN: &str = "other";

/// Compares an order with what is reported of it now. Reports older than the newest one are
/// answered with nothing: webhooks may arrive out of order. So the time of a newer report is kept
/// also if nothing had changed: what it says may have changed and changed back meanwhile.
pub(super) fn revise(order: &Order, place: &Place, as_of: Instant, cx: &Cx<'_>) -> Decision {
    if order.placed.as_of.is_some_and(|known| as_of < known) {
        return Ok(Vec::new());
    }
    let added = lines_added(order, place);
    if !added.is_empty() {
        let all: Vec<_> = order.placed.lines.iter().chain(&added).cloned().collect();
        lines::are_sound(&all).passed()?;
    }
    let leaving = units_leaving(order, place);
    let back = went_back(order, units_gone_after_delivery(order, place), as_of, cx)?;
    let edited = Edited { order, place, as_of, lines: &added, leaving: &leaving };
    let warranties = edited.changes();
    // A warranty that is gone does not leave with its device, which would owe its price.
    let mut events = warranties.removed;
    events.extend(added_event(order, warranties.lines, as_of));
    events.extend(warranties.added);
    events.extend(removed_event(order, leaving, as_of));
    events.extend(back);
    events.extend(contact_corrected(order, place, as_of));
    let paid = paid_as_it_is_now(order, place, &events, as_of);
    events.extend(paid);
    // First, so that the fact counts as one that changed something if more events follow.
    let again = reported_again(order, &events, as_of);
    events.splice(0..0, again);
    Ok(events)
}

/// Keeps the time of a report, if none of its changes does.
fn reported_again(order: &Order, events: &[OrderEvent], as_of: Instant) -> Option<OrderEvent> {
    let mut staged = order.clone();
    for event in events {
        staged.evolve(event);
    }
    (staged.placed.as_of < Some(as_of))
        .then(|| OrderEvent::ReportedAgain(ReportedAgain { order: order.id(), as_of }))
}

fn added_event(order: &Order, lines: Vec<OrderLine>, as_of: Instant) -> Option<OrderEvent> {
    let last = order.placed.lines.iter().map(|line| line.line).max().unwrap_or(0);
    let numbered = (last.saturating_add(1)..).zip(lines);
    let lines: Vec<_> = numbered.map(|(line, of_line)| OrderLine { line, ..of_line }).collect();
    (!lines.is_empty()).then(|| {
        OrderEvent::LinesAdded(LinesAdded {
            order: order.id(),
            marketplace: order.placed.marketplace.clone(),
            placed_at: order.placed.placed_at,
            buyer: order.placed.buyer.clone(),
            country: order.placed.country,
            city: order.placed.city.clone(),
            lines,
            added_at: as_of,
            history: order.placed.history,
        })
    })
}

/// A warranty that was added to a paid order is sold once the order is paid as it is then. That may
/// need no further payment: the same money paid for something that was taken out.
fn paid_as_it_is_now(
    order: &Order,
    place: &Place,
    events: &[OrderEvent],
    as_of: Instant,
) -> Option<OrderEvent> {
    let amount = place.paid.filter(|_| order.cancelled.is_none())?;
    let mut staged = order.clone();
    for event in events {
        staged.evolve(event);
    }
    let paid = staged.paid.as_ref().filter(|paid| paid.amount.currency == amount.currency)?;
    let whole = if amount.amount > paid.amount.amount { amount } else { paid.amount };
    staged.owes.then(|| {
        OrderEvent::PaymentAdded(PaymentAdded { order: order.id(), paid_at: as_of, amount: whole })
    })
}

/// How many units each line has, by the marketplace's id of the line.
fn quantities(lines: &[OrderLine]) -> BTreeMap<&str, u32> {
    let mut quantities = BTreeMap::new();
    for line in lines {
        if let Some(reference) = &line.reference {
            let quantity: &mut u32 = quantities.entry(reference.as_str()).or_default();
            *quantity = quantity.saturating_add(line.quantity);
        }
    }
    quantities
}

/// The lines, or further units of a line, that the order does not have, or has no longer: an edit
/// may be undone.
fn lines_added(order: &Order, place: &Place) -> Vec<OrderLine> {
    let mut known = quantities(&order.placed.lines);
    for (reference, had) in known.iter_mut().filter(|_| order.cancelled.is_none()) {
        let taken_out = units_taken_out(order, reference);
        *had = had.saturating_sub(taken_out.saturating_sub(gone_of(place, reference)));
    }
    let mut added = Vec::new();
    let last = order.placed.lines.iter().map(|line| line.line).max().unwrap_or(0);
    for line in &place.lines {
        let Some(reference) = &line.reference else { continue };
        let had = known.entry(reference.as_str()).or_default();
        let same = line.quantity.min(*had);
        *had -= same;
        if line.quantity > same {
            let number = u32::try_from(added.len()).unwrap_or(u32::MAX);
            added.push(OrderLine {
                line: last.saturating_add(number).saturating_add(1),
                quantity: line.quantity - same,
                ..line.clone()
            });
        }
    }
    added
}

/// The units that leave an order that is first seen after an edit.
pub(super) fn units_gone(order: &Order, place: &Place, as_of: Instant) -> Option<OrderEvent> {
    removed_event(order, units_leaving(order, place), as_of)
}

/// The units of a line, by the marketplace's id of the line.
fn of_line<'a>(order: &'a Order, reference: &'a str) -> impl Iterator<Item = (DeviceId, &'a Unit)> {
    let units = order.units.iter().map(|(device, unit)| (*device, unit));
    units.filter(move |(_, unit)| unit.reference.as_deref() == Some(reference))
}

/// How many units of a line edits took out so far.
fn units_taken_out(order: &Order, reference: &str) -> u32 {
    let is_out = |unit: &Unit| unit.removed == Some(Removal::Edited);
    let taken_out = of_line(order, reference).filter(|(_, unit)| is_out(unit)).count();
    u32::try_from(taken_out).unwrap_or(u32::MAX)
}

/// How many units of a line the shop lists, but no longer counts.
fn gone_of(place: &Place, reference: &str) -> u32 {
    let of_it = place.gone.iter().filter(|line| line.reference == reference);
    of_it.map(|line| line.quantity).fold(0, u32::saturating_add)
}

/// How many units of a line the shop does not list any more.
fn unlisted_of(order: &Order, place: &Place, reference: &str) -> u32 {
    let of = |lines| quantities(lines).get(reference).copied().unwrap_or(0);
    of(&order.placed.lines).saturating_sub(of(&place.lines))
}

/// How many more units of a line than known are gone.
fn newly_gone(order: &Order, place: &Place, reference: &str) -> usize {
    let gone = gone_of(place, reference).saturating_add(unlisted_of(order, place, reference));
    let new = gone.saturating_sub(units_taken_out(order, reference));
    usize::try_from(new).unwrap_or(usize::MAX)
}

/// The units of a line that an edit may take out, in the order in which they leave: the last ones
/// first, and before them those that end no warranty. One that was refunded is not meant: its
/// refund says so.
fn removable(order: &Order, reference: &str) -> Vec<DeviceId> {
    let mut open: Vec<_> = of_line(order, reference)
        .filter(|(_, unit)| unit.can_be_taken_out() && unit.returned.is_none())
        .collect();
    open.sort_by_key(|(device, unit)| (!unit.is_kept(), unit.is_covered(), Reverse(*device)));
    open.into_iter().map(|(device, _)| device).collect()
}

/// The units that the shop no longer counts, as far as they are not known to be gone.
fn units_leaving(order: &Order, place: &Place) -> BTreeSet<DeviceId> {
    let lines = quantities(&order.placed.lines).into_keys();
    let leaving = |reference| {
        let gone = newly_gone(order, place, reference);
        removable(order, reference).into_iter().take(gone).collect::<Vec<_>>()
    };
    lines.flat_map(leaving).collect()
}

/// The delivered units that the shop no longer counts, without a refund that says so: they went
/// back, as in an exchange of a device that is not sold again. What went back before explains as
/// many; of the others, those without a warranty come first.
fn units_gone_after_delivery(order: &Order, place: &Place) -> Vec<DeviceId> {
    let mut devices = Vec::new();
    for reference in quantities(&order.placed.lines).into_keys() {
        let gone = newly_gone(order, place, reference);
        let gone = gone.saturating_sub(removable(order, reference).len());
        let here = |unit: &Unit| {
            unit.delivery.is_some() && unit.removed.is_none() && !unit.can_be_taken_out()
        };
        let (mut kept, settled): (Vec<_>, Vec<_>) = of_line(order, reference)
            .filter(|(_, unit)| here(unit))
            .partition(|(_, unit)| unit.returned.is_none() && !unit.is_refunded_in_full());
        kept.sort_by_key(|(device, unit)| (unit.is_covered(), Reverse(*device)));
        let back = kept.into_iter().take(gone.saturating_sub(settled.len()));
        devices.extend(back.map(|(device, _)| device));
    }
    devices.sort_unstable();
    devices
}

/// T1: units that went back, and that the order does not have any more.
fn went_back(
    order: &Order,
    devices: Vec<DeviceId>,
    as_of: Instant,
    cx: &Cx<'_>,
) -> Result<Vec<OrderEvent>, Refused<OrderRejection>> {
    if devices.is_empty() {
        return Ok(Vec::new());
    }
    let findings = returns::findings(order, &devices, as_of, REASON_NOT_GIVEN, cx)?;
    let removed = removed_event(order, devices.iter().copied().collect(), as_of);
    let returned = OrderEvent::Returned(DevicesReturned {
        order: order.id(),
        devices,
        returned_at: as_of,
        reason: REASON_NOT_GIVEN.to_owned(),
        reference: None,
        findings,
    });
    Ok(std::iter::once(returned).chain(removed).collect())
}

fn removed_event(order: &Order, leaving: BTreeSet<DeviceId>, as_of: Instant) -> Option<OrderEvent> {
    (!leaving.is_empty()).then(|| {
        OrderEvent::UnitsRemoved(UnitsRemoved {
            order: order.id(),
            devices: leaving.into_iter().collect(),
            removed_at: as_of,
            reference: None,
        })
    })
}

/// What is not said corrects nothing: a report may have less than is known. A contact without a
/// mark is not all of it.
fn contact_corrected(order: &Order, place: &Place, as_of: Instant) -> Option<OrderEvent> {
    let was = &order.placed;
    let says_contact = place.contact_mark.is_some();
    let mark = if says_contact { &place.contact_mark } else { &was.contact_mark };
    let (country, region, city) = destination(was, place);
    let is_same =
        (mark, country, &region, &city) == (&was.contact_mark, was.country, &was.region, &was.city);
    (!is_same).then(|| {
        OrderEvent::ContactCorrected(Box::new(ContactCorrected {
            order: order.id(),
            contact: place.contact.clone().filter(|_| says_contact),
            contact_mark: mark.clone(),
            country,
            region,
            city,
            corrected_at: as_of,
        }))
    })
}

/// Country, region and city, as far as they are said. A country alone is no correction of what is
/// known better: it may be only that of the shop.
fn destination(was: &OrderPlaced, place: &Place) -> (Country, Option<String>, Option<String>) {
    let known = || (was.country, was.region.clone(), was.city.clone());
    let (region, city) = (&place.region, &place.city);
    let is_country_alone = region.is_none() && city.is_none() && place.contact_mark.is_none();
    if is_country_alone && (was.region.is_some() || was.city.is_some()) {
        return known();
    }
    let is_said = place.country.as_str() != NO_COUNTRY;
    let country = if is_said { place.country } else { was.country };
    let is_known = match (region, city) {
        (None, None) => true,
        (Some(_), None) => *region == was.region,
        (None, Some(_)) => *city == was.city,
        (Some(_), Some(_)) => false,
    };
    if is_known && country == was.country {
        return known();
    }
    (country, region.clone(), city.clone())
}

/// S8: units that were cancelled before shipping leave the order.
pub(super) fn remove(order: &Order, remove: &RemoveUnits) -> Decision {
    if remove.reference.as_ref().is_some_and(|reference| order.has_recorded_removal(reference)) {
        return Ok(Vec::new());
    }
    let mut rules = Tried::default();
    rules.check(&after_placing(order, remove.removed_at));
    let named = rules.need(units_ranked(order, &remove.units, |device, unit| {
        (!unit.can_be_taken_out(), leaving_first(device, unit))
    }))?;
    rules.passed()?;
    let named: BTreeSet<_> = named.into_iter().collect();
    let open = named.into_iter().filter(|device| order.units[device].can_be_taken_out());
    let devices: Vec<DeviceId> = open.collect();
    if devices.is_empty() {
        return Ok(Vec::new());
    }
    let (removed_at, reference) = (remove.removed_at, remove.reference.clone());
    let without = warranties::leaving_with(order, &devices, removed_at, reference.as_ref());
    let removed = UnitsRemoved { order: order.id(), devices, removed_at, reference };
    Ok(without.into_iter().chain([OrderEvent::UnitsRemoved(removed)]).collect())
}
