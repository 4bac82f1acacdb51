//! How a job ends: the device or another goes to the buyer, or stays (M2, M3, M9, S2).

use recourse_kernel::Finding;
use recourse_terms::Direction;

use super::commands::{HandOver, NoteAbandonment, SendReplacement};
use super::events::{Abandoned, Closed, HandedOver, HandedTo, JobEvent, Remedy, ReplacementSent};
use super::job::{BenchResult, ClaimNotes, Device, Ending, Job, Jobs};
use super::rejection::JobRejection;
use super::rules::{
    Cx, chosen, device_is_the_buyers, known, not_abandoned, not_before, not_ended, paid_where_owed,
    received, replacement_fits_the_class, replacement_is_another_device, told, way_to, works_on,
};

type Decision = Result<Vec<JobEvent>, JobRejection>;

/// S2: a replacement goes out, by a booked way or in person. Again, when the first was lost on a way (M8).
pub fn send_replacement(jobs: &Jobs, asked: &SendReplacement, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, asked.job)?;
    works_on(job, cx.principal)?;
    not_abandoned(job)?;
    if !ended_on_a_lost_way(job) {
        not_ended(job)?;
    }
    match chosen(&jobs.notes(asked.job))? {
        Remedy::Replacement => {}
        other => return Err(JobRejection::RemedyIsAnother(other)),
    }
    replacement_is_another_device(job, &asked.serial)?;
    let digest = job.opened.terms.digest;
    let terms = cx.reference.by_digest(&digest).ok_or(JobRejection::TermsNotKnown(digest))?;
    let fits = replacement_fits_the_class(job, asked, terms.remedy.replacement_class)?;
    if let Some(way) = asked.way {
        way_to(job, way, Direction::Back)?;
    }
    let sent_at = told(asked.sent_at, cx.now)?;
    not_before(sent_at, "the acceptance", job.opened.opened_at)?;
    Ok(vec![JobEvent::ReplacementSent(ReplacementSent {
        job: asked.job,
        claim: job.opened.claim,
        serial: asked.serial.clone(),
        kind: asked.kind.clone(),
        likeness: asked.likeness,
        way: asked.way,
        sent_at,
        findings: vec![fits],
    })])
}

/// The device leaves for its buyer: mended, or as it came, and paid for where something is owed (M3).
pub fn hand_over(jobs: &Jobs, asked: &HandOver, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, asked.job)?;
    works_on(job, cx.principal)?;
    not_abandoned(job)?;
    let receipt = received(job)?;
    not_ended(job)?;
    let notes = jobs.notes(asked.job);
    let remedy = chosen(&notes)?;
    device_is_the_buyers(job, remedy)?;
    let at = told(asked.at, cx.now)?;
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
    match (asked.to, asked.way) {
        (HandedTo::Carrier, Some(way)) => way_to(job, way, Direction::Back)?,
        (HandedTo::Carrier, None) => return Err(JobRejection::WayMissing),
        (HandedTo::Buyer, _) => {}
    }
    Ok(vec![JobEvent::HandedOver(HandedOver {
        job: asked.job,
        claim: job.opened.claim,
        to: asked.to,
        way: asked.way.filter(|_| asked.to == HandedTo::Carrier),
        at,
    })])
}

/// M8: what went to the buyer was lost on its way.
pub fn ended_on_a_lost_way(job: &Job) -> bool {
    let way = match job.ending {
        Some(Ending::Replaced(way) | Ending::HandedOver(_, way)) => way,
        None => None,
    };
    way.and_then(|way| job.ways.get(&way.way)).is_some_and(super::job::Way::is_lost)
}

/// M8: the device of a buyer who does not pay was held for as long as the terms say; it counts as abandoned,
/// stays with the provider, and the job has nothing left to do. A device that has left is no concern of this.
pub fn note_abandonment(jobs: &Jobs, noted: &NoteAbandonment) -> Decision {
    let id = jobs.latest_job_of(noted.claim);
    let Some(job) = jobs.jobs.get(&id) else { return Ok(Vec::new()) };
    let is_held = job.receipt().is_some() && job.ending.is_none() && !job.is_closed;
    if !is_held || jobs.notes(id).is_paid {
        return Ok(Vec::new());
    }
    let why = Finding::failed("M8", "the buyer did not pay: the device counts as abandoned")
        .fact("since", noted.at);
    let (claim, at) = (noted.claim, noted.at);
    Ok(vec![JobEvent::Abandoned(Abandoned { job: id, claim, at, findings: vec![why] })])
}

/// The jobs that have nothing left to do and were not closed yet.
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
    let arrived = |way: Option<recourse_kernel::WayId>| match way {
        None => true,
        Some(way) => job.ways.get(&way.way).is_some_and(super::job::Way::is_delivered),
    };
    let is_on_its_way =
        || job.ways.values().any(|way| way.direction == Direction::There && way.end.is_none());
    match (job.ending, notes.remedy, &job.device) {
        (Some(Ending::HandedOver(HandedTo::Buyer, _)), ..) => true,
        // M8: what was lost on its way is made good by money, and nothing more goes out.
        (Some(_), Some((Remedy::Cash, _)), _) if ended_on_a_lost_way(job) => true,
        (Some(Ending::HandedOver(HandedTo::Carrier, way) | Ending::Replaced(way)), ..) => {
            arrived(way)
        }
        // M9: the device stays with the provider, or goes back beside the cash.
        (None, Some((Remedy::Cash, _)), device) => {
            notes.is_paid && (!job.opened.old_device_goes_back || *device == Device::Awaited)
        }
        // The claim was withdrawn before anything was sent.
        (None, Some((Remedy::ReturnUnrepaired, _)), Device::Awaited) => !is_on_its_way(),
        (None, ..) => false,
    }
}
