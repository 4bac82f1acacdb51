//! The warranties of an order that was changed: which of its devices have one now, and which no
//! longer do.
//!
//! A warranty that a line of its own charges for, a plan, follows that line: as many devices have
//! it as the line has units. It is removed only where the line has fewer of them, or where it is
//! reported for another device. What is no longer reported for any other reason, such as other
//! settings of the shop, stays as it was sold.

use std::collections::{BTreeMap, BTreeSet};

use recourse_kernel::{DeviceId, Instant};

use crate::domain::commands::Place;
use crate::domain::events::{
    OrderEvent, OrderLine, WarrantyAdded, WarrantyBought, WarrantyRemoved,
};
use crate::domain::state::{Order, Plan, Removal, Unit};

/// What changes in the warranties of an order.
pub(super) struct Changes {
    /// Warranties that are gone.
    pub(super) removed: Vec<OrderEvent>,
    /// The lines added, each with its warranty if that is free for it.
    pub(super) lines: Vec<OrderLine>,
    /// Warranties of devices that the order had already.
    pub(super) added: Vec<OrderEvent>,
}

/// An order that is reported again.
#[derive(Clone, Copy)]
pub(super) struct Edited<'a> {
    pub(super) order: &'a Order,
    pub(super) place: &'a Place,
    pub(super) as_of: Instant,
    /// The lines that the order did not have.
    pub(super) lines: &'a [OrderLine],
    /// The units that leave the order.
    pub(super) leaving: &'a BTreeSet<DeviceId>,
}

/// How the warranties that are reported compare with those that are known.
#[derive(Default)]
struct Compared<'a> {
    /// How many devices keep the warranty that this line charges for.
    kept: BTreeMap<&'a str, usize>,
    /// Devices with a warranty that is not reported for them.
    lost: Vec<(DeviceId, &'a Unit)>,
    /// Devices for which a warranty is reported that they did not have.
    fresh: Vec<(DeviceId, &'a OrderLine)>,
    /// Devices whose warranty is replaced by the same one at another price, before its payment.
    priced_again: Vec<(DeviceId, &'a OrderLine)>,
    /// Devices that leave the order unpaid, with a warranty that no line charges for.
    unpaid: Vec<DeviceId>,
}

impl Edited<'_> {
    /// Compares the warranties, and decides which of them each device has.
    pub(super) fn changes(&self) -> Changes {
        let unchanged =
            || Changes { removed: Vec::new(), lines: self.lines.to_vec(), added: Vec::new() };
        if self.order.cancelled.is_some() {
            return unchanged();
        }
        let Compared { mut kept, lost, fresh, priced_again, unpaid } = self.compare();
        let (mut gone, mut moved) = (unpaid, Vec::new());
        for (reference, mut holders) in by_plan(&lost) {
            let wanted = self.wanted(&fresh, reference);
            let count = kept.entry(reference).or_default();
            let above = (*count + holders.len() + wanted).saturating_sub(self.units_of(reference));
            // Those of devices that leave the order, then the last ones.
            holders.sort_by_key(|(device, unit)| (self.stays(*device, unit), *device));
            let stays = holders.iter().filter(|(device, unit)| self.stays(*device, unit)).count();
            let leaving = holders.len() - stays;
            holders[leaving..].reverse();
            let above = above.min(holders.len());
            *count += holders.len() - above;
            let devices = holders.into_iter().take(above).map(|(device, _)| device);
            if wanted > 0 { &mut moved } else { &mut gone }.extend(devices);
        }
        let removed: BTreeSet<_> = gone.iter().chain(&moved).copied().collect();
        let mut added = priced_again.clone();
        gone.extend(priced_again.iter().map(|(device, _)| *device));
        for (device, line) in fresh {
            let is_free = self.order.units[&device].warranty.is_none() || removed.contains(&device);
            if is_free && self.take(&mut kept, line.warranty.as_ref(), 1) == 1 {
                added.push((device, line));
            }
        }
        let lines = self.lines.iter().flat_map(|line| self.with_free(&mut kept, line)).collect();
        Changes {
            removed: [(gone, false), (moved, true)]
                .into_iter()
                .filter_map(|(devices, moved)| self.removed(devices, moved))
                .collect(),
            lines,
            added: self.added(&added),
        }
    }

    /// Whether the buyer keeps a unit.
    fn stays(&self, device: DeviceId, unit: &Unit) -> bool {
        unit.is_kept() && !self.leaving.contains(&device)
    }

    /// How many units a line has that charges for warranties. Those refunded count: their refund
    /// says itself what becomes of the warranty. Those that were cancelled before shipping do not.
    fn units_of(&self, reference: &str) -> usize {
        let lines = self.place.lines.iter();
        let of_it = lines.filter(|line| line.reference.as_deref() == Some(reference));
        let units = of_it.fold(0_u32, |units, line| units.saturating_add(line.quantity));
        let gone = self.place.gone.iter().filter(|line| line.reference == reference);
        let gone = gone.fold(0_u32, |units, line| units.saturating_add(line.quantity));
        let units = usize::try_from(units.saturating_sub(gone)).unwrap_or(usize::MAX);
        let cancelled = self.order.units.values().filter(|unit| {
            unit.reference.as_deref() == Some(reference) && unit.removed == Some(Removal::Cancelled)
        });
        units.saturating_sub(cancelled.count())
    }

    /// How many more devices have the warranty that this line charges for.
    fn wanted(&self, fresh: &[(DeviceId, &OrderLine)], reference: &str) -> usize {
        let is_it = |line: &&OrderLine| plan_of(line.warranty.as_ref()) == Some(reference);
        let units = |line: &OrderLine| usize::try_from(line.quantity).unwrap_or(usize::MAX);
        let of_lines = self.lines.iter().filter(is_it).map(units).fold(0, usize::saturating_add);
        of_lines.saturating_add(fresh.iter().filter(|(_, line)| is_it(line)).count())
    }

    /// Takes up to this many units of the line that charges for a warranty; returns how many were
    /// free.
    fn take<'b>(
        &self,
        kept: &mut BTreeMap<&'b str, usize>,
        warranty: Option<&'b WarrantyBought>,
        units: usize,
    ) -> usize {
        let Some(reference) = plan_of(warranty) else { return units };
        let taken = kept.entry(reference).or_default();
        let free = self.units_of(reference).saturating_sub(*taken).min(units);
        *taken += free;
        free
    }

    /// An added line, of which only as many units have their warranty as are free: that of a device
    /// that was returned before ended with it, and its price is owed.
    fn with_free<'b>(
        &self,
        kept: &mut BTreeMap<&'b str, usize>,
        line: &'b OrderLine,
    ) -> Vec<OrderLine> {
        let units = usize::try_from(line.quantity).unwrap_or(usize::MAX);
        let free = self.take(kept, line.warranty.as_ref(), units);
        let with = u32::try_from(free).unwrap_or(line.quantity).min(line.quantity);
        let mut parts = Vec::new();
        if with > 0 {
            parts.push(OrderLine { quantity: with, ..line.clone() });
        }
        if with < line.quantity {
            let quantity = line.quantity - with;
            parts.push(OrderLine { quantity, warranty: None, ..line.clone() });
        }
        parts
    }

    fn removed(&self, mut devices: Vec<DeviceId>, moved: bool) -> Option<OrderEvent> {
        devices.sort_unstable();
        removed(self.order, devices, self.as_of, None, moved)
    }

    /// One event for the devices that are alike.
    fn added(&self, added: &[(DeviceId, &OrderLine)]) -> Vec<OrderEvent> {
        let mut events: Vec<WarrantyAdded> = Vec::new();
        for (device, line) in added {
            let Some(warranty) = &line.warranty else { continue };
            let delivery = self.order.units[device].delivery;
            let same = |last: &&mut WarrantyAdded| {
                (&last.warranty, last.unit_price, last.unit_tax, last.delivery, &last.kind)
                    == (warranty, line.unit_price, line.unit_tax, delivery, &line.device)
            };
            if let Some(last) = events.last_mut().filter(same) {
                last.devices.push(*device);
                continue;
            }
            let placed = &self.order.placed;
            events.push(WarrantyAdded {
                order: self.order.id(),
                marketplace: placed.marketplace.clone(),
                placed_at: placed.placed_at,
                buyer: placed.buyer.clone(),
                country: placed.country,
                city: placed.city.clone(),
                devices: vec![*device],
                kind: line.device.clone(),
                unit_price: line.unit_price,
                unit_tax: line.unit_tax,
                warranty: warranty.clone(),
                seller: line.seller.clone(),
                delivery,
                added_at: self.as_of,
                history: placed.history,
            });
        }
        events.into_iter().map(|event| OrderEvent::WarrantyAdded(Box::new(event))).collect()
    }
}

impl<'a> Edited<'a> {
    fn compare(&self) -> Compared<'a> {
        let mut compared = Compared::default();
        let references: BTreeSet<&str> =
            self.order.units.values().filter_map(|unit| unit.reference.as_deref()).collect();
        for reference in references {
            self.compare_line(reference, &mut compared);
        }
        compared
    }

    /// The units of a line with the warranties that are reported for it.
    fn compare_line(&self, reference: &str, compared: &mut Compared<'a>) {
        let is_of_line = |of: &Option<String>| of.as_deref() == Some(reference);
        let mut reported = self.reported(reference);
        let units = self.order.units.iter().filter(|(_, unit)| is_of_line(&unit.reference));
        let mut units: Vec<(DeviceId, &Unit)> = units.map(|(id, unit)| (*id, unit)).collect();
        units.sort_by_key(|(device, unit)| (!self.stays(*device, unit), *device));
        let mut holders: Vec<(DeviceId, &Unit)> = Vec::new();
        for (device, unit) in &units {
            let Some(warranty) = &unit.warranty else { continue };
            let same = |line: &&OrderLine| {
                line.warranty.as_ref() == Some(warranty)
                    && (self.order.paid.is_some() || line.unit_price == unit.price)
            };
            let at = reported.iter().position(same);
            if let Some(at) = at {
                reported.remove(at);
            }
            if self.leaves_unpaid(*device, warranty) {
                compared.unpaid.push(*device);
            } else if at.is_some() {
                compared.keeps(warranty);
            } else {
                holders.push((*device, unit));
            }
        }
        let mut lost = Vec::new();
        for (device, unit) in holders {
            let Some(warranty) = &unit.warranty else { continue };
            let plan = plan_of(Some(warranty));
            let same = reported.iter().position(|line| plan_of(line.warranty.as_ref()) == plan);
            if let Some(at) = same {
                let line = reported.remove(at);
                compared.keeps(warranty);
                if self.order.paid.is_none() && self.stays(device, unit) {
                    compared.priced_again.push((device, line));
                }
            } else if unit.returned.is_some() || unit.is_refunded_in_full() {
                // The policy ended with the device.
                compared.keeps(warranty);
            } else if plan.is_some() {
                lost.push((device, unit));
            }
        }
        let free = |(device, unit): &&(DeviceId, &Unit)| {
            let is_lost = lost.iter().any(|(lost, _)| lost == device);
            self.stays(*device, unit) && (unit.warranty.is_none() || is_lost)
        };
        let mut free: Vec<_> = units.iter().filter(free).copied().collect();
        free.sort_by_key(|(device, unit)| {
            (unit.warranty.is_none(), unit.delivery.is_some(), *device)
        });
        let mut free = free.into_iter();
        for line in reported {
            let fits = |(_, unit): &(DeviceId, &Unit)| {
                unit.delivery.is_none() || self.is_new(line.warranty.as_ref())
            };
            compared.fresh.extend(free.find(fits).map(|(device, _)| (device, line)));
        }
        compared.lost.extend(lost);
    }

    /// Whether a unit leaves the order before its payment, with a warranty that no line charges
    /// for.
    fn leaves_unpaid(&self, device: DeviceId, warranty: &WarrantyBought) -> bool {
        let is_unpaid = self.order.paid.is_none();
        is_unpaid && self.leaving.contains(&device) && plan_of(Some(warranty)).is_none()
    }

    /// The units of a line, other than those added, that are reported with a warranty.
    fn reported(&self, reference: &str) -> Vec<&'a OrderLine> {
        let is_it = |line: &&OrderLine| {
            line.reference.as_deref() == Some(reference) && line.warranty.is_some()
        };
        let units = |line: &OrderLine| usize::try_from(line.quantity).unwrap_or(usize::MAX);
        let lines = self.place.lines.iter().filter(is_it);
        let mut reported: Vec<_> =
            lines.flat_map(|line| std::iter::repeat_n(line, units(line))).collect();
        for added in self.lines.iter().filter(is_it) {
            for _ in 0..added.quantity {
                let same = |line: &&OrderLine| {
                    (&line.warranty, line.unit_price) == (&added.warranty, added.unit_price)
                };
                if let Some(at) = reported.iter().rposition(same) {
                    reported.remove(at);
                }
            }
        }
        reported
    }

    /// Whether the line that charges for a warranty was added just now. A device that was delivered
    /// before does not get one that the order had all along.
    fn is_new(&self, warranty: Option<&WarrantyBought>) -> bool {
        plan_of(warranty).is_some_and(|plan| {
            self.lines.iter().any(|line| line.reference.as_deref() == Some(plan))
        })
    }
}

impl<'a> Compared<'a> {
    fn keeps(&mut self, warranty: &'a WarrantyBought) {
        if let Some(reference) = plan_of(Some(warranty)) {
            *self.kept.entry(reference).or_default() += 1;
        }
    }
}

/// The line that charges for a warranty, if that is a line of its own.
fn plan_of(warranty: Option<&WarrantyBought>) -> Option<&str> {
    warranty?.reference.as_deref()
}

fn by_plan<'a>(lost: &[(DeviceId, &'a Unit)]) -> BTreeMap<&'a str, Vec<(DeviceId, &'a Unit)>> {
    let mut by_plan = BTreeMap::<_, Vec<_>>::new();
    for (device, unit) in lost {
        if let Some(plan) = plan_of(unit.warranty.as_ref()) {
            by_plan.entry(plan).or_default().push((*device, *unit));
        }
    }
    by_plan
}

fn removed(
    order: &Order,
    devices: Vec<DeviceId>,
    removed_at: Instant,
    reference: Option<String>,
    moved: bool,
) -> Option<OrderEvent> {
    let order = order.id();
    (!devices.is_empty()).then(|| {
        let removed = WarrantyRemoved { order, devices, removed_at, reference, moved };
        OrderEvent::WarrantyRemoved(removed)
    })
}

/// The warranties that leave an order with these units: those that the units charge for, and of an
/// order that is not paid, those of the units themselves that no line charges for.
pub(super) fn leaving_with(
    order: &Order,
    leaving: &[DeviceId],
    removed_at: Instant,
    reference: Option<&String>,
) -> Option<OrderEvent> {
    let mut devices = Vec::new();
    let units = leaving.iter().map(|device| &order.units[device]);
    let plans: BTreeSet<&str> = units.filter_map(|unit| unit.reference.as_deref()).collect();
    for plan in plans {
        let stays = |(device, unit): &(&DeviceId, &Unit)| {
            let is_it = unit.reference.as_deref() == Some(plan) && unit.removed.is_none();
            is_it && !leaving.contains(device)
        };
        let units = order.units.iter().filter(stays).count();
        let has_it = |unit: &Unit| plan_of(unit.warranty.as_ref()) == Some(plan);
        let mut holders: Vec<_> = order.units.iter().filter(|(_, unit)| has_it(unit)).collect();
        // A refund names the one that it paid back; then those of devices that are gone.
        holders.sort_by_key(|(device, unit)| {
            let refunded = unit.plan.as_ref().map_or(0, |plan| plan.refunded);
            let is_gone = !unit.is_kept() || leaving.contains(device);
            (std::cmp::Reverse(refunded), !is_gone, std::cmp::Reverse(**device))
        });
        let above = holders.len().saturating_sub(units);
        let still = holders.into_iter().take(above).filter(|(_, unit)| !is_paid_back(unit));
        devices.extend(still.map(|(device, _)| *device));
    }
    if order.paid.is_none() {
        let without_a_line = |device: &&DeviceId| {
            let warranty = order.units[device].warranty.as_ref();
            warranty.is_some() && plan_of(warranty).is_none()
        };
        devices.extend(leaving.iter().filter(without_a_line));
    }
    devices.sort_unstable();
    devices.dedup();
    removed(order, devices, removed_at, reference.cloned(), false)
}

/// Whether the warranty has ended already: its price was refunded, or its device is gone.
fn is_paid_back(unit: &Unit) -> bool {
    unit.returned.is_some() || unit.plan.as_ref().is_some_and(Plan::is_paid_back)
}
