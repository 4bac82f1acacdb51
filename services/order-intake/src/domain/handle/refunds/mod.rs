//! Refunds that the marketplace reports (M6, M7).

mod of_disputes;
mod without_a_line;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use recourse_kernel::wire::decode_body;
use recourse_kernel::{DeviceId, Money, Tried};

use super::kept::body_of;
use crate::domain::Decision;
use crate::domain::commands::{OrderCommand, PayRefund, RefundLine, UnitsRefunded};
use crate::domain::events::{
    LineRefunded, OrderEvent, RefundAnnounced, RefundPaid, RefundUnattributed, Unattributed,
    WarrantyRefunded,
};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::amounts::is_possible;
use crate::domain::rules::facts::after_placing;
use crate::domain::rules::units::units_ranked;
use crate::domain::state::{Order, Unit};

/// Splitting a line's amount among its units can be off by one minor unit for each.
const ROUNDING: i64 = 1;

/// How many payments can wait for the refund that they paid. Bounds a feed that never reports it.
const PAYMENTS_LIMIT: usize = 200;

/// M7: at most what was paid counts as refunded, and each refund counts once.
pub(super) fn refund(order: &Order, refund: &RefundLine) -> Decision {
    if is_counted(order, refund) {
        return Ok(Vec::new());
    }
    let refund = &as_paid(order, refund);
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
    refunds.is_some_and(|reference| order.has_counted_refund(reference))
        || refund.payment.as_ref().is_some_and(|payment| order.has_counted_payment(payment))
}

/// The refund, which is not pending if the success of its payment was reported before.
fn as_paid(order: &Order, refund: &RefundLine) -> RefundLine {
    let payment = refund.payment.as_ref().filter(|_| refund.pending);
    match payment.and_then(|payment| order.refund_payments.get(payment)) {
        Some(&paid_at) => RefundLine { pending: false, refunded_at: paid_at, ..refund.clone() },
        None => refund.clone(),
    }
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

/// The payment of a refund succeeded. The refund counts if it was announced. Otherwise the payment
/// is remembered: its refund may still be reported as pending, and would count never.
pub(super) fn paid(order: &Order, paid: &PayRefund) -> Decision {
    let Some(announced) = order.announced.get(&paid.payment) else {
        return remembered(order, paid);
    };
    let kind = "recourse.order.refund_line.v1";
    let Ok(announced) = decode_body::<RefundLine>(kind, announced.body.to_string().as_bytes())
    else {
        return Ok(Vec::new());
    };
    refund(order, &RefundLine { refunded_at: paid.paid_at, ..announced })
}

fn remembered(order: &Order, paid: &PayRefund) -> Decision {
    let known = &order.refund_payments;
    if order.has_counted_payment(&paid.payment) || known.contains_key(&paid.payment) {
        return Ok(Vec::new());
    }
    if known.len() >= PAYMENTS_LIMIT {
        return Err(OrderRejection::TooManyKept(known.len()).into());
    }
    let (order, payment, paid_at) = (order.id(), paid.payment.clone(), paid.paid_at);
    Ok(vec![OrderEvent::RefundPaid(RefundPaid { order, payment, paid_at })])
}

/// The parts of a refund, each on top of the ones before. What was paid for warranties comes first:
/// a policy that ends with its device must not owe it again.
fn refunded(order: &Order, refund: &RefundLine) -> Result<Vec<OrderEvent>, OrderRejection> {
    let (refund, mut events) = of_disputes::without_what_they_counted(order, refund);
    let refund = &refund;
    let mut staged = order.clone();
    for event in &events {
        staged.evolve(event);
    }
    let mut above = None;
    let mut without = BTreeSet::new();
    for part in &refund.refunds {
        for event in warranties_refunded(&staged, refund, part) {
            without.extend(event.devices.iter().copied());
            let event = OrderEvent::WarrantyRefunded(event);
            staged.evolve(&event);
            events.push(event);
        }
    }
    for part in &refund.refunds {
        let Counted { units, rest } = devices_refunded(&staged, refund, part, &without)?;
        for ((full, amount), devices) in units {
            let amount = Money { amount, ..part.amount };
            let event = line_refunded(&staged, refund, amount, full, devices);
            staged.evolve(&event);
            events.push(event);
        }
        let sum = above.map_or(0, |above: Money| above.amount).saturating_add(rest);
        above = Some(Money { amount: sum, ..part.amount });
    }
    if let Some(other) = refund.other.filter(|other| other.amount > 0) {
        events.extend(without_a_line::refunded(&staged, refund, other)?);
    }
    Ok(match above {
        Some(above) => with_rest(refund, events, above),
        None => events,
    })
}

fn unattributed(refund: &RefundLine, amount: Money, because: Unattributed) -> OrderEvent {
    OrderEvent::RefundUnattributed(RefundUnattributed {
        order: refund.order,
        amount,
        refunded_at: refund.refunded_at,
        reference: refund.reference.clone(),
        payment: refund.payment.clone(),
        because,
        dispute: None,
    })
}

fn with_rest(refund: &RefundLine, mut events: Vec<OrderEvent>, rest: Money) -> Vec<OrderEvent> {
    if rest.amount > 0 {
        events.push(unattributed(refund, rest, Unattributed::ExceedsPrice));
    }
    events
}

fn line_refunded(
    order: &Order,
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
        dispute: None,
        cancelled: order.cancelled.is_some(),
    })
}

/// The warranties that the refunded lines charged for.
fn warranties_refunded(
    order: &Order,
    refund: &RefundLine,
    part: &UnitsRefunded,
) -> Vec<WarrantyRefunded> {
    let of_line = |wanted: &str, quantity: u32| {
        let mut charged: Vec<_> = order
            .units
            .iter()
            .filter_map(|(device, unit)| Some((device, unit, unit.plan.as_ref()?)))
            .filter(|(_, _, plan)| plan.reference == wanted)
            .collect();
        // Those of which this much is left, the warranties that are gone or whose device is, and
        // those refunded least.
        charged.sort_by_key(|(_, unit, plan)| {
            let refunded = plan.refunded.saturating_add(part.amount.amount);
            let fits = refunded <= plan.price.saturating_add(ROUNDING);
            let stays = unit.warranty.is_some() && unit.is_kept();
            (plan.is_paid_back(), !fits, stays, plan.refunded)
        });
        charged.truncate(usize::try_from(quantity).unwrap_or(usize::MAX));
        charged.into_iter().map(|(device, ..)| *device).collect::<Vec<_>>()
    };
    let lines = part.units.lines.iter().map(|line| of_line(&line.reference, line.quantity));
    let lines = lines.filter(|devices| !devices.is_empty() && part.amount.amount > 0);
    lines.map(|devices| warranty_refunded(refund, part.amount, devices)).collect()
}

fn warranty_refunded(
    refund: &RefundLine,
    amount: Money,
    devices: Vec<DeviceId>,
) -> WarrantyRefunded {
    WarrantyRefunded {
        order: refund.order,
        devices,
        amount,
        refunded_at: refund.refunded_at,
        reference: refund.reference.clone(),
    }
}

/// What counts of a refund, and what is above it.
struct Counted {
    /// The units, by whether each is then refunded in full, and by the amount that counts.
    units: BTreeMap<(bool, i64), Vec<DeviceId>>,
    /// What is above all that was left, in minor units.
    rest: i64,
}

/// M7: what counts for each unit is at most what is left of its price. `without` are the devices
/// whose warranty the same refund paid back.
fn devices_refunded(
    order: &Order,
    refund: &RefundLine,
    part: &UnitsRefunded,
    without: &BTreeSet<DeviceId>,
) -> Result<Counted, OrderRejection> {
    let mut devices = units_ranked(order, &part.units, |device, unit| {
        // Units that left the order come first, then those of which this much is left, and those
        // whose refund ends no warranty.
        let amount = counted(unit, part);
        let stays = unit.returned.is_none() && unit.removed.is_none();
        let elsewhere = part.returned && unit.delivery.is_none();
        let left = unit.remaining().amount.abs_diff(amount.amount);
        let is_other = left > ROUNDING.unsigned_abs();
        let last = (is_other, unit.is_covered(), left > 0, unit.refunded, Reverse(device));
        (!fits(unit, amount), stays, elsewhere, !without.contains(&device), last)
    })?;
    if part.units.are_not_named() {
        let open = |unit: &Unit| !unit.is_refunded_in_full();
        devices = order.units.iter().filter(|(_, unit)| open(unit)).map(|(id, _)| *id).collect();
    }
    let mut counts = Counted { units: BTreeMap::new(), rest: 0 };
    for device in devices {
        let unit = &order.units[&device];
        let amount = counted(unit, part);
        is_possible(amount, unit.price)?;
        if amount.amount == 0 {
            continue;
        }
        let remaining = unit.remaining();
        if is_share_of_another(order, unit, amount) {
            counts.units.entry((true, remaining.amount)).or_default().push(device);
            continue;
        }
        let fits = fits(unit, amount) && !unit.is_refunded_in_full();
        if !fits && !is_another_refund(unit, refund, amount) {
            return Err(OrderRejection::RefundExceedsPrice { device, amount, remaining });
        }
        let counted = if fits { amount } else { remaining };
        counts.rest = counts.rest.saturating_add(amount.amount - counted.amount);
        if counted.amount > 0 {
            let is_full = counted.amount >= remaining.amount;
            counts.units.entry((is_full, counted.amount)).or_default().push(device);
        }
    }
    Ok(counts)
}

/// Whether a refund of more than is left was paid for certain. Without an id of its own it may be
/// one that is counted, and more than the price is a mistake.
fn is_another_refund(unit: &Unit, refund: &RefundLine, amount: Money) -> bool {
    refund.reference.is_some() && amount.amount <= unit.price.amount.saturating_add(ROUNDING)
}

/// M1: what counts of a refund is what was paid as the unit's price. Tax that the price does not
/// have is no part of it.
fn counted(unit: &Unit, part: &UnitsRefunded) -> Money {
    let tax = part.tax.filter(|_| !unit.has_tax).map_or(0, |tax| tax.amount);
    Money { amount: part.amount.amount.saturating_sub(tax), ..part.amount }
}

/// Whether the amount is the whole price of another unit of the line, which differs only because
/// the line's amount did not divide. It is then all of this unit's price, too.
fn is_share_of_another(order: &Order, unit: &Unit, amount: Money) -> bool {
    let differs = unit.price.amount.abs_diff(amount.amount);
    let is_one = |other: &Unit| other.reference == unit.reference && other.price == amount;
    unit.refunded == 0
        && unit.reference.is_some()
        && (1..=ROUNDING.unsigned_abs()).contains(&differs)
        && order.units.values().any(is_one)
}

fn fits(unit: &Unit, amount: Money) -> bool {
    amount.amount <= unit.remaining().amount.saturating_add(ROUNDING)
}
