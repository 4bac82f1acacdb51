//! Refunds that the marketplace reports (M6, M7).

use std::collections::BTreeMap;

use recourse_kernel::wire::decode_body;
use recourse_kernel::{DeviceId, Money, Tried};

use super::kept::body_of;
use crate::domain::Decision;
use crate::domain::commands::{OrderCommand, PayRefund, RefundLine, UnitsRefunded};
use crate::domain::events::{
    LineRefunded, OrderEvent, RefundAnnounced, RefundUnattributed, Unattributed, WarrantyRefunded,
};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::amounts::is_possible;
use crate::domain::rules::facts::after_placing;
use crate::domain::rules::units::units_named;
use crate::domain::state::{Order, Removal, Unit};

/// Splitting a line's amount among its units can be off by one minor unit for each.
const ROUNDING: i64 = 1;

/// M7: the seller refunds at most what was paid, and each refund counts once.
pub(super) fn refund(order: &Order, refund: &RefundLine) -> Decision {
    if is_counted(order, refund) {
        return Ok(Vec::new());
    }
    let mut rules = Tried::default();
    rules.check(&after_placing(order, refund.refunded_at));
    let events = rules.need(refunded(order, refund))?;
    rules.passed()?;
    if refund.pending {
        return Ok(announced(order, refund).into_iter().collect());
    }
    Ok(events)
}

/// The refund is already counted, under its own id or that of its payment.
fn is_counted(order: &Order, refund: &RefundLine) -> bool {
    let refunds = refund.reference.as_ref();
    refunds.is_some_and(|reference| order.references.contains(reference))
        || refund.payment.as_ref().is_some_and(|payment| order.has_counted_payment(payment))
}

/// A refund whose payment is pending is no refund yet.
fn announced(order: &Order, refund: &RefundLine) -> Option<OrderEvent> {
    let payment = refund.payment.clone()?;
    let paid = RefundLine { pending: false, ..refund.clone() };
    let announced = RefundAnnounced {
        order: order.id(),
        announced_at: refund.refunded_at,
        body: body_of(&OrderCommand::RefundLine(paid)),
        payment,
    };
    let is_known = order.announced.get(&announced.payment) == Some(&announced);
    (!is_known).then(|| OrderEvent::RefundAnnounced(Box::new(announced)))
}

/// The payment of an announced refund succeeded. A payment that was not announced belongs to a
/// refund that says itself that it was paid.
pub(super) fn paid(order: &Order, paid: &PayRefund) -> Decision {
    let Some(announced) = order.announced.get(&paid.payment) else { return Ok(Vec::new()) };
    let kind = "recourse.order.refund_line.v1";
    let Ok(announced) = decode_body::<RefundLine>(kind, announced.body.to_string().as_bytes())
    else {
        return Ok(Vec::new());
    };
    refund(order, &RefundLine { refunded_at: paid.paid_at, ..announced })
}

/// The parts of a refund, each on top of the ones before. What was paid for warranties comes first:
/// a policy that ends with its device must not owe it again.
fn refunded(order: &Order, refund: &RefundLine) -> Result<Vec<OrderEvent>, OrderRejection> {
    let mut events = Vec::new();
    let mut staged = order.clone();
    for part in &refund.refunds {
        for event in warranties_refunded(&staged, refund, part) {
            staged.evolve(&event);
            events.push(event);
        }
    }
    for part in &refund.refunds {
        for ((full, amount), devices) in devices_refunded(&staged, part)? {
            let event = line_refunded(refund, Money { amount, ..part.amount }, full, devices);
            staged.evolve(&event);
            events.push(event);
        }
    }
    if let Some(other) = refund.other.filter(|other| other.amount > 0) {
        match taken_out(&staged, refund, other) {
            taken_out if taken_out.is_empty() => {
                events.push(without_a_line(&staged, refund, other)?);
            }
            taken_out => events.extend(taken_out),
        }
    }
    Ok(events)
}

fn line_refunded(
    refund: &RefundLine,
    amount: Money,
    full: bool,
    devices: Vec<DeviceId>,
) -> OrderEvent {
    OrderEvent::LineRefunded(LineRefunded {
        order: refund.order,
        devices,
        amount,
        full,
        refunded_at: refund.refunded_at,
        reference: refund.reference.clone(),
        payment: refund.payment.clone(),
    })
}

/// The warranties that the refunded lines charged for.
fn warranties_refunded(
    order: &Order,
    refund: &RefundLine,
    part: &UnitsRefunded,
) -> Vec<OrderEvent> {
    let of_line = |wanted: &str, quantity: u32| {
        let mut charged: Vec<_> = order
            .units
            .iter()
            .filter_map(|(device, unit)| Some((device, unit, unit.plan.as_ref()?)))
            .filter(|(_, _, plan)| plan.reference == wanted)
            .collect();
        // The warranties of devices that are gone first, then those refunded least.
        charged.sort_by_key(|(_, unit, plan)| {
            (unit.returned.is_none() && !unit.is_refunded_in_full(), plan.refunded)
        });
        charged.truncate(usize::try_from(quantity).unwrap_or(usize::MAX));
        charged.into_iter().map(|(device, ..)| *device).collect::<Vec<_>>()
    };
    let lines = part.units.lines.iter().map(|line| of_line(&line.reference, line.quantity));
    let lines = lines.filter(|devices| !devices.is_empty() && part.amount.amount > 0);
    lines
        .map(|devices| {
            OrderEvent::WarrantyRefunded(WarrantyRefunded {
                order: order.id(),
                devices,
                amount: part.amount,
                refunded_at: refund.refunded_at,
                reference: refund.reference.clone(),
            })
        })
        .collect()
}

/// What the shop pays back without naming a line is for what an edit took out of a paid order, if
/// it is exactly that, or exactly one unit of it.
fn taken_out(order: &Order, refund: &RefundLine, amount: Money) -> Vec<OrderEvent> {
    let open = order.units.iter().filter(|(_, unit)| {
        unit.removed == Some(Removal::Edited) && unit.was_paid && unit.refunded == 0
    });
    let mut open: Vec<_> = open.filter(|(_, unit)| unit.price.amount > 0).collect();
    if open.iter().any(|(_, unit)| unit.price.currency != amount.currency) {
        return Vec::new();
    }
    let whole = open.iter().fold(0_i64, |sum, (_, unit)| sum.saturating_add(unit.price.amount));
    if whole != amount.amount {
        let one = open.iter().position(|(_, unit)| unit.price == amount);
        open = one.map(|at| open[at]).into_iter().collect();
    }
    let refunded = open.into_iter();
    refunded.map(|(device, unit)| line_refunded(refund, unit.price, true, vec![*device])).collect()
}

/// M1: what the shop pays back without naming a line lowers the price of the only device.
fn without_a_line(
    order: &Order,
    refund: &RefundLine,
    amount: Money,
) -> Result<OrderEvent, OrderRejection> {
    let in_order = || order.units.iter().filter(|(_, unit)| unit.removed.is_none());
    let devices: Vec<_> = in_order().filter(|(_, unit)| unit.is_device).collect();
    let only = match devices[..] {
        [only] => Some(only),
        [] if in_order().count() == 1 => in_order().next(),
        _ => None,
    };
    let because = match only {
        None => Unattributed::SeveralDevices,
        Some((&device, unit)) => {
            is_possible(amount, unit.price)?;
            let remaining = unit.remaining().amount;
            if amount.amount <= remaining {
                let full = amount.amount == remaining;
                return Ok(line_refunded(refund, amount, full, vec![device]));
            }
            Unattributed::ExceedsPrice
        }
    };
    Ok(OrderEvent::RefundUnattributed(RefundUnattributed {
        order: order.id(),
        amount,
        refunded_at: refund.refunded_at,
        reference: refund.reference.clone(),
        payment: refund.payment.clone(),
        because,
    }))
}

/// The units refunded, split by whether each is then refunded in full, and by the amount that
/// counts.
fn devices_refunded(
    order: &Order,
    part: &UnitsRefunded,
) -> Result<BTreeMap<(bool, i64), Vec<DeviceId>>, OrderRejection> {
    let mut devices = units_named(order, &part.units, |unit| {
        // Units that left the order come first, then those of which exactly this much is left.
        let amount = counted(unit, part);
        let stays = unit.returned.is_none() && unit.removed.is_none();
        let differs = unit.remaining() != amount;
        let elsewhere = part.returned && unit.delivery.is_none();
        (!fits(unit, amount), stays, elsewhere, differs, unit.refunded)
    })?;
    if part.units.are_not_named() {
        let open = |unit: &Unit| !unit.is_refunded_in_full();
        devices = order.units.iter().filter(|(_, unit)| open(unit)).map(|(id, _)| *id).collect();
    }
    let mut apart = BTreeMap::<(bool, i64), Vec<DeviceId>>::new();
    for device in devices {
        let unit = &order.units[&device];
        let amount = counted(unit, part);
        is_possible(amount, unit.price)?;
        if amount.amount == 0 {
            continue;
        }
        let remaining = unit.remaining();
        if unit.is_refunded_in_full() || !fits(unit, amount) {
            return Err(OrderRejection::RefundExceedsPrice { device, amount, remaining });
        }
        let is_full = amount.amount >= remaining.amount;
        apart.entry((is_full, amount.amount)).or_default().push(device);
    }
    Ok(apart)
}

/// M1: what counts of a refund is what was paid as the unit's price. Tax that the price does not
/// have is no part of it.
fn counted(unit: &Unit, part: &UnitsRefunded) -> Money {
    let tax = part.tax.filter(|_| !unit.has_tax).map_or(0, |tax| tax.amount);
    Money { amount: part.amount.amount.saturating_sub(tax), ..part.amount }
}

fn fits(unit: &Unit, amount: Money) -> bool {
    amount.amount <= unit.remaining().amount.saturating_add(ROUNDING)
}
