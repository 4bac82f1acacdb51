//! What the claim decided about the device, and by when the shop must have done it.

use chrono::TimeDelta;
use recourse_kernel::Instant;

use super::clock_notes::{ended, no_offer};
use crate::domain::Cx;
use crate::domain::commands::{NoteRemedy, OfClaim};
use crate::domain::events::{JobEvent, Remedy, RemedyNoted};
use crate::domain::rules::dates::goes_back;
use crate::domain::state::{Device, Job, Jobs};

/// Records the claim's decision about the device. M3: if the buyer has to pay, the terms say
/// whether before the device is returned; a paid repair is always paid first.
pub(super) fn note_remedy(jobs: &Jobs, noted: &NoteRemedy, cx: &Cx<'_>) -> Vec<JobEvent> {
    let job = jobs.latest_job_of(noted.claim);
    let before_dispatch = jobs
        .jobs
        .get(&job)
        .and_then(|job| cx.reference.by_digest(&job.opened.terms.digest))
        .is_none_or(|terms| terms.shipments.paid_before_dispatch);
    let must_be_paid_first = match noted.remedy {
        Remedy::Repair | Remedy::Replacement | Remedy::Cash => false,
        Remedy::PaidRepair => true,
        Remedy::ReturnUnrepaired => before_dispatch,
    };
    let at = noted.at.unwrap_or(cx.now);
    let mut events = no_offer(jobs, noted.claim, at);
    events.extend(remedy_if_new(jobs, noted, must_be_paid_first, cx));
    events
}

/// The claim was withdrawn: a device at the shop is returned unrepaired at the buyer's cost (C3);
/// one in transit is returned when it arrives.
pub(super) fn note_withdrawal(jobs: &Jobs, withdrawn: &OfClaim, cx: &Cx<'_>) -> Vec<JobEvent> {
    let job = jobs.latest_job_of(withdrawn.claim);
    let returned =
        NoteRemedy { claim: withdrawn.claim, remedy: Remedy::ReturnUnrepaired, at: Some(cx.now) };
    let mut events = ended(jobs, withdrawn, cx);
    events.extend(match jobs.jobs.get(&job) {
        None => Vec::new(),
        // A device that never arrives has no settlement, so there is no payment to wait for. If it
        // does arrive, a settlement follows and states what must be paid first.
        Some(known) if known.device == Device::Awaited && !known.is_between_shops() => {
            remedy_if_new(jobs, &returned, false, cx)
        }
        Some(_) => {
            let mut after = jobs.clone();
            events.iter().for_each(|event| after.evolve(event));
            note_remedy(&after, &returned, cx)
        }
    });
    events
}

fn remedy_if_new(
    jobs: &Jobs,
    noted: &NoteRemedy,
    must_be_paid_first: bool,
    cx: &Cx<'_>,
) -> Vec<JobEvent> {
    let (id, remedy) = (jobs.latest_job_of(noted.claim), noted.remedy);
    let job = jobs.jobs.get(&id);
    let is_reported = jobs.notes(id).remedy == Some((remedy, must_be_paid_first));
    if is_reported && !job.is_some_and(|job| is_lost_and_due_again(job, remedy)) {
        return Vec::new();
    }
    let chosen_at = noted.at.unwrap_or(cx.now);
    let is_paid = jobs.notes(id).is_paid;
    vec![JobEvent::RemedyNoted(RemedyNoted {
        job: id,
        remedy,
        must_be_paid_first,
        chosen_at: Some(chosen_at),
        send_by: job.and_then(|job| send_by(job, remedy, chosen_at)),
        repair_by: job.and_then(|job| repair_by(job, remedy, chosen_at)),
        goes_back: job
            .filter(|job| goes_back_now(job, remedy))
            .filter(|_| is_paid || !must_be_paid_first)
            .and_then(|job| goes_back(job, chosen_at, cx)),
    })]
}

/// T11: a device at the shop goes back as it came. One that goes back in addition to the cash waits
/// for the cash (M9).
fn goes_back_now(job: &Job, remedy: Remedy) -> bool {
    let is_here = job.receipt().is_some() && job.ending.is_none();
    is_here && remedy == Remedy::ReturnUnrepaired
}

/// M8: a replacement was lost in transit, and another one was chosen to compensate for it.
fn is_lost_and_due_again(job: &Job, remedy: Remedy) -> bool {
    remedy == Remedy::Replacement && job.ended_with_a_lost_shipment() && job.dispatch.is_none()
}

/// T3, T8: by when a replacement must be sent. It never waits for the buyer: it is not paid first,
/// and the old device is at the shop or was lost by the provider.
fn send_by(job: &Job, remedy: Remedy, chosen_at: Instant) -> Option<Instant> {
    let days = job.opened.send_within_days.filter(|_| remedy == Remedy::Replacement)?;
    chosen_at.checked_add_signed(TimeDelta::days(days.into()))
}

/// T3, T8: when a repair under an exchange policy is due if the clock is never paused.
fn repair_by(job: &Job, remedy: Remedy, chosen_at: Instant) -> Option<Instant> {
    let days = job.opened.repair_under_exchange_within_days;
    let days = days.filter(|_| remedy == Remedy::Repair)?;
    chosen_at.checked_add_signed(TimeDelta::days(days.into()))
}
