//! Until a shop has the device (T11).

use recourse_kernel::{Owner, PauseReason, Wait, WaitKind};
use recourse_terms::Direction;

use super::{is_over, job_waits, marked};
use crate::domain::state::{ClaimNotes, Device, Job, Promise, Shipment};

/// The provider books the courier that the buyer requested, and a courier that it booked comes
/// (M3).
pub(super) fn courier_booking(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    let is_awaited = is_with_buyer(job, notes) && job.awaits_the_courier();
    let Some(courier) = job.courier.filter(|_| is_awaited) else { return Vec::new() };
    let (since, by) = (courier.since, courier.by);
    job_waits(job, WaitKind::CourierBooking, Owner::Provider, since, by)
}

/// The buyer hands the device over, with a reminder halfway; until then it is the buyer's time
/// (T12), except while the provider's courier is awaited. Afterwards the job ends.
pub(super) fn hand_over(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    if !is_with_buyer(job, notes) {
        return Vec::new();
    }
    let due = job.hand_over;
    let remind_at = Some(due.remind_at).filter(|_| !job.reminded.contains(&WaitKind::HandOver));
    let wait = Wait::new(job.opened.job, WaitKind::HandOver, Owner::Buyer, job.opened.opened_at);
    if job.awaits_the_courier() {
        return vec![wait.paused(PauseReason::Transit)];
    }
    vec![marked(job, wait.until(due.by).remind_at(remind_at))]
}

/// The previous shop forwards the device to the one that took over the job.
pub(super) fn forwarding(job: &Job, _: &ClaimNotes) -> Vec<Wait> {
    let has_left = |shipment: &Shipment| shipment.has_left() || !shipment.is_open();
    if is_over(job) || !job.is_between_shops() || job.forwarded_with().is_some_and(has_left) {
        return Vec::new();
    }
    job.forward.map_or_else(Vec::new, |Promise { since, by }| {
        job_waits(job, WaitKind::Dispatch, Owner::Shop, since, by)
    })
}

/// The device has neither arrived nor left the buyer, and the claim still waits for it.
fn is_with_buyer(job: &Job, notes: &ClaimNotes) -> bool {
    let has_left = job.shipments.values().any(|shipment| {
        shipment.direction == Direction::ToShop
            && !shipment.cancelled
            && (shipment.picked_up_at.is_some() || shipment.end.is_some())
    });
    let is_here = job.device != Device::Awaited || job.forwarded_from.is_some();
    !is_over(job) && !is_here && !has_left && job.ending.is_none() && notes.remedy.is_none()
}
