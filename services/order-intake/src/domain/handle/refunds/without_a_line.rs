//! What a shop pays back without naming a line (M1, M7).

use std::collections::BTreeMap;

use recourse_kernel::{DeviceId, Money};

use super::{line_refunded, unattributed, warranty_refunded, with_rest};
use crate::domain::commands::RefundLine;
use crate::domain::events::{OrderEvent, Unattributed};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::amounts::is_possible;
use crate::domain::state::{Order, Unit};

/// It is for what an edit took out of the order, or else for what is left.
pub(super) fn refunded(
    order: &Order,
    refund: &RefundLine,
    amount: Money,
) -> Result<Vec<OrderEvent>, OrderRejection> {
    let taken_out = taken_out(order, refund, amount);
    if taken_out.is_empty() { of_what_is_left(order, refund, amount) } else { Ok(taken_out) }
}

/// What the shop pays back without naming a line is for what an edit took out of a paid order, if
/// it is exactly that, or exactly one unit of it.
fn taken_out(order: &Order, refund: &RefundLine, amount: Money) -> Vec<OrderEvent> {
    let mut open: Vec<_> = order.units.iter().filter(|(_, unit)| is_not_paid_back(unit)).collect();
    if open.iter().any(|(_, unit)| unit.price.currency != amount.currency) {
        return Vec::new();
    }
    let whole = open.iter().fold(0_i64, |sum, (_, unit)| sum.saturating_add(unit.price.amount));
    if whole != amount.amount {
        let one = open.iter().position(|(_, unit)| unit.price == amount);
        open = one.map(|at| open[at]).into_iter().collect();
    }
    let refunded = open.into_iter();
    let of_unit = |(device, unit): (&DeviceId, &Unit)| {
        line_refunded(order, refund, unit.price, true, vec![*device])
    };
    refunded.map(of_unit).collect()
}

/// Whether it left a paid order, and nothing of its price was paid back so far.
fn is_not_paid_back(unit: &Unit) -> bool {
    unit.removed.is_some() && unit.was_paid && unit.refunded == 0 && unit.price.amount > 0
}

/// Whether the amount may be for a device that left a paid order, or for what is still in it: more
/// was paid than what is in the order costs.
fn may_be_for_what_left(order: &Order, amount: Money) -> bool {
    let gone = order.units.values().filter(|unit| unit.is_device && is_not_paid_back(unit));
    let (Some(least), Some(paid)) = (gone.map(|unit| unit.price.amount).min(), &order.paid) else {
        return false;
    };
    let sum = |of: &dyn Fn(&Unit) -> i64| {
        order.units.values().fold(0_i64, |sum, unit| sum.saturating_add(of(unit)))
    };
    let is_in_it = |unit: &Unit| unit.removed.is_none();
    let spent = sum(&|unit| if is_in_it(unit) { unit.price.amount } else { unit.refunded });
    let left = sum(&|unit| if is_in_it(unit) { unit.remaining().amount } else { 0 });
    let above = paid.amount.amount.saturating_sub(spent);
    amount.amount <= above || (above >= least && amount.amount < left.saturating_add(above))
}

/// M1: what the shop pays back without naming a line is for everything, if it covers all that is
/// left. Otherwise it lowers the price of the only device. What is above all that belongs to none.
fn of_what_is_left(
    order: &Order,
    refund: &RefundLine,
    amount: Money,
) -> Result<Vec<OrderEvent>, OrderRejection> {
    if may_be_for_what_left(order, amount) {
        return Ok(vec![unattributed(refund, amount, Unattributed::SeveralDevices)]);
    }
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
        events.push(line_refunded(order, refund, counts, counts == remaining, vec![device]));
    }
    let rest = Money { amount: amount.amount - counts.amount, ..amount };
    Ok(with_rest(refund, events, rest))
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
    let warranties = warranties.map(|(left, devices)| {
        OrderEvent::WarrantyRefunded(warranty_refunded(refund, money(left), devices))
    });
    let of_units = |(left, devices)| line_refunded(order, refund, money(left), true, devices);
    let units = units.into_iter().map(of_units);
    Some((warranties.chain(units).collect(), amount.amount - whole))
}
