//! The buyer or the marketplace reports a delivery after the receipt was confirmed (T10).

use recourse_kernel::DeviceId;

use super::delivery;
use crate::domain::commands::{Deliver, ReportDelivery, Units};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::completion::may_report_delivery;
use crate::domain::rules::units::unit_of;
use crate::domain::state::{Order, Unit};
use crate::domain::{Cx, Decision};

/// T10: the receipt was confirmed, or the order completed, without a reported delivery. The real
/// day replaces the presumed one, and is not after the receipt. Repeating it changes nothing.
pub(super) fn report(order: &Order, report: &ReportDelivery, cx: &Cx<'_>) -> Decision {
    may_report_delivery(order, cx.principal)?;
    if order.receipt_confirmed.is_none() && order.completed.is_none() {
        return Err(OrderRejection::ReceiptNotConfirmed(order.id()).into());
    }
    let devices = unreported(order, report)?;
    let Some(first) = devices.first() else { return Ok(Vec::new()) };
    let latest = order.receipt_confirmed.unwrap_or(cx.now).min(cx.now);
    if report.delivered_at > latest {
        return Err(OrderRejection::DeliveryAfterReceipt { latest }.into());
    }
    let presumed = order.units[first].delivery.map(|delivery| delivery.zone);
    delivery::deliver(
        order,
        &Deliver {
            order: order.id(),
            delivered_at: report.delivered_at,
            exact: false,
            zone: report.zone.or(presumed),
            units: Units { devices, lines: Vec::new() },
            by_shipment: false,
            reference: None,
            reported: None,
        },
    )
}

/// The units that are meant: those whose delivery is not reported. A delivery that is, and was at
/// another time, contradicts the report.
fn unreported(order: &Order, report: &ReportDelivery) -> Result<Vec<DeviceId>, OrderRejection> {
    let is_open = |unit: &Unit| unit.is_unreported() && unit.is_handed_over();
    let all: Vec<DeviceId> = order.units.keys().copied().collect();
    let named = if report.devices.is_empty() { &all } else { &report.devices };
    let mut open = Vec::new();
    let mut contradicts = None;
    for &device in named {
        let unit = unit_of(order, device)?;
        match unit.delivery {
            _ if is_open(unit) => open.push(device),
            Some(was) if was.delivered_at != report.delivered_at => {
                contradicts =
                    Some(OrderRejection::AlreadyDelivered { device, at: was.delivered_at });
            }
            _ => {}
        }
    }
    match contradicts {
        Some(contradicts) if open.is_empty() || !report.devices.is_empty() => Err(contradicts),
        _ => Ok(open),
    }
}
