//! Placing and cancelling an order.

use std::iter;

use recourse_kernel::Tried;

use super::revising;
use crate::domain::commands::{Cancel, Disregard, Place};
use crate::domain::events::{OrderCancelled, OrderDisregarded, OrderEvent, OrderPlaced};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::facts::{
    after_placing, nothing_delivered_by, reported_by_the_marketplace,
};
use crate::domain::rules::lines;
use crate::domain::state::{Order, OrderState};
use crate::domain::{Cx, Decision};

/// Places an order, once.
pub(super) fn place(state: &OrderState, place: &Place, cx: &Cx<'_>) -> Decision {
    reported_by_the_marketplace(cx.principal, &place.marketplace)?;
    let placed = OrderPlaced {
        order: place.order,
        marketplace: place.marketplace.clone(),
        number: place.number.clone(),
        placed_at: place.placed_at,
        buyer: place.buyer.clone(),
        contact: place.contact.clone(),
        contact_mark: place.contact_mark.clone(),
        country: place.country,
        region: place.region.clone(),
        city: place.city.clone(),
        shop: place.shop.clone(),
        language: place.language.clone(),
        time_zone: place.time_zone,
        lines: place.lines.clone(),
        complete_after_days: place.complete_after_days,
        as_of: place.as_of,
        history: place.history,
    };
    if let Some(order) = &state.order {
        if let Some(as_of) = place.as_of {
            return revising::revise(order, place, as_of, cx);
        }
        // The contact is sealed with fresh randomness each time, so it cannot be compared; the rest
        // can. What the shop has set since then does not change an order that was placed before,
        // and neither does an import of it as history.
        let OrderPlaced { complete_after_days, history, .. } = order.placed;
        let again = OrderPlaced { contact: None, complete_after_days, history, ..placed };
        return if again == order.placed {
            Ok(Vec::new())
        } else {
            Err(OrderRejection::AlreadyPlaced(place.order).into())
        };
    }
    lines::are_sound(&place.lines).passed()?;
    let removed =
        place.as_of.and_then(|as_of| revising::units_gone(&Order::new(&placed), place, as_of));
    Ok(iter::once(OrderEvent::Placed(Box::new(placed))).chain(removed).collect())
}

/// Facts about an order that the marketplace does not have lead to nothing. An order that was
/// placed stays.
pub(super) fn disregard(state: &OrderState, disregard: &Disregard, cx: &Cx<'_>) -> Decision {
    reported_by_the_marketplace(cx.principal, &disregard.marketplace)?;
    if state.order.is_some() || state.disregarded {
        return Ok(Vec::new());
    }
    Ok(vec![OrderEvent::Disregarded(OrderDisregarded {
        order: disregard.order,
        marketplace: disregard.marketplace.clone(),
        number: disregard.number.clone(),
        instead: disregard.instead.clone(),
    })])
}

/// S8: an order can be cancelled until any of its units is delivered. A shop that reports whole
/// orders may report an older state later: what was paid since then is not cancelled.
pub(super) fn cancel(order: &Order, cancel: &Cancel) -> Decision {
    let is_whole = order.placed.as_of.is_some();
    let paid_since = order.paid.as_ref().is_some_and(|paid| paid.paid_at > cancel.cancelled_at);
    if order.cancelled.is_some() || (is_whole && paid_since) {
        return Ok(Vec::new());
    }
    let mut rules = Tried::default();
    rules.check(&after_placing(order, cancel.cancelled_at));
    rules.all([nothing_delivered_by(order, cancel.cancelled_at)]);
    rules.passed()?;
    Ok(vec![OrderEvent::Cancelled(OrderCancelled {
        order: order.id(),
        cancelled_at: cancel.cancelled_at,
        reason: cancel.reason.clone(),
    })])
}
