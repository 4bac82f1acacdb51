//! Refunds that the marketplace reports (M6, M7).

use std::collections::BTreeMap;

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
use crate::domain::rules::units::units_named;
use crate::domain::state::{Order, Removal, Unit};

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
    refunds.is_some_and(|reference| order.references.contains(reference))
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
    let mut events = Vec::new();
    let mut staged = order.clone();
    let mut above = None;
    for part in &refund.refunds {
        for event in warranties_refunded(&staged, refund, part) {
            staged.evolve(&event);
            events.push(event);
        }
    }
    for part in &refund.refunds {
        let Counted { units, rest } = devices_refunded(&staged, refund, part)?;
        for ((full, amount), devices) in units {
            let event = line_refunded(refund, Money { amount, ..part.amount }, full, devices);
            staged.evolve(&event);
            events.push(event);
        }
        let sum = above.map_or(0, |above: Money| above.amount).saturating_add(rest);
        above = Some(Money { amount: sum, ..part.amount });
    }
    if let Some(other) = refund.other.filter(|other| other.amount > 0) {
        match taken_out(&staged, refund, other) {
            taken_out if taken_out.is_empty() => {
                events.extend(without_a_line(&staged, refund, other)?);
            }
            taken_out => events.extend(taken_out),
        }
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
    })
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
    lines.map(|devices| warranty_refunded(refund, part.amount, devices)).collect()
}

fn warranty_refunded(refund: &RefundLine, amount: Money, devices: Vec<DeviceId>) -> OrderEvent {
    OrderEvent::WarrantyRefunded(WarrantyRefunded {
        order: refund.order,
        devices,
        amount,
        refunded_at: refund.refunded_at,
        reference: refund.reference.clone(),
    })
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

/// M1: what the shop pays back without naming a line is for everything, if it covers all that is
/// left. Otherwise it lowers the price of the only device. What is above all that belongs to none.
fn without_a_line(
    order: &Order,
    refund: &RefundLine,
    amount: Money,
) -> Result<Vec<OrderEvent>, OrderRejection> {
    if let Some((events, rest)) = everything(order, refund, amount) {
        return Ok(with_rest(refund, events, Money { amount: rest, ..amount }));
    }
    let Some((device, unit)) = the_only_device(order) else {
        return Ok(vec![unattributed(refund, amount, Unattributed::SeveralDevices)]);
    };
    is_possible(amount, unit.price)?;
    let remaining = unit.remaining();
    let counts = Money { amount: amount.amount.min(remaining.amount), ..amount };
    let mut events = Vec::new();
    if counts.amount > 0 {
        events.push(line_refunded(refund, counts, counts == remaining, vec![device]));
    }
    let rest = Money { amount: amount.amount - counts.amount, ..amount };
    Ok(with_rest(refund, events, rest))
}

fn with_rest(refund: &RefundLine, mut events: Vec<OrderEvent>, rest: Money) -> Vec<OrderEvent> {
    if rest.amount > 0 {
        events.push(unattributed(refund, rest, Unattributed::ExceedsPrice));
    }
    events
}

fn the_only_device(order: &Order) -> Option<(DeviceId, &Unit)> {
    let in_order = || order.units.iter().filter(|(_, unit)| unit.removed.is_none());
    let devices: Vec<_> = in_order().filter(|(_, unit)| unit.is_device).collect();
    let only = match devices[..] {
        [only] => Some(only),
        [] if in_order().count() == 1 => in_order().next(),
        _ => None,
    };
    only.map(|(device, unit)| (*device, unit))
}

/// The refund of everything that is left, the lines that charge for warranties included, and what
/// is above it. None if the amount does not cover it.
fn everything(order: &Order, refund: &RefundLine, amount: Money) -> Option<(Vec<OrderEvent>, i64)> {
    let open = order.units.iter().filter(|(_, unit)| unit.removed.is_none());
    let open: Vec<_> = open.filter(|(_, unit)| unit.remaining().amount > 0).collect();
    let whole =
        open.iter().fold(0, |sum: i64, (_, unit)| sum.saturating_add(unit.remaining().amount));
    let is_other_currency = |unit: &Unit| unit.price.currency != amount.currency;
    if open.is_empty()
        || amount.amount < whole
        || open.iter().any(|(_, unit)| is_other_currency(unit))
    {
        return None;
    }
    let is_open = |plan: &str| open.iter().any(|(_, unit)| unit.reference.as_deref() == Some(plan));
    let mut warranties = BTreeMap::<i64, Vec<DeviceId>>::new();
    for (device, unit) in &order.units {
        if let (Some(plan), Some(warranty)) = (&unit.plan, &unit.warranty)
            && is_open(&plan.reference)
        {
            let left = warranty.price.amount.saturating_sub(plan.refunded);
            warranties.entry(left).or_default().push(*device);
        }
    }
    let mut units = BTreeMap::<i64, Vec<DeviceId>>::new();
    for (device, unit) in open {
        units.entry(unit.remaining().amount).or_default().push(*device);
    }
    let money = |of_each| Money { amount: of_each, ..amount };
    let warranties = warranties.into_iter().filter(|(left, _)| *left > 0);
    let warranties =
        warranties.map(|(left, devices)| warranty_refunded(refund, money(left), devices));
    let units =
        units.into_iter().map(|(left, devices)| line_refunded(refund, money(left), true, devices));
    Some((warranties.chain(units).collect(), amount.amount - whole))
}

/// What counts of a refund, and what is above it.
struct Counted {
    /// The units, by whether each is then refunded in full, and by the amount that counts.
    units: BTreeMap<(bool, i64), Vec<DeviceId>>,
    /// What is above all that was left, in minor units.
    rest: i64,
}

/// M7: what counts for each unit is at most what is left of its price.
fn devices_refunded(
    order: &Order,
    refund: &RefundLine,
    part: &UnitsRefunded,
) -> Result<Counted, OrderRejection> {
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
    let mut counts = Counted { units: BTreeMap::new(), rest: 0 };
    for device in devices {
        let unit = &order.units[&device];
        let amount = counted(unit, part);
        is_possible(amount, unit.price)?;
        if amount.amount == 0 {
            continue;
        }
        let remaining = unit.remaining();
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

fn fits(unit: &Unit, amount: Money) -> bool {
    amount.amount <= unit.remaining().amount.saturating_add(ROUNDING)
}
