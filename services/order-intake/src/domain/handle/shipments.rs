//! Shipments that are not delivered yet: what they contain, and that they failed.

use crate::domain::commands::{Deliver, NoteShipment, WithdrawDelivery};
use crate::domain::events::{OrderEvent, ShipmentNoted};
use crate::domain::rules::shipments::units_of;
use crate::domain::state::Order;

/// Notes what a shipment contains. Of one that was delivered, its delivery has said so.
pub(super) fn note(order: &Order, note: &NoteShipment) -> Vec<OrderEvent> {
    let known = order.shipments.get(&note.shipment).cloned().unwrap_or_default();
    let is_news = known.lines != note.lines && !order.references.contains(&note.shipment);
    let noted = (is_news && !note.lines.is_empty()).then(|| {
        OrderEvent::ShipmentNoted(ShipmentNoted {
            order: order.id(),
            shipment: note.shipment.clone(),
            lines: note.lines.clone(),
            failed_at: known.failed_at,
        })
    });
    noted.into_iter().collect()
}

/// Notes that a shipment failed that is not known as delivered: a delivery before that, which is
/// reported later, did not last.
pub(super) fn fail(order: &Order, failed: &WithdrawDelivery) -> Vec<OrderEvent> {
    let known = order.shipments.get(&failed.shipment).cloned().unwrap_or_default();
    let noted = (known.failed_at < Some(failed.withdrawn_at)).then(|| {
        OrderEvent::ShipmentNoted(ShipmentNoted {
            order: order.id(),
            shipment: failed.shipment.clone(),
            lines: known.lines,
            failed_at: Some(failed.withdrawn_at),
        })
    });
    noted.into_iter().collect()
}

/// Whether the shipment failed after this delivery.
pub(super) fn failed_since(order: &Order, deliver: &Deliver) -> bool {
    let known = deliver.reference.as_ref().and_then(|reference| order.shipments.get(reference));
    let failed_at = known.and_then(|shipment| shipment.failed_at);
    failed_at.is_some_and(|failed_at| deliver.delivered_at <= failed_at)
}

/// Whether a delivery waits until the units of its shipment are known. One that leads to no
/// delivery anyway does not wait.
pub(super) fn are_units_missing(order: &Order, deliver: &Deliver) -> bool {
    let reference = deliver.reference.as_deref().unwrap_or_default();
    deliver.by_shipment
        && order.cancelled.is_none()
        && !order.references.contains(reference)
        && !failed_since(order, deliver)
        && units_of(order, reference).is_none()
}
