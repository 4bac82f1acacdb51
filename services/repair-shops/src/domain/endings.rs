//! How a job ends: the device or a replacement goes to the buyer, or the device stays (M2, M3, M9,
//! S2).

use recourse_kernel::Finding;
use recourse_terms::Direction;

use super::commands::{HandOver, NoteAbandonment, SendReplacement};
use super::events::{Abandoned, Closed, HandedOver, HandedTo, JobEvent, Remedy, ReplacementSent};
use super::evidence;
use super::job::{BenchResult, ClaimNotes, Device, Ending, Job, Jobs};
use super::rejection::JobRejection;
use super::rules::{
    Cx, chosen, device_belongs_to_buyer, known, not_abandoned, not_before, not_ended,
    paid_where_owed, received, replacement_fits_the_class, replacement_is_another_device, reported,
    shipment_to, works_on,
};

type Decision = Result<Vec<JobEvent>, JobRejection>;

/// S2: a replacement is sent, with a booked shipment or in person. Another one may be sent if the
/// first was lost in transit (M8).
pub fn send_replacement(jobs: &Jobs, request: &SendReplacement, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    not_abandoned(job)?;
    if !ended_with_a_lost_shipment(job) {
        not_ended(job)?;
    }
    match chosen(&jobs.notes(request.job))? {
        Remedy::Replacement => {}
        remedy => {
            return Err(JobRejection::RemedyIsAnother { remedy, needed: "a replacement" });
        }
    }
    replacement_is_another_device(job, &request.serial)?;
    let digest = job.opened.terms.digest;
    let terms = cx.reference.by_digest(&digest).ok_or(JobRejection::TermsNotKnown(digest))?;
    let fits = replacement_fits_the_class(job, request, terms.remedy.replacement_class)?;
    if let Some(shipment) = request.shipment {
        shipment_to(job, shipment, Direction::ToBuyer)?;
    }
    let sent_at = reported(request.sent_at, cx.now)?;
    not_before(sent_at, "the acceptance", job.opened.opened_at)?;
    Ok(vec![JobEvent::ReplacementSent(ReplacementSent {
        job: request.job,
        claim: job.opened.claim,
        serial: request.serial.clone(),
        kind: request.kind.clone(),
        likeness: request.likeness,
        shipment: request.shipment,
        sent_at,
        findings: vec![fits],
    })])
}

/// The device is handed over for return to its buyer: repaired or as it came, and after the buyer
/// paid what is owed (M3).
pub fn hand_over(jobs: &Jobs, request: &HandOver, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    not_abandoned(job)?;
    let receipt = received(job)?;
    not_ended(job)?;
    let notes = jobs.notes(request.job);
    let remedy = chosen(&notes)?;
    device_belongs_to_buyer(job, remedy)?;
    let at = reported(request.at, cx.now)?;
    not_before(at, "the receipt", receipt.at)?;
    if matches!(remedy, Remedy::Repair | Remedy::PaidRepair) {
        match &job.device {
            Device::OnBench(bench) => match bench.result {
                Some(BenchResult::Repaired(repaired_at)) => {
                    not_before(at, "the repair", repaired_at)?;
                }
                _ => return Err(JobRejection::NotRepaired),
            },
            Device::Awaited | Device::Quarantined(_) => return Err(JobRejection::NotRepaired),
        }
    }
    paid_where_owed(&notes)?;
    match (request.to, request.shipment) {
        (HandedTo::Carrier, Some(shipment)) => shipment_to(job, shipment, Direction::ToBuyer)?,
        (HandedTo::Carrier, None) => return Err(JobRejection::ShipmentMissing),
        (HandedTo::Buyer, _) => {}
    }
    Ok(vec![JobEvent::HandedOver(HandedOver {
        job: request.job,
        claim: job.opened.claim,
        to: request.to,
        shipment: request.shipment.filter(|_| request.to == HandedTo::Carrier),
        at,
        photos: evidence::photos(&request.photos)?,
        acknowledged: evidence::acknowledged(request.acknowledged.as_ref())?,
    })])
}

/// M8: whether what was sent to the buyer was lost in transit.
pub fn ended_with_a_lost_shipment(job: &Job) -> bool {
    let shipment = match job.ending {
        Some(Ending::Replaced(shipment) | Ending::HandedOver(_, shipment)) => shipment,
        None => None,
    };
    shipment
        .and_then(|shipment| job.shipments.get(&shipment.shipment))
        .is_some_and(super::job::Shipment::is_lost)
}

/// M8: the device of a buyer who does not pay was kept for as long as the terms say. It counts as
/// abandoned and stays with the provider, and the job ends. A device that has already left is not
/// affected.
pub fn note_abandonment(jobs: &Jobs, noted: &NoteAbandonment) -> Decision {
    let id = jobs.latest_job_of(noted.claim);
    let Some(job) = jobs.jobs.get(&id) else { return Ok(Vec::new()) };
    let is_blocked = job.receipt().is_some() && job.ending.is_none() && !job.is_closed;
    if !is_blocked || jobs.notes(id).is_paid {
        return Ok(Vec::new());
    }
    let why = Finding::failed("M8", "the buyer did not pay; the device counts as abandoned")
        .fact("since", noted.at);
    let (claim, at) = (noted.claim, noted.at);
    Ok(vec![JobEvent::Abandoned(Abandoned { job: id, claim, at, findings: vec![why] })])
}

/// The jobs that are finished but not closed yet.
pub fn closings(jobs: &Jobs) -> Vec<JobEvent> {
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
    let arrived = |shipment: Option<recourse_kernel::ShipmentId>| match shipment {
        None => true,
        Some(shipment) => {
            job.shipments.get(&shipment.shipment).is_some_and(super::job::Shipment::is_delivered)
        }
    };
    let is_in_transit = || {
        job.shipments
            .values()
            .any(|shipment| shipment.direction == Direction::ToShop && shipment.end.is_none())
    };
    match (job.ending, notes.remedy, &job.device) {
        (Some(Ending::HandedOver(HandedTo::Buyer, _)), ..) => true,
        // M8: a loss in transit is compensated with cash, so nothing else is sent.
        (Some(_), Some((Remedy::Cash, _)), _) if ended_with_a_lost_shipment(job) => true,
        (
            Some(Ending::HandedOver(HandedTo::Carrier, shipment) | Ending::Replaced(shipment)),
            ..,
        ) => arrived(shipment),
        // M9: the device stays with the provider, or goes back in addition to the cash.
        (None, Some((Remedy::Cash, _)), device) => {
            notes.is_paid && (!job.opened.old_device_goes_back || *device == Device::Awaited)
        }
        // The claim was withdrawn before the device was sent.
        (None, Some((Remedy::ReturnUnrepaired, _)), Device::Awaited) => !is_in_transit(),
        (None, ..) => false,
    }
}
