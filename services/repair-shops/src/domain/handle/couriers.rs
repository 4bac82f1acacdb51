//! The courier that comes only on request, and bookings that are cancelled (M3, M13).

use recourse_kernel::{Finding, Role, Tried};
use recourse_terms::{Direction, Party};

use crate::domain::commands::{CancelShipment, RequestCourier};
use crate::domain::events::{CourierRequested, JobEvent, ShipmentCancelled};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::{known, moves};
use crate::domain::rules::dates::{after, hand_over};
use crate::domain::rules::device::{is_open, not_received};
use crate::domain::rules::routing::pinned;
use crate::domain::rules::shipments::{cancelled_by, none_en_route, not_over};
use crate::domain::state::{Job, Jobs};
use crate::domain::{Cx, Decision};

/// M3, T11: the buyer requests the courier of the provider, which then has to book it.
pub(super) fn request(jobs: &Jobs, request: &RequestCourier, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    moves(job, cx.principal)?;
    let offered = is_offered(job, cx);
    let mut rules = Tried::default();
    rules.check(&is_open(job));
    rules.check(&not_received(job));
    rules.check(&none_en_route(job));
    rules.check(&not_requested(job));
    rules.all([offered]);
    let findings = rules.passed()?;
    let unknown = || JobRejection::TermsNotKnown(job.opened.terms.digest);
    let book_by = after(job, cx.now, |waits| waits.courier_booking, cx).ok_or_else(unknown)?;
    let from = after(job, book_by, |waits| waits.buyer_books_after, cx).ok_or_else(unknown)?;
    Ok(vec![JobEvent::CourierRequested(CourierRequested {
        job: request.job,
        claim: job.opened.claim,
        at: cx.now,
        book_by,
        buyer_may_book_from: from,
        hand_over: hand_over(job, from, cx).ok_or_else(unknown)?,
        findings,
    })])
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
    rules.check(&not_over(shipment));
    rules.check(&match shipment.picked_up_at {
        Some(_) => Err(JobRejection::ShipmentPickedUp { shipment: id }),
        None => Ok(()),
    });
    rules.check(&cancelled_by(shipment, cx.principal.role == Role::Buyer));
    rules.passed()?;
    Ok(vec![JobEvent::ShipmentCancelled(ShipmentCancelled {
        shipment: id,
        job: id.job(),
        at: cx.now,
        by: cx.principal.clone(),
    })])
}
