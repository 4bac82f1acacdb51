//! Shipments, and what carriers report about them.

use super::bodies::{Fulfillment, FulfillmentEvent};
use super::values::{address, instant, needed};
use crate::feed::shop::{self, Delivery, Misdelivery, Report};
use crate::feed::unusable::Unusable;

/// What the body of a shipment says now. A shipment has many updates; one with the status
/// `delivered` or `picked_up` is the delivery.
pub(super) fn shipment(body: &Fulfillment) -> Result<Report, Unusable> {
    let status = body.shipment_status.as_deref().unwrap_or_default();
    let is_cancelled = matches!(body.status.as_deref(), Some("cancelled" | "error" | "failure"));
    if is_cancelled || is_failure(status) {
        return Ok(Report::Misdelivery(Misdelivery {
            order: needed(body.order_id.as_ref(), "order_id")?,
            shipment: needed(body.id.as_ref(), "id")?,
            reported_at: instant([body.updated_at, body.created_at], "updated_at")?,
        }));
    }
    if !is_arrival(status) {
        return Err(Unusable::Ignored("the shipment is not delivered yet"));
    }
    let changed_at = body.updated_at.or(body.created_at);
    let delivered_at = instant([body.delivered_at, changed_at], "updated_at")?;
    delivery(body, delivered_at, body.delivered_at.is_some())
}

/// A sale at a counter, where the buyer takes the goods along: no carrier ever reports them.
pub(super) fn handed_over(
    body: &Fulfillment,
    placed_at: recourse_kernel::Instant,
) -> Result<Report, Unusable> {
    if body.shipment_status.is_some() || body.status.as_deref() != Some("success") {
        return shipment(body);
    }
    let at = [body.created_at, body.updated_at].into_iter().flatten().min();
    delivery(body, instant([at, Some(placed_at)], "created_at")?.max(placed_at), false)
}

fn delivery(
    body: &Fulfillment,
    delivered_at: recourse_kernel::Instant,
    is_exact: bool,
) -> Result<Report, Unusable> {
    let items = body.line_items.as_deref().unwrap_or_default();
    let items = items.iter().filter(|item| item.quantity.unwrap_or(0) > 0);
    let lines = items
        .map(|item| Ok((needed(item.id.as_ref(), "line_items.id")?, item.quantity.unwrap_or(0))));
    Ok(Report::Delivery(Delivery {
        order: needed(body.order_id.as_ref(), "order_id")?,
        shipment: needed(body.id.as_ref(), "id")?,
        delivered_at,
        is_exact,
        address: body.destination.as_ref().map(address),
        lines: lines.collect::<Result<_, Unusable>>()?,
    }))
}

/// What the carrier reports, with its own time.
pub(super) fn event(body: &FulfillmentEvent) -> Result<Report, Unusable> {
    let order = needed(body.order_id.as_ref(), "order_id")?;
    let shipment = needed(body.fulfillment_id.as_ref(), "fulfillment_id")?;
    let happened_at = instant([body.happened_at, body.created_at], "happened_at")?;
    let status = body.status.as_deref().unwrap_or_default();
    if is_failure(status) {
        return Ok(Report::Misdelivery(Misdelivery { order, shipment, reported_at: happened_at }));
    }
    if !is_arrival(status) {
        return Err(Unusable::Ignored("the shipment is not delivered yet"));
    }
    let country = body.country.clone().filter(|country| country.trim().len() == 2);
    let address = country.map(|country| shop::Address {
        country: Some(country),
        region: body.province.clone(),
        city: body.city.clone(),
    });
    Ok(Report::Delivery(Delivery {
        order,
        shipment,
        delivered_at: happened_at,
        is_exact: body.happened_at.is_some(),
        address,
        lines: Vec::new(),
    }))
}

fn is_arrival(status: &str) -> bool {
    matches!(status, "delivered" | "picked_up")
}

/// The shipment did not arrive: it was lost, or goes back to its sender.
fn is_failure(status: &str) -> bool {
    matches!(status, "failure" | "returned" | "return_to_sender" | "not_delivered")
}
