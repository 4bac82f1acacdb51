//! The marketplace reports a refund that was counted before, when the outcome of a dispute was
//! confirmed (D2, M7).

use recourse_kernel::{DeviceId, DisputeId, Money};

use super::counted;
use crate::domain::commands::{RefundLine, UnitsRefunded};
use crate::domain::events::{OrderEvent, RefundUnattributed, Unattributed};
use crate::domain::state::{Order, Unit};

/// The refund without the amounts that were counted with a dispute's outcome, and the events that
/// say so. An outcome is reported once, and only with exactly its amount.
pub(super) fn without_what_they_counted(
    order: &Order,
    refund: &RefundLine,
) -> (RefundLine, Vec<OrderEvent>) {
    let mut staged = order.clone();
    let mut events = Vec::new();
    let mut rest = refund.clone();
    let mut is_counted = |dispute: Option<DisputeId>, amount| {
        let Some(dispute) = dispute else { return false };
        let event = reported(refund, dispute, amount);
        staged.evolve(&event);
        events.push(event);
        true
    };
    let mut of = Vec::new();
    rest.refunds.retain(|part| {
        let dispute = of_a_unit(order, part).filter(|dispute| !of.contains(dispute));
        of.extend(dispute);
        !is_counted(dispute, part.amount)
    });
    if let Some(other) = rest.other.filter(|other| other.amount > 0) {
        let dispute = without_a_unit(order, other).filter(|dispute| !of.contains(dispute));
        if is_counted(dispute, other) {
            rest.other = None;
        }
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

/// The dispute whose outcome a refund of one unit is.
fn of_a_unit(order: &Order, part: &UnitsRefunded) -> Option<DisputeId> {
    let is_meant = |device: &DeviceId, unit: &Unit| {
        let units = &part.units;
        match (units.devices.as_slice(), units.lines.as_slice()) {
            ([only], []) => only == device,
            ([], [line]) => line.quantity == 1 && unit.reference.as_ref() == Some(&line.reference),
            ([], []) => order.units.len() == 1,
            _ => false,
        }
    };
    let mut meant = order.units.iter().filter(|(device, unit)| is_meant(device, unit));
    meant.find_map(|(device, unit)| expected(*device, unit, counted(unit, part)))
}

/// The dispute whose outcome an amount is that names no unit.
fn without_a_unit(order: &Order, amount: Money) -> Option<DisputeId> {
    order.units.iter().find_map(|(device, unit)| expected(*device, unit, amount))
}

/// The dispute about this unit whose payment of this amount is not reported yet.
fn expected(device: DeviceId, unit: &Unit, amount: Money) -> Option<DisputeId> {
    let mut numbered = (1..).zip(&unit.disputes);
    let (number, _) = numbered.find(|(_, dispute)| dispute.unreported == Some(amount))?;
    Some(device.dispute(number))
}
