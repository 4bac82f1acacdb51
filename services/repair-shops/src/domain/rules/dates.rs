//! T11: until when each step of a job is due. Every date comes from the terms, and goes into the
//! event that begins the wait.

use chrono::TimeDelta;
use recourse_kernel::Instant;
use recourse_terms::terms::{Terms, Waits};
use recourse_terms::{Direction, Span};

use crate::domain::Cx;
use crate::domain::events::{Due, GoesBack};
use crate::domain::state::Job;

/// T11: the first instant after a period of the job's terms. None only if the terms are unknown,
/// under which no job is opened.
pub fn after(
    job: &Job,
    since: Instant,
    which: impl Fn(&Waits) -> Span,
    cx: &Cx<'_>,
) -> Option<Instant> {
    let terms = cx.reference.by_digest(&job.opened.terms.digest)?;
    Some(cx.reference.after(terms, &job.opened.country, since, which(&terms.waits)))
}

/// T11: until when the buyer hands the device over, with a reminder halfway.
pub fn hand_over(job: &Job, since: Instant, cx: &Cx<'_>) -> Option<Due> {
    let by = after(job, since, |waits| waits.hand_over, cx)?;
    Some(Due { by, remind_at: halfway(since, by) })
}

/// The middle of a period, at which the buyer is reminded.
pub fn halfway(since: Instant, by: Instant) -> Instant {
    since + (by - since) / 2
}

/// T11: when the carrier is late with a shipment.
pub fn deliver_by(job: &Job, direction: Direction, since: Instant, cx: &Cx<'_>) -> Option<Instant> {
    match direction {
        Direction::ToShop => after(job, since, |waits| waits.shipment_to_shop, cx),
        Direction::ToBuyer => after(job, since, |waits| waits.shipment_to_buyer, cx),
    }
}

/// T11: how, and by when, something that may go from now on leaves the shop.
pub fn goes_back(job: &Job, since: Instant, cx: &Cx<'_>) -> Option<GoesBack> {
    if !is_collected(job, cx) {
        return Some(GoesBack::Sent { by: after(job, since, |waits| waits.dispatch, cx)? });
    }
    // The buyer's days count from when it was recorded.
    let since = since.max(cx.now);
    let by = after(job, since, |waits| waits.collection, cx)?;
    let kept = abandoned_after(cx.reference.by_digest(&job.opened.terms.digest)?);
    let abandoned_at = since.checked_add_signed(kept).unwrap_or(by).max(by);
    Some(GoesBack::Collected { by, remind_at: halfway(since, by), abandoned_at })
}

fn abandoned_after(terms: &Terms) -> TimeDelta {
    TimeDelta::days(terms.held_device.abandoned_after_days.into())
}

/// Whether the buyer collects what goes back: the shop is in the buyer's city, the device came
/// without a carrier, and no shipment to the buyer is booked°.
fn is_collected(job: &Job, cx: &Cx<'_>) -> bool {
    let opened = &job.opened;
    let mut shipments = job.shipments.values();
    let is_sent = shipments.any(|shipment| match shipment.direction {
        Direction::ToShop => shipment.picked_up_at.is_some() || shipment.end.is_some(),
        Direction::ToBuyer => shipment.is_open(),
    });
    let directory = cx.reference.directory(&opened.provider);
    let mut shops = directory.into_iter().flat_map(|directory| &directory.shops);
    let is_here = shops
        .find(|shop| shop.id == opened.shop.id)
        .map_or(opened.shop.city == opened.city, |shop| shop.is_in(&opened.city));
    is_here && !is_sent
}
