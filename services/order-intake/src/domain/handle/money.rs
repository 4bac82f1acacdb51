//! Payments and refunds that the marketplace reports (M6, M7).

use std::collections::BTreeMap;

use recourse_kernel::{DeviceId, Money, Tried};

use crate::domain::Decision;
use crate::domain::commands::{Pay, RefundLine, UnitsRefunded};
use crate::domain::events::{LineRefunded, OrderEvent, OrderPaid};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::amounts::is_possible;
use crate::domain::rules::facts::{after_placing, not_cancelled_before};
use crate::domain::rules::units::units_named;
use crate::domain::state::{Order, Unit};

/// Splitting a line's amount among its units can be off by one minor unit for each.
const ROUNDING: i64 = 1;

/// Records the order's payment, once. For a cancelled order, only a payment before the cancellation
/// counts.
pub(super) fn pay(order: &Order, pay: &Pay) -> Decision {
    if let Some(paid) = &order.paid {
        return if paid.amount == pay.amount {
            Ok(Vec::new())
        } else {
            Err(OrderRejection::AlreadyPaid { amount: paid.amount }.into())
        };
    }
    let mut rules = Tried::default();
    rules.check(&not_cancelled_before(order, pay.paid_at));
    // Some shops charge the buyer just before they write the order, so the time is not checked
    // against it.
    if let Some(line) = order.placed.lines.first() {
        rules.all([is_possible(pay.amount, line.unit_price)]);
    }
    rules.passed()?;
    Ok(vec![OrderEvent::Paid(OrderPaid {
        order: order.id(),
        paid_at: pay.paid_at,
        amount: pay.amount,
    })])
}

/// M7: the seller refunds at most what was paid, and each refund counts once.
pub(super) fn refund(order: &Order, refund: &RefundLine) -> Decision {
    if refund.reference.as_ref().is_some_and(|reference| order.references.contains(reference)) {
        return Ok(Vec::new());
    }
    let mut rules = Tried::default();
    rules.check(&after_placing(order, refund.refunded_at));
    let events = rules.need(refunded(order, refund))?;
    rules.passed()?;
    Ok(events)
}

/// The parts of a refund, each on top of the ones before.
fn refunded(order: &Order, refund: &RefundLine) -> Result<Vec<OrderEvent>, OrderRejection> {
    let mut staged = order.clone();
    let mut events = Vec::new();
    for part in &refund.refunds {
        for (full, devices) in devices_refunded(&staged, part)? {
            let event = OrderEvent::LineRefunded(LineRefunded {
                order: order.id(),
                devices,
                amount: part.amount,
                full,
                refunded_at: refund.refunded_at,
                reference: refund.reference.clone(),
            });
            staged.evolve(&event);
            events.push(event);
        }
    }
    Ok(events)
}

/// The units refunded this amount, split by whether each is then refunded in full.
fn devices_refunded(
    order: &Order,
    part: &UnitsRefunded,
) -> Result<BTreeMap<bool, Vec<DeviceId>>, OrderRejection> {
    let mut devices = units_named(order, &part.units, |unit| {
        // Returned units come first, then those with the most left to refund.
        (!fits(unit, part.amount), unit.returned.is_none(), unit.refunded)
    })?;
    if part.units.are_not_named() {
        let open = |unit: &Unit| !unit.is_refunded_in_full();
        devices = order.units.iter().filter(|(_, unit)| open(unit)).map(|(id, _)| *id).collect();
    }
    let mut apart = BTreeMap::<bool, Vec<DeviceId>>::new();
    for device in devices {
        let unit = &order.units[&device];
        is_possible(part.amount, unit.price)?;
        if part.amount.amount == 0 {
            continue;
        }
        let remaining = unit.remaining();
        if unit.is_refunded_in_full() || !fits(unit, part.amount) {
            let amount = part.amount;
            return Err(OrderRejection::RefundExceedsPrice { device, amount, remaining });
        }
        apart.entry(part.amount.amount >= remaining.amount).or_default().push(device);
    }
    Ok(apart)
}

fn fits(unit: &Unit, amount: Money) -> bool {
    amount.amount <= unit.remaining().amount.saturating_add(ROUNDING)
}
