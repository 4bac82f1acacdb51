//! An order is placed, or called off.

use super::super::commands::{Cancel, Place};
use super::super::events::{OrderCancelled, OrderEvent, OrderPlaced};
use super::super::rejection::OrderRejection;
use super::super::rules;
use super::super::state::{Order, OrderState};
use super::super::{Cx, Decision};

/// An order is placed, once.
pub(super) fn place(state: &OrderState, place: &Place, request: &Cx<'_>) -> Decision {
    rules::reported_by_the_marketplace(request.principal, &place.marketplace)?;
    let placed = OrderPlaced {
        order: place.order,
        marketplace: place.marketplace.clone(),
        number: place.number.clone(),
        placed_at: place.placed_at,
        buyer: place.buyer.clone(),
        contact: place.contact.clone(),
        country: place.country,
        city: place.city.clone(),
        lines: place.lines.clone(),
    };
    if let Some(order) = &state.order {
        // The contact is sealed anew each time, so it cannot be compared; everything else can.
        let again = OrderPlaced { contact: None, ..placed };
        return if again == order.placed {
            Ok(Vec::new())
        } else {
            Err(OrderRejection::AlreadyPlaced(place.order))
        };
    }
    rules::lines_are_sound(&place.lines)?;
    Ok(vec![OrderEvent::Placed(Box::new(placed))])
}

/// S8: an order can be called off until something of it is delivered.
pub(super) fn cancel(order: &Order, cancel: &Cancel) -> Decision {
    if order.cancelled.is_some() {
        return Ok(Vec::new());
    }
    rules::after_placing(order, cancel.cancelled_at)?;
    let delivered = |at: recourse_kernel::Instant| at <= cancel.cancelled_at;
    let there = order
        .units
        .iter()
        .find(|(_, unit)| unit.delivery.is_some_and(|delivery| delivered(delivery.delivered_at)));
    if let Some((&device, _)) = there {
        return Err(OrderRejection::CancelTooLate { device });
    }
    Ok(vec![OrderEvent::Cancelled(OrderCancelled {
        order: order.id(),
        cancelled_at: cancel.cancelled_at,
        reason: cancel.reason.clone(),
    })])
}
