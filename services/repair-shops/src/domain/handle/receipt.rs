//! C6: a shop receives a device, and resolves a serial that does not match.

use recourse_kernel::{Instant, Tried};
use recourse_terms::{Direction, Party};

use crate::domain::commands::{Receive, ResolveSerial};
use crate::domain::events::{
    EndReported, GoesBack, JobEvent, Received, Remedy, SerialResolved, ShipmentCorrected,
    ShipmentDamaged,
};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::{known, works_on};
use crate::domain::rules::bench_clock::due;
use crate::domain::rules::dates::{after, goes_back};
use crate::domain::rules::device::{in_quarantine, not_received, serial_is_the_claimed_one};
use crate::domain::rules::shipments::damage_is_described;
use crate::domain::rules::text::{MAX_NOTE_LENGTH, acknowledged, photos, text, text_if_given};
use crate::domain::rules::time::{not_before, reported_after};
use crate::domain::state::{Job, Jobs, Shipment};
use crate::domain::{Cx, Decision};

/// C6: the shop received a device; if its serial is not the claimed one, it goes into quarantine.
pub(super) fn receive(jobs: &Jobs, request: &Receive, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let received_at = received_at(job, request, cx);
    let condition = text_if_given("a condition", request.condition.as_deref(), MAX_NOTE_LENGTH);
    let photos = photos(&request.photos);
    let acknowledged = acknowledged(request.acknowledged.as_ref());
    let damaged = damage_is_described(job, request.damaged_on, request.condition.as_deref());
    let mut rules = Tried::default();
    rules.check(&not_received(job));
    rules.check(&received_at);
    rules.check(&condition);
    rules.all(damaged.transpose());
    rules.check(&photos);
    rules.check(&acknowledged);
    rules.passed()?;
    let second = request.second_serial.as_ref();
    let received = Received {
        job: request.job,
        shop: job.opened.shop.id.clone(),
        serial: request.serial.clone(),
        second_serial: request.second_serial.clone(),
        serial_matches: serial_is_the_claimed_one(job, &request.serial, second),
        condition: condition?,
        received_at: received_at?,
        repair_by: None,
        inspect_by: None,
        resolve_by: None,
        goes_back: None,
        photos: photos?,
        acknowledged: acknowledged?,
    };
    let damaged = shipment_damaged(job, request, &received);
    let repair_by = repair_by(jobs, &received);
    let since = received.received_at;
    let (mut inspect_by, mut resolve_by) = (None, None);
    if received.serial_matches {
        inspect_by = after(job, since, |waits| waits.inspection, cx);
    } else {
        // The provider's days count from when it can know.
        resolve_by = after(job, since.max(cx.now), |waits| waits.quarantine, cx);
    }
    let goes_back = goes_back_as_it_came(jobs, job, since, cx);
    let arrived = arrived_after_all(job, since);
    let received = Received { repair_by, inspect_by, resolve_by, goes_back, ..received };
    Ok(arrived.into_iter().chain([JobEvent::Received(received)]).chain(damaged).collect())
}

/// T11: a device that was lost is here, whatever the carrier says.
fn arrived_after_all(job: &Job, at: Instant) -> Option<JobEvent> {
    let lost = |(_, shipment): &(&u32, &Shipment)| {
        shipment.direction == Direction::ToShop && shipment.is_lost()
    };
    let (number, _) = job.shipments.iter().rev().find(lost)?;
    Some(JobEvent::ShipmentCorrected(ShipmentCorrected {
        shipment: job.opened.job.shipment(*number),
        job: job.opened.job,
        was: EndReported::Lost,
        now: EndReported::Arrived,
        at,
        presumed: false,
    }))
}

/// T11: a device whose claim was withdrawn before it arrived goes back at once, unless the buyer
/// has to pay first; so does one that goes back in addition to the cash that was paid (M9).
fn goes_back_as_it_came(jobs: &Jobs, job: &Job, at: Instant, cx: &Cx<'_>) -> Option<GoesBack> {
    let notes = jobs.notes(job.opened.job);
    match notes.remedy {
        Some((Remedy::ReturnUnrepaired, pays_first)) if notes.is_paid || !pays_first => {
            goes_back(job, at, cx)
        }
        Some((Remedy::Cash, _)) if notes.is_paid && job.opened.old_device_goes_back => {
            goes_back(job, at, cx)
        }
        _ => None,
    }
}

fn received_at(job: &Job, request: &Receive, cx: &Cx<'_>) -> Result<Instant, JobRejection> {
    let accepted_at = job.opened.opened_at;
    let at = reported_after(request.received_at, cx.now, "the acceptance", accepted_at)?;
    match job.moved_at {
        Some(moved_at) => not_before(at, "the move", moved_at),
        None => Ok(at),
    }
}

/// T4: when the repair is due, calculated from the state after the receipt.
fn repair_by(jobs: &Jobs, received: &Received) -> Option<Instant> {
    let mut after = jobs.clone();
    after.evolve(&JobEvent::Received(received.clone()));
    let job = after.jobs.get(&received.job)?;
    due(job, &jobs.notes(received.job), job.opened.repair_within_days?)
}

/// M8: the damage falls on the party that booked the shipment.
fn shipment_damaged(job: &Job, request: &Receive, received: &Received) -> Option<JobEvent> {
    let shipment = request.damaged_on?;
    let booked = job.shipments.get(&shipment.shipment);
    Some(JobEvent::ShipmentDamaged(ShipmentDamaged {
        shipment,
        job: request.job,
        falls_on: booked.map_or(Party::Buyer, Shipment::liable),
        condition: received.condition.clone()?,
        at: received.received_at,
    }))
}

/// C6: a serial mismatch is resolved, with a note that explains how.
pub(super) fn resolve_serial(jobs: &Jobs, request: &ResolveSerial, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let note = text("a note", &request.note, MAX_NOTE_LENGTH);
    let mut rules = Tried::default();
    rules.all([in_quarantine(job)]);
    rules.check(&note);
    rules.passed()?;
    Ok(vec![JobEvent::SerialResolved(SerialResolved {
        job: request.job,
        serial: request.serial.clone(),
        note: note?,
        inspect_by: after(job, cx.now, |waits| waits.inspection, cx),
    })])
}
