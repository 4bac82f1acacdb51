//! How a job ends: the device or a replacement goes to the buyer, or the device stays (M2, M3, M9,
//! S2).

use recourse_kernel::{Finding, Instant, ShipmentId, Tried};
use recourse_terms::Direction;

use super::couriers::unused;
use crate::domain::commands::{CancelRepair, HandOver, NoteAbandonment, SendReplacement};
use crate::domain::events::{
    Abandoned, AppealOf, Closed, HandedOver, HandedTo, JobEvent, Remedy, RepairCancelled,
    ReplacementSent,
};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::{known, only_the_buyer, works_on};
use crate::domain::rules::cancelling::{repair_is_late, repair_is_not_done};
use crate::domain::rules::dates::deliver_by;
use crate::domain::rules::device::{not_abandoned, not_ended, received};
use crate::domain::rules::remedy::{
    chosen, device_belongs_to_buyer, is_a_repair, is_a_replacement, no_appeal_is_open,
    paid_where_owed, repaired_where_chosen,
};
use crate::domain::rules::replacement::{fits_the_class, is_another_device};
use crate::domain::rules::routing::pinned;
use crate::domain::rules::shipments::shipment_to;
use crate::domain::rules::text::{acknowledged, photos};
use crate::domain::rules::time::reported_after;
use crate::domain::state::{ClaimNotes, Device, Ending, Job, Jobs, Shipment};
use crate::domain::{Cx, Decision};

/// S2: a replacement is sent, with a booked shipment or in person. Another one may be sent if the
/// first was lost in transit (M8).
pub(super) fn send_replacement(jobs: &Jobs, request: &SendReplacement, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let terms = pinned(job.opened.terms.digest, cx);
    let fits = terms.and_then(|terms| fits_the_class(job, request, terms.remedy.replacement_class));
    let accepted_at = job.opened.opened_at;
    let sent_at = reported_after(request.sent_at, cx.now, "the acceptance", accepted_at);
    let mut rules = Tried::default();
    rules.check(&not_abandoned(job));
    if !job.ended_with_a_lost_shipment() {
        rules.check(&not_ended(job));
    }
    rules.all([
        chosen(&jobs.notes(request.job)).and_then(is_a_replacement),
        is_another_device(job, &request.serial),
        fits.clone(),
    ]);
    if let Some(shipment) = request.shipment {
        rules.check(&shipment_to(job, shipment, Direction::ToBuyer));
    }
    rules.check(&sent_at);
    rules.passed()?;
    let sent = JobEvent::ReplacementSent(ReplacementSent {
        job: request.job,
        claim: job.opened.claim,
        serial: request.serial.clone(),
        kind: request.kind.clone(),
        likeness: request.likeness,
        shipment: request.shipment,
        sent_at: sent_at.clone()?,
        deliver_by: request.shipment.and_then(|_| deliver_by(job, Direction::ToBuyer, cx.now, cx)),
        findings: vec![fits?],
    });
    Ok(no_longer_used(job, request.shipment, cx).chain([sent]).collect())
}

/// M13: bookings to the buyer that the device or its replacement did not leave with.
fn no_longer_used<'a>(
    job: &'a Job,
    used: Option<ShipmentId>,
    cx: &'a Cx<'_>,
) -> impl Iterator<Item = JobEvent> + 'a {
    let is_other = move |number: u32| used.is_none_or(|used| used.shipment != number);
    let unused_ones = job.shipments.iter().filter(move |(number, shipment)| {
        shipment.direction == Direction::ToBuyer && shipment.is_unused() && is_other(**number)
    });
    unused_ones.map(move |(number, _)| {
        JobEvent::ShipmentCancelled(unused(job.opened.job.shipment(*number), cx))
    })
}

/// The device is handed over for return to its buyer: repaired or as it came, and after the buyer
/// paid what is owed (M3).
pub(super) fn hand_over(jobs: &Jobs, request: &HandOver, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let mut rules = Tried::default();
    rules.check(&not_abandoned(job));
    let receipt = rules.need(received(job))?;
    rules.check(&not_ended(job));
    let notes = jobs.notes(request.job);
    let remedy = rules.need(chosen(&notes))?;
    let at = handed_over_at(job, receipt.at, remedy, request, cx);
    let photos = photos(&request.photos);
    let acknowledged = acknowledged(request.acknowledged.as_ref());
    rules.all([device_belongs_to_buyer(job, remedy), no_appeal_is_open(&notes)]);
    rules.check(&at);
    rules.all([paid_where_owed(&notes)]);
    rules.check(&carried(job, request));
    rules.check(&photos);
    rules.check(&acknowledged);
    rules.passed()?;
    let shipment = request.shipment.filter(|_| request.to == HandedTo::Carrier);
    let handed_over = JobEvent::HandedOver(HandedOver {
        job: request.job,
        claim: job.opened.claim,
        to: request.to,
        shipment,
        deliver_by: shipment.and_then(|_| deliver_by(job, Direction::ToBuyer, cx.now, cx)),
        at: at?,
        photos: photos?,
        acknowledged: acknowledged?,
    });
    Ok(no_longer_used(job, shipment, cx).chain([handed_over]).collect())
}

/// After the receipt, and after the repair if one was chosen.
fn handed_over_at(
    job: &Job,
    received_at: Instant,
    remedy: Remedy,
    request: &HandOver,
    cx: &Cx<'_>,
) -> Result<Instant, JobRejection> {
    let at = reported_after(request.at, cx.now, "the receipt", received_at)?;
    repaired_where_chosen(job, remedy, at)
}

/// A carrier takes the device only with a booked shipment.
fn carried(job: &Job, request: &HandOver) -> Result<(), JobRejection> {
    match (request.to, request.shipment) {
        (HandedTo::Carrier, Some(shipment)) => shipment_to(job, shipment, Direction::ToBuyer),
        (HandedTo::Carrier, None) => Err(JobRejection::ShipmentMissing),
        (HandedTo::Buyer, _) => Ok(()),
    }
}

/// M11, T9: the buyer cancels a repair, free of charge: one that was paid for and was not done
/// within twice its days, or one whose part is overdue. The claim settles again, and the device
/// goes back.
pub(super) fn cancel_repair(jobs: &Jobs, request: &CancelRepair, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    only_the_buyer(job, cx.principal)?;
    let notes = jobs.notes(request.job);
    let mut rules = Tried::default();
    rules.check(&not_abandoned(job));
    rules.check(&not_ended(job));
    let remedy = rules.need(chosen(&notes))?;
    rules.all([is_a_repair(remedy), repair_is_not_done(job)]);
    let late = rules.need(repair_is_late(job, &notes, cx.now))?;
    rules.passed()?;
    let (because, why) = late;
    Ok(vec![JobEvent::RepairCancelled(RepairCancelled {
        job: request.job,
        claim: job.opened.claim,
        because,
        at: cx.now,
        findings: vec![why],
    })])
}

/// M8: the device of a buyer who does not pay was kept for as long as the terms say. It counts as
/// abandoned and stays with the provider, and the job ends. A device that has already left is not
/// affected.
pub(super) fn note_abandonment(jobs: &Jobs, noted: &NoteAbandonment) -> Vec<JobEvent> {
    let id = jobs.latest_job_of(noted.claim);
    let Some(job) = jobs.jobs.get(&id) else { return Vec::new() };
    let is_blocked = job.receipt().is_some() && job.ending.is_none() && !job.is_closed;
    // M11, C11: not while the shop owes work that was paid for, or an appeal is open.
    let notes = jobs.notes(id);
    if !is_blocked || notes.is_paid || notes.has_an_appeal(AppealOf::Verdict) {
        return Vec::new();
    }
    let why = Finding::failed("M8", "the buyer did not pay; the device counts as abandoned")
        .fact("since", noted.at);
    let (claim, at) = (noted.claim, noted.at);
    vec![JobEvent::Abandoned(Abandoned { job: id, claim, at, findings: vec![why] })]
}

/// The jobs that are finished but not closed yet.
pub(super) fn closings(jobs: &Jobs) -> Vec<JobEvent> {
    jobs.jobs
        .values()
        .filter(|job| !job.is_closed && is_done(job, &jobs.notes(job.opened.job)))
        .map(|job| JobEvent::Closed(Closed { job: job.opened.job }))
        .collect()
}

fn is_done(job: &Job, notes: &ClaimNotes) -> bool {
    if job.abandoned.is_some() {
        return true;
    }
    let arrived = |shipment: Option<ShipmentId>| match shipment {
        None => true,
        Some(shipment) => job.shipments.get(&shipment.shipment).is_some_and(Shipment::is_delivered),
    };
    let is_in_transit = || {
        job.is_between_shops()
            || job.en_route_to_shop().any(|(_, shipment)| shipment.is_with_the_carrier())
    };
    match (job.ending, notes.remedy, &job.device) {
        (Some(Ending::HandedOver(HandedTo::Buyer, _)), ..) => true,
        // M8: a loss in transit is compensated with cash, so nothing else is sent.
        (Some(_), Some((Remedy::Cash, _)), _) if job.ended_with_a_lost_shipment() => true,
        (
            Some(Ending::HandedOver(HandedTo::Carrier, shipment) | Ending::Replaced(shipment)),
            ..,
        ) => arrived(shipment),
        // M9: the device stays with the provider, or goes back in addition to the cash.
        (None, Some((Remedy::Cash, _)), device) => {
            let is_awaited = *device == Device::Awaited && !job.is_between_shops();
            notes.is_paid && (!job.opened.old_device_goes_back || is_awaited)
        }
        // The claim was withdrawn before the device was sent; a loss is compensated (M8).
        (None, Some((Remedy::ReturnUnrepaired, _)), Device::Awaited) => {
            !is_in_transit() && !job.is_lost_by_the_provider()
        }
        (None, ..) => false,
    }
}
