//! What the buyer owes an answer to, and appeals: facts that pause the bench clock, or keep the
//! device at the shop (C11, T12). A fact that is already noted changes nothing.

use chrono::TimeDelta;
use recourse_kernel::{ClaimId, Instant};

use crate::domain::Cx;
use crate::domain::commands::{NoteAppeal, NoteOffer, NoteOverturned, OfClaim};
use crate::domain::events::{
    AppealNoted, AppealOf, GoesBack, JobEvent, OfferNoted, Remedy, VerdictOverturned,
};
use crate::domain::rules::dates::goes_back;
use crate::domain::state::{ClaimNotes, Job, Jobs};

/// T12: an offer awaits the buyer's answer, or no longer.
pub(super) fn offer(jobs: &Jobs, noted: &NoteOffer) -> Vec<JobEvent> {
    let NoteOffer { claim, awaited, at } = *noted;
    let is_awaited = jobs.claims.get(&claim).is_some_and(ClaimNotes::has_an_offer);
    if is_awaited == awaited {
        return Vec::new();
    }
    vec![JobEvent::OfferNoted(OfferNoted { claim, awaited, at })]
}

/// C11, T12: an appeal is open, or has ended without changing the verdict. What goes to the buyer
/// then has all its days again.
pub(super) fn appeal(jobs: &Jobs, noted: &NoteAppeal, cx: &Cx<'_>) -> Vec<JobEvent> {
    let NoteAppeal { claim, of, open, at } = *noted;
    let is_open = jobs.claims.get(&claim).is_some_and(|notes| notes.has_an_appeal(of));
    if is_open == open {
        return Vec::new();
    }
    let id = jobs.latest_job_of(claim);
    let waited = jobs.jobs.get(&id).filter(|_| !open && of == AppealOf::Verdict);
    let goes_back = waited.and_then(|job| goes_back_again(job, &jobs.notes(id), at, cx));
    vec![JobEvent::AppealNoted(AppealNoted { job: id, claim, of, open, at, goes_back })]
}

/// T11: what could not leave because of the appeal.
fn goes_back_again(job: &Job, notes: &ClaimNotes, at: Instant, cx: &Cx<'_>) -> Option<GoesBack> {
    job.dispatch.filter(|_| job.ending.is_none())?;
    let under_exchange = job.opened.repair_under_exchange_within_days.is_some();
    let is_promised = match notes.remedy? {
        (Remedy::Replacement, _) => true,
        (Remedy::Repair, _) => under_exchange,
        _ => false,
    };
    let days = job.opened.send_within_days.filter(|_| is_promised);
    let by = days.and_then(|days| at.checked_add_signed(TimeDelta::days(days.into())));
    by.map(|by| GoesBack::Sent { by }).or_else(|| goes_back(job, at, cx))
}

/// C11, T12: an appeal against the verdict was upheld, so the count continues where it stopped, and
/// the device no longer goes back as it came.
pub(super) fn overturned(jobs: &Jobs, noted: &NoteOverturned) -> Vec<JobEvent> {
    let NoteOverturned { claim, at } = *noted;
    let is_news = |notes: &ClaimNotes| {
        notes.overturned_at.is_none() || notes.has_an_appeal(AppealOf::Verdict)
    };
    if !jobs.claims.get(&claim).is_none_or(is_news) {
        return Vec::new();
    }
    let job = jobs.latest_job_of(claim);
    vec![JobEvent::VerdictOverturned(VerdictOverturned { job, claim, at })]
}

/// C3, C11: the claim was withdrawn, or is closed: no answer and no decision is awaited any more.
pub(super) fn ended(jobs: &Jobs, ended: &OfClaim, cx: &Cx<'_>) -> Vec<JobEvent> {
    let OfClaim { claim, at } = *ended;
    let mut events = no_offer(jobs, claim, at);
    for of in [AppealOf::Verdict, AppealOf::Chain] {
        events.extend(appeal(jobs, &NoteAppeal { claim, of, open: false, at }, cx));
    }
    events
}

/// T12: a decision ends the offers that were made before it.
pub(super) fn no_offer(jobs: &Jobs, claim: ClaimId, at: Instant) -> Vec<JobEvent> {
    offer(jobs, &NoteOffer { claim, awaited: false, at })
}
