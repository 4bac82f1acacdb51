//! Facts about a claim that its job depends on: chains, questions, payments, agreed repairs. A fact
//! that is already noted changes nothing.

use chrono::TimeDelta;
use recourse_kernel::Instant;

use crate::domain::Cx;
use crate::domain::commands::{NoteChain, NoteQuestion, NoteReversal, OfClaim};
use crate::domain::events::{
    AnswerAwaited, AnswerNoted, ChainNoted, GoesBack, JobEvent, PaymentAwaited, PaymentNoted,
    Remedy, RepairAgreed,
};
use crate::domain::rules::dates::goes_back;
use crate::domain::state::{BenchResult, Device, Job, Jobs};

/// T6: the claim continues an earlier one, or its defect was repaired elsewhere before.
pub(super) fn chain(jobs: &Jobs, noted: &NoteChain) -> Vec<JobEvent> {
    let NoteChain { claim, first, position, repairs } = *noted;
    let known = jobs.claims.get(&claim);
    if known.is_some_and(|notes| (notes.chain, notes.repairs) == (Some((first, position)), repairs))
    {
        return Vec::new();
    }
    vec![JobEvent::ChainNoted(ChainNoted { claim, first, position, repairs })]
}

/// T4, C3: an answer by the buyer is awaited.
pub(super) fn question(jobs: &Jobs, request: &NoteQuestion) -> Vec<JobEvent> {
    let NoteQuestion { claim, question, at, .. } = *request;
    let notes = jobs.claims.get(&claim);
    if notes.is_some_and(|notes| notes.questions.contains_key(&question)) {
        return Vec::new();
    }
    vec![JobEvent::AnswerAwaited(AnswerAwaited { claim, question, since: at })]
}

/// T4, T12, C3: the buyer answered, or the question's days are over.
pub(super) fn answer(jobs: &Jobs, answered: &NoteQuestion) -> Vec<JobEvent> {
    let NoteQuestion { claim, question, at, lapsed } = *answered;
    let span = jobs.claims.get(&claim).and_then(|notes| notes.questions.get(&question));
    if span.is_none_or(|span| span.until.is_some()) {
        return Vec::new();
    }
    vec![JobEvent::AnswerNoted(AnswerNoted { claim, question, at, lapsed })]
}

/// The seller agreed to a repair elsewhere: recorded whether or not there is a job yet.
pub(super) fn agreed_repair(jobs: &Jobs, agreed: &RepairAgreed) -> Vec<JobEvent> {
    if jobs.agreed_repairs.contains_key(&agreed.device) {
        return Vec::new();
    }
    vec![JobEvent::RepairAgreed(agreed.clone())]
}

/// M3: the buyer owes nothing more, so the device does not wait for what the provider owes. A job
/// that ends with cash waits for the full settlement (M9).
pub(super) fn buyers_payment(jobs: &Jobs, paid: &OfClaim, cx: &Cx<'_>) -> Vec<JobEvent> {
    let notes = jobs.notes(jobs.latest_job_of(paid.claim));
    if matches!(notes.remedy, Some((Remedy::Cash, _))) {
        return Vec::new();
    }
    paid_for(jobs, paid, true, cx)
}

/// M3: the settlement was paid in full. M8: an abandoned device is not paid for, so it records no
/// payment.
pub(super) fn payment(jobs: &Jobs, paid: &OfClaim, cx: &Cx<'_>) -> Vec<JobEvent> {
    paid_for(jobs, paid, false, cx)
}

fn paid_for(jobs: &Jobs, paid: &OfClaim, by_buyer: bool, cx: &Cx<'_>) -> Vec<JobEvent> {
    let id = jobs.latest_job_of(paid.claim);
    let job = id;
    let is_abandoned = jobs.jobs.get(&job).is_some_and(|job| job.abandoned.is_some());
    if is_abandoned || jobs.notes(job).is_paid {
        return Vec::new();
    }
    let known = jobs.jobs.get(&job);
    let (repair_by, goes_back) =
        known.map_or((None, None), |job| what_follows(jobs, job, paid.at, cx));
    let at = paid.at;
    vec![JobEvent::PaymentNoted(PaymentNoted { job: id, by_buyer, at, repair_by, goes_back })]
}

/// M11, T11: what waited for the payment: the repair, or the return of the device. A repair that is
/// paid for while one shop forwards the device to another is owed as well.
fn what_follows(
    jobs: &Jobs,
    job: &Job,
    at: Instant,
    cx: &Cx<'_>,
) -> (Option<Instant>, Option<GoesBack>) {
    let is_here = job.receipt().is_some() && job.ending.is_none();
    let is_held = is_here || job.is_between_shops();
    let is_repaired = matches!(&job.device, Device::OnBench(bench)
        if matches!(bench.result, Some(BenchResult::Repaired(_))));
    let returned = || goes_back(job, at, cx);
    let notes = jobs.notes(job.opened.job);
    match notes.remedy {
        // The count continues after a reversal, or after a further amount.
        Some((Remedy::PaidRepair, _)) if is_held && !is_repaired && notes.was_paid_for() => {
            (None, None)
        }
        Some((Remedy::PaidRepair, _)) if is_held && !is_repaired => (repair_days(job, at), None),
        Some((Remedy::PaidRepair | Remedy::Repair, true)) if is_here && is_repaired => {
            (None, returned())
        }
        Some((Remedy::ReturnUnrepaired, _)) if is_here => (None, returned()),
        Some((Remedy::Cash, _)) if is_here && job.opened.old_device_goes_back => (None, returned()),
        _ => (None, None),
    }
}

/// M11: a paid repair takes as many days as a covered one.
fn repair_days(job: &Job, since: Instant) -> Option<Instant> {
    let opened = &job.opened;
    let days = opened.repair_within_days.or(opened.repair_under_exchange_within_days)?;
    since.checked_add_signed(TimeDelta::days(days.into()))
}

/// M3: the buyer owes a further amount. A device that has left is not recalled.
pub(super) fn debt(jobs: &Jobs, owed: &OfClaim) -> Vec<JobEvent> {
    let job = jobs.latest_job_of(owed.claim);
    let is_here = jobs.jobs.get(&job).is_some_and(|job| job.ending.is_none() && !job.is_closed);
    if !is_here || !jobs.notes(job).is_paid {
        return Vec::new();
    }
    let for_the_repair = false;
    vec![JobEvent::PaymentAwaited(PaymentAwaited { job, at: owed.at, for_the_repair })]
}

/// M12: the bank took a payment back, so what waited for it waits again. A device that has left is
/// not recalled.
pub(super) fn reversal(jobs: &Jobs, reversed: &NoteReversal) -> Vec<JobEvent> {
    let NoteReversal { claim, for_the_repair, at } = *reversed;
    let id = jobs.latest_job_of(claim);
    let Some(job) = jobs.jobs.get(&id) else { return Vec::new() };
    let is_here = job.ending.is_none() && !job.is_closed;
    let notes = jobs.notes(id);
    let for_the_repair = for_the_repair && notes.has_paid_for_a_repair();
    if !is_here || !(notes.is_paid || for_the_repair) {
        return Vec::new();
    }
    vec![JobEvent::PaymentAwaited(PaymentAwaited { job: id, at, for_the_repair })]
}
