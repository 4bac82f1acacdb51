//! Shipments, and what carriers report about them.

use recourse_kernel::Instant;

use super::bodies::{Fulfillment, FulfillmentEvent, Shipped};
use super::values::{address, instant, needed};
use crate::feed::shop::{self, Contents, Delivery, Misdelivery, Report, Shipment};
use crate::feed::unusable::Unusable;

type Reports = Vec<Result<Report, Unusable>>;

/// What the body of a shipment says now. A shipment has many updates; one with the status
/// `delivered` or `picked_up` is the delivery. Before, it says which lines are in which parcel:
/// what carriers report about a parcel names none.
pub(super) fn shipment(body: &Fulfillment, is_whole: bool) -> Reports {
    let status = body.shipment_status.as_deref().unwrap_or_default();
    if is_off(body) || is_failure(status) {
        let contents = noted(body).transpose();
        return contents.into_iter().chain([misdelivery(body)]).collect();
    }
    if is_arrival(status) {
        // Not when it was created: that is days before.
        let delivered_at = instant([body.delivered_at, body.updated_at], "updated_at");
        let is_exact = body.delivered_at.is_some();
        return vec![delivered_at.and_then(|at| delivery(body, at, is_exact, is_whole))];
    }
    let not_yet = Unusable::Ignored("the shipment is not delivered yet");
    vec![noted(body).and_then(|noted| noted.ok_or(not_yet))]
}

/// A sale at a counter, where the buyer takes the goods along: no carrier ever reports them.
pub(super) fn handed_over(body: &Fulfillment, placed_at: Instant, is_whole: bool) -> Reports {
    if body.shipment_status.is_some() || body.status.as_deref() != Some("success") {
        return shipment(body, is_whole);
    }
    let at = [body.created_at, body.updated_at].into_iter().flatten().min();
    let at = instant([at, Some(placed_at)], "created_at").map(|at| at.max(placed_at));
    vec![at.and_then(|at| delivery(body, at, false, is_whole))]
}

/// Whether the shop took the shipment back.
pub(super) fn is_off(body: &Fulfillment) -> bool {
    matches!(body.status.as_deref(), Some("cancelled" | "error" | "failure"))
}

fn misdelivery(body: &Fulfillment) -> Result<Report, Unusable> {
    Ok(Report::Misdelivery(Misdelivery {
        order: needed(body.order_id.as_ref(), "order_id")?,
        shipment: needed(body.id.as_ref(), "id")?,
        reported_at: instant([body.updated_at, body.created_at], "updated_at")?,
    }))
}

/// The shipment and its lines, if the body has them.
fn noted(body: &Fulfillment) -> Result<Option<Report>, Unusable> {
    let Some(lines) = lines(body)? else { return Ok(None) };
    Ok(Some(Report::Shipment(Shipment {
        order: needed(body.order_id.as_ref(), "order_id")?,
        shipment: needed(body.id.as_ref(), "id")?,
        lines,
    })))
}

/// The lines of a shipment; none if the body does not say all of them.
fn lines(body: &Fulfillment) -> Result<Option<Vec<(String, u32)>>, Unusable> {
    let items = body.line_items.as_deref().unwrap_or_default();
    let is_known = |item: &Shipped| item.id.is_some() && item.quantity.is_some();
    if !items.iter().all(is_known) {
        return Ok(None);
    }
    let items = items.iter().filter(|item| item.quantity.unwrap_or(0) > 0);
    let lines: Result<Vec<_>, Unusable> = items
        .map(|item| Ok((needed(item.id.as_ref(), "line_items.id")?, item.quantity.unwrap_or(0))))
        .collect();
    Ok(Some(lines?).filter(|lines| !lines.is_empty()))
}

fn delivery(
    body: &Fulfillment,
    delivered_at: Instant,
    is_exact: bool,
    is_whole: bool,
) -> Result<Report, Unusable> {
    let contents = match lines(body)? {
        Some(lines) => Contents::Lines(lines),
        None if is_whole => Contents::WholeOrder,
        None => Contents::NotSaid,
    };
    Ok(Report::Delivery(Delivery {
        order: needed(body.order_id.as_ref(), "order_id")?,
        shipment: needed(body.id.as_ref(), "id")?,
        delivered_at,
        is_exact,
        address: body.destination.as_ref().map(address),
        contents,
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
        contents: Contents::NotSaid,
    }))
}

fn is_arrival(status: &str) -> bool {
    matches!(status, "delivered" | "picked_up")
}

/// The shipment did not arrive: it was lost, or goes back to its sender.
fn is_failure(status: &str) -> bool {
    matches!(status, "failure" | "returned" | "return_to_sender" | "not_delivered")
}
