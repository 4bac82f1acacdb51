//! The marketplace reports a refund that was counted before, when the outcome of a dispute was
//! confirmed (D2, M7).

use recourse_kernel::{DeviceId, DisputeId, Money};

use super::counted;
use crate::domain::commands::{RefundLine, UnitsRefunded};
use crate::domain::events::{OrderEvent, RefundUnattributed, Unattributed};
use crate::domain::state::{Dispute, Order, Unit};

/// The refund without the amounts that were counted with a dispute's outcome, and the events that
/// say so. An outcome may be reported in several payments, until all of it is.
pub(super) fn without_what_they_counted(
    order: &Order,
    refund: &RefundLine,
) -> (RefundLine, Vec<OrderEvent>) {
    let mut staged = order.clone();
    let mut events = Vec::new();
    let mut rest = refund.clone();
    rest.refunds.clear();
    let mut report = |staged: &mut Order, (dispute, amount)| {
        let event = reported(refund, dispute, amount);
        staged.evolve(&event);
        events.push(event);
    };
    for part in &refund.refunds {
        let Some((expected, counts)) = of_a_unit(&staged, part) else {
            rest.refunds.push(part.clone());
            continue;
        };
        report(&mut staged, expected);
        let left = counts.amount.saturating_sub(expected.1.amount);
        if left > 0 {
            let amount = part.amount.amount.saturating_sub(expected.1.amount);
            let amount = Money { amount, ..part.amount };
            rest.refunds.push(UnitsRefunded { amount, ..part.clone() });
        }
    }
    if let Some(other) = refund.other.filter(|other| other.amount > 0)
        && let Some(expected) = without_a_unit(&staged, other)
    {
        report(&mut staged, expected);
        let amount = other.amount.saturating_sub(expected.1.amount);
        rest.other = (amount > 0).then_some(Money { amount, ..other });
    }
    (rest, events)
}

fn reported(refund: &RefundLine, dispute: DisputeId, amount: Money) -> OrderEvent {
    OrderEvent::RefundUnattributed(RefundUnattributed {
        order: refund.order,
        amount,
        refunded_at: refund.refunded_at,
        reference: refund.reference.clone(),
        payment: refund.payment.clone(),
        because: Unattributed::PaidInDispute,
        dispute: Some(dispute),
    })
}

/// A dispute whose outcome was counted, and what of it an amount reports.
type Expected = (DisputeId, Money);

/// The dispute whose outcome a refund of one unit is, and what of the refund counts for the unit.
fn of_a_unit(order: &Order, part: &UnitsRefunded) -> Option<(Expected, Money)> {
    let is_meant = |device: &DeviceId, unit: &Unit| {
        let units = &part.units;
        match (units.devices.as_slice(), units.lines.as_slice()) {
            ([only], []) => only == device,
            ([], [line]) => line.quantity == 1 && unit.reference.as_ref() == Some(&line.reference),
            ([], []) => order.units.len() == 1,
            _ => false,
        }
    };
    let meant = order.units.iter().filter(|(device, unit)| is_meant(device, unit));
    let mut found = meant.filter_map(|(device, unit)| {
        let counts = counted(unit, part);
        Some((expected(*device, unit, counts)?, counts))
    });
    let first = found.next()?;
    // A line of several units: the one whose outcome is exactly this comes first.
    let is_exact = |(expected, counts): &(Expected, Money)| expected.1 == *counts;
    if is_exact(&first) { Some(first) } else { found.find(is_exact).or(Some(first)) }
}

/// The dispute whose outcome an amount is that names no unit: one with exactly this amount, or the
/// only one.
fn without_a_unit(order: &Order, amount: Money) -> Option<Expected> {
    let expected = order.units.iter().filter_map(|(device, unit)| expected(*device, unit, amount));
    let all: Vec<Expected> = expected.collect();
    let exact = all.iter().find(|(id, _)| {
        order.dispute(*id).is_some_and(|dispute| dispute.unreported == Some(amount))
    });
    exact.copied().or_else(|| all.first().copied().filter(|_| all.len() == 1))
}

/// The dispute about this unit of which something is not reported yet, and how much of that this
/// amount is.
fn expected(device: DeviceId, unit: &Unit, amount: Money) -> Option<Expected> {
    let rest = |dispute: &Dispute| {
        let rest = dispute.unreported.filter(|rest| rest.currency == amount.currency)?;
        Some(Money { amount: rest.amount.min(amount.amount), ..rest })
    };
    let mut numbered = (1..).zip(&unit.disputes);
    let found = numbered.find_map(|(number, dispute)| Some((number, rest(dispute)?)));
    let (number, counts) = found.filter(|(_, counts)| counts.amount > 0)?;
    Some((device.dispute(number), counts))
}
