//! Until a shop has the device (T11).

use recourse_kernel::{Owner, Wait, WaitKind};
use recourse_terms::Direction;

use super::{is_over, job_waits, marked};
use crate::domain::events::GoesBack;
use crate::domain::state::{ClaimNotes, Device, Job};

/// The provider books the courier that the buyer requested (M3).
pub(super) fn courier_booking(job: &Job, _: &ClaimNotes) -> Vec<Wait> {
    let Some(courier) = job.courier.filter(|_| is_with_buyer(job)) else { return Vec::new() };
    let (since, by) = (courier.since, courier.book_by);
    job_waits(job, WaitKind::CourierBooking, Owner::Provider, since, by)
}

/// The buyer hands the device over, with a reminder halfway; until then it is the buyer's time
/// (T12). Afterwards the job ends.
pub(super) fn hand_over(job: &Job, _: &ClaimNotes) -> Vec<Wait> {
    if !is_with_buyer(job) {
        return Vec::new();
    }
    let due = job.hand_over;
    let remind_at = Some(due.remind_at).filter(|_| !job.reminded.contains(&WaitKind::HandOver));
    let wait = Wait::new(job.opened.job, WaitKind::HandOver, Owner::Buyer, job.opened.opened_at);
    vec![marked(job, wait.until(due.by).remind_at(remind_at))]
}

/// The previous shop forwards the device to the one that took over the job.
pub(super) fn forwarding(job: &Job, _: &ClaimNotes) -> Vec<Wait> {
    let is_forwarded = job.device == Device::Awaited && job.forwarded_from.is_some();
    let is_picked_up = job.en_route_to_shop().any(|(_, shipment)| shipment.picked_up_at.is_some());
    if is_over(job) || !is_forwarded || is_picked_up {
        return Vec::new();
    }
    let leaving = job.dispatch.and_then(|leaving| match leaving.how {
        GoesBack::Sent { by } => Some((leaving.since, by)),
        GoesBack::Collected { .. } => None,
    });
    leaving.map_or_else(Vec::new, |(since, by)| {
        job_waits(job, WaitKind::Dispatch, Owner::Shop, since, by)
    })
}

/// The device has neither arrived nor left the buyer.
fn is_with_buyer(job: &Job) -> bool {
    let has_left = job.shipments.values().any(|shipment| {
        shipment.direction == Direction::ToShop
            && !shipment.cancelled
            && (shipment.picked_up_at.is_some() || shipment.end.is_some())
    });
    let is_here = job.device != Device::Awaited || job.forwarded_from.is_some();
    !is_over(job) && !is_here && !has_left && job.ending.is_none()
}
