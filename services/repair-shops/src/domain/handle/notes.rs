//! Facts about a claim that its job depends on: chains, questions, payments, agreed repairs. A fact
//! that is already noted changes nothing.

use crate::domain::commands::{NoteChain, NoteQuestion, OfClaim};
use crate::domain::events::{
    AnswerAwaited, AnswerNoted, ChainNoted, JobEvent, PaymentAwaited, PaymentNoted, Remedy,
    RepairAgreed,
};
use crate::domain::state::Jobs;

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
    let NoteQuestion { claim, question, at } = *request;
    let notes = jobs.claims.get(&claim);
    if notes.is_some_and(|notes| notes.questions.contains_key(&question)) {
        return Vec::new();
    }
    vec![JobEvent::AnswerAwaited(AnswerAwaited { claim, question, since: at })]
}

/// T4, C3: the buyer answered.
pub(super) fn answer(jobs: &Jobs, answered: &NoteQuestion) -> Vec<JobEvent> {
    let NoteQuestion { claim, question, at } = *answered;
    let span = jobs.claims.get(&claim).and_then(|notes| notes.questions.get(&question));
    if span.is_none_or(|span| span.until.is_some()) {
        return Vec::new();
    }
    vec![JobEvent::AnswerNoted(AnswerNoted { claim, question, at })]
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
pub(super) fn buyers_payment(jobs: &Jobs, paid: &OfClaim) -> Vec<JobEvent> {
    let notes = jobs.notes(jobs.latest_job_of(paid.claim));
    if matches!(notes.remedy, Some((Remedy::Cash, _))) {
        return Vec::new();
    }
    paid_for(jobs, paid, true)
}

/// M3: the settlement was paid in full. M8: an abandoned device is not paid for, so it records no
/// payment.
pub(super) fn payment(jobs: &Jobs, paid: &OfClaim) -> Vec<JobEvent> {
    paid_for(jobs, paid, false)
}

fn paid_for(jobs: &Jobs, paid: &OfClaim, by_buyer: bool) -> Vec<JobEvent> {
    let job = jobs.latest_job_of(paid.claim);
    let is_abandoned = jobs.jobs.get(&job).is_some_and(|job| job.abandoned.is_some());
    if is_abandoned || jobs.notes(job).is_paid {
        return Vec::new();
    }
    vec![JobEvent::PaymentNoted(PaymentNoted { job, by_buyer })]
}

/// M3: the buyer owes a further amount. A device that has left is not recalled.
pub(super) fn debt(jobs: &Jobs, owed: &OfClaim) -> Vec<JobEvent> {
    let job = jobs.latest_job_of(owed.claim);
    let is_here = jobs.jobs.get(&job).is_some_and(|job| job.ending.is_none() && !job.is_closed);
    if !is_here || !jobs.notes(job).is_paid {
        return Vec::new();
    }
    vec![JobEvent::PaymentAwaited(PaymentAwaited { job })]
}
