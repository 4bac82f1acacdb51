//! The courier that comes only on request, and bookings that are cancelled (M3, M13).

use recourse_kernel::{Finding, Role, ShipmentId, Tried};
use recourse_terms::{Direction, Party};

use crate::domain::commands::{CancelShipment, RequestCourier};
use crate::domain::events::{CourierDue, CourierRequested, Due, JobEvent, ShipmentCancelled};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::{known, moves};
use crate::domain::rules::dates::{after, hand_over};
use crate::domain::rules::device::{is_open, not_received};
use crate::domain::rules::routing::pinned;
use crate::domain::rules::shipments::{cancelled_by, none_en_route, not_over};
use crate::domain::rules::text::scans;
use crate::domain::state::{Job, Jobs, Shipment};
use crate::domain::{Cx, Decision};

/// M3, T11: the buyer requests the courier of the provider, which then has to book it.
pub(super) fn request(jobs: &Jobs, request: &RequestCourier, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    moves(job, cx.principal)?;
    let offered = is_offered(job, cx);
    let mut rules = Tried::default();
    rules.check(&is_open(job));
    rules.check(&not_received(job));
    rules.check(&none_en_route(job, Direction::ToShop, None));
    rules.check(&not_requested(job));
    rules.all([offered]);
    let findings = rules.passed()?;
    let unknown = || JobRejection::TermsNotKnown(job.opened.terms.digest);
    let CourierDue { by: book_by, buyer_may_book_from: from } =
        courier_due(job, cx).ok_or_else(unknown)?;
    Ok(vec![JobEvent::CourierRequested(CourierRequested {
        job: request.job,
        claim: job.opened.claim,
        at: cx.now,
        book_by,
        buyer_may_book_from: from,
        findings,
    })])
}

/// T11: by when the provider's courier is booked, or comes, and from when the buyer may book.
pub(super) fn courier_due(job: &Job, cx: &Cx<'_>) -> Option<CourierDue> {
    let by = after(job, cx.now, |waits| waits.courier_booking, cx)?;
    let buyer_may_book_from = after(job, by, |waits| waits.buyer_books_after, cx)?;
    Some(CourierDue { by, buyer_may_book_from })
}

fn not_requested(job: &Job) -> Result<(), JobRejection> {
    match job.courier {
        Some(courier) => Err(JobRejection::CourierRequested { since: courier.since }),
        None => Ok(()),
    }
}

/// M3: the terms have a courier that the provider books for this buyer.
fn is_offered(job: &Job, cx: &Cx<'_>) -> Result<Finding, JobRejection> {
    let terms = pinned(job.opened.terms.digest, cx)?;
    let opened = &job.opened;
    let means = terms.means(Direction::ToShop, &opened.country, &opened.city);
    let courier = means.into_iter().find(|means| means.booked_by == Party::Provider);
    let courier = courier.ok_or(JobRejection::NoCourier)?;
    let finding = Finding::passed("M3", "the provider books a courier on request");
    Ok(finding.fact("carrier", &courier.carrier))
}

/// M13: a booking is cancelled, as long as the carrier has picked nothing up.
pub(super) fn cancel(jobs: &Jobs, request: &CancelShipment, cx: &Cx<'_>) -> Decision {
    let id = request.shipment;
    let job = jobs.jobs.get(&id.job()).ok_or(JobRejection::ShipmentNotKnown(id))?;
    let shipment = job.shipments.get(&id.shipment).ok_or(JobRejection::ShipmentNotKnown(id))?;
    moves(job, cx.principal)?;
    let mut rules = Tried::default();
    let scans = scans(&request.scans);
    rules.check(&not_over(shipment));
    rules.check(&if shipment.has_left() {
        Err(JobRejection::ShipmentPickedUp { shipment: id })
    } else {
        Ok(())
    });
    rules.check(&cancelled_by(job, id.shipment, shipment, cx));
    rules.check(&scans);
    rules.passed()?;
    let (courier, hand_over) = after_cancelling(job, shipment, !request.scans.is_empty(), cx);
    Ok(vec![JobEvent::ShipmentCancelled(ShipmentCancelled {
        scans: scans?,
        courier,
        hand_over,
        ..unused(id, cx)
    })])
}

/// M13: a booking that is no longer used.
pub(super) fn unused(shipment: ShipmentId, cx: &Cx<'_>) -> ShipmentCancelled {
    ShipmentCancelled {
        shipment,
        job: shipment.job(),
        at: cx.now,
        by: cx.principal.clone(),
        courier: None,
        hand_over: None,
        scans: Vec::new(),
    }
}

/// T11: whose turn it is after a shipment to the shop was cancelled. A requested courier that the
/// provider cancels is due again, unless it came and did not get the device. What the buyer cancels
/// changes nothing for the provider.
fn after_cancelling(
    job: &Job,
    shipment: &Shipment,
    it_came: bool,
    cx: &Cx<'_>,
) -> (Option<CourierDue>, Option<Due>) {
    let is_buyer = cx.principal.role == Role::Buyer;
    let is_forwarding = shipment.forwards.is_some();
    if is_buyer || is_forwarding || shipment.direction == Direction::ToBuyer {
        return (None, None);
    }
    let is_requested = job.courier.is_some_and(|courier| courier.is_requested);
    let is_owed = is_requested || shipment.counts_as == Some(Party::Provider);
    if is_owed && !it_came {
        return (courier_due(job, cx), None);
    }
    (None, hand_over(job, cx.now, cx))
}
