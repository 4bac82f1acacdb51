//! What goes to the buyer, and by when it leaves the shop (T3, T11, M8).

use recourse_kernel::{Finding, Owner, PauseReason, Wait, WaitKind};

use super::{is_over, job_waits, marked, missed};
use crate::domain::events::{Abandoned, AppealOf, GoesBack, JobEvent, Remedy};
use crate::domain::state::{ClaimNotes, Job, Leaving};

/// The shop dispatches whatever goes back, but not while an appeal is open (C11); under T3 a replacement, or a device that was repaired
/// under an exchange policy.
pub(super) fn dispatch(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    let Some((leaving, GoesBack::Sent { by })) = leaving(job, notes) else { return Vec::new() };
    let under_exchange = job.opened.repair_under_exchange_within_days.is_some();
    let what = match notes.remedy {
        Some((Remedy::Replacement, _)) => WaitKind::ReplacementDispatch,
        Some((Remedy::Repair, _)) if under_exchange => WaitKind::ReplacementDispatch,
        _ => WaitKind::Dispatch,
    };
    if notes.has_an_appeal(AppealOf::Verdict) {
        let wait = Wait::new(job.opened.job, what, Owner::Shop, leaving.since);
        return vec![wait.paused(PauseReason::Appeal)];
    }
    job_waits(job, what, Owner::Shop, leaving.since, by)
}

/// The buyer collects the device, with a reminder halfway. Uncollected, it is abandoned after the
/// days of the terms (M8).
pub(super) fn collection(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    let Some((leaving, how)) = leaving(job, notes) else { return Vec::new() };
    let GoesBack::Collected { by, remind_at, abandoned_at } = how else { return Vec::new() };
    let wait = Wait::new(job.opened.job, WaitKind::Collection, Owner::Buyer, leaving.since);
    if notes.has_an_appeal(AppealOf::Verdict) {
        return vec![wait.paused(PauseReason::Appeal)];
    }
    if job.is_late(WaitKind::Collection, 0, by) {
        return vec![wait.until(abandoned_at)];
    }
    let remind_at = Some(remind_at).filter(|_| !job.reminded.contains(&WaitKind::Collection));
    vec![marked(job, wait.until(by).remind_at(remind_at))]
}

/// Missed at first; then the device counts as abandoned.
pub(super) fn not_collected(job: &Job, wait: &Wait) -> Vec<JobEvent> {
    let Some(at) = wait.until else { return Vec::new() };
    let by = job.dispatch.and_then(|leaving| match leaving.how {
        GoesBack::Collected { by, .. } => Some(by),
        GoesBack::Sent { .. } => None,
    });
    if by.is_some_and(|by| !job.is_late(WaitKind::Collection, 0, by)) {
        return vec![missed(job, wait)];
    }
    let why = Finding::failed("M8", "the buyer did not collect it; the device counts as abandoned")
        .fact("since", at);
    let (id, claim) = (job.opened.job, job.opened.claim);
    vec![JobEvent::Abandoned(Abandoned { job: id, claim, at, findings: vec![why] })]
}

/// What goes to the buyer, unless the buyer has to pay first.
fn leaving(job: &Job, notes: &ClaimNotes) -> Option<(Leaving, GoesBack)> {
    let is_lost = job.ended_with_a_lost_shipment();
    let is_gone = job.ending.is_some() && !is_lost;
    // Without the device, only a replacement can leave.
    let is_replaced = matches!(notes.remedy, Some((Remedy::Replacement, _)));
    let has_something = job.receipt().is_some() || is_replaced;
    let is_open = has_something
        && !is_over(job)
        && !is_gone
        && !job.is_between_shops()
        && !waits_for_payment(notes);
    job.dispatch.filter(|_| is_open).map(|leaving| (leaving, leaving.how))
}

/// M3: the device is kept until the buyer has paid; the settlement has the date.
pub(super) fn payment(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    let is_here = job.receipt().is_some() && job.ending.is_none() && !is_over(job);
    if !is_here || !waits_for_payment(notes) {
        return Vec::new();
    }
    let since = job.first_receipt.unwrap_or(job.opened.opened_at);
    let wait = Wait::new(job.opened.job, WaitKind::BuyerPayment, Owner::Buyer, since);
    vec![wait.paused(PauseReason::Payment)]
}

fn waits_for_payment(notes: &ClaimNotes) -> bool {
    matches!(notes.remedy, Some((_, true))) && !notes.is_paid
}
