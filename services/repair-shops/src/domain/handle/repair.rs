//! The result of the work: the device is repaired, or declared beyond repair (T4, T5, T6).

use chrono::TimeDelta;
use recourse_kernel::{Instant, Role, Tried};

use crate::domain::commands::{DeclareBeyondRepair, Repair};
use crate::domain::events::{
    BeyondRepairProposed, DeclaredBeyondRepair, JobEvent, Remedy, Repaired,
};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::{known, works_on};
use crate::domain::rules::bench_clock::counted;
use crate::domain::rules::beyond_repair::reason_applies;
use crate::domain::rules::dates::goes_back;
use crate::domain::rules::device::{
    is_the_claimed_one, not_ended, not_finished, not_proposed, on_bench,
};
use crate::domain::rules::inspection::inspected;
use crate::domain::rules::parts::{all_parts_at_hand, repaired_with_all_parts};
use crate::domain::rules::remedy::{chosen, is_a_repair, work_is_paid};
use crate::domain::rules::text::work;
use crate::domain::rules::time::{not_before, reported, reported_after};
use crate::domain::state::{Bench, Job, Jobs};
use crate::domain::{Cx, Decision};

/// Records the repair, with the counted time (T4).
pub(super) fn repair(jobs: &Jobs, request: &Repair, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let mut rules = Tried::default();
    let bench = rules.need(on_bench(job))?;
    let notes = jobs.notes(request.job);
    let remedy = chosen(&notes);
    let repaired_at = repaired_at(job, bench, request, cx);
    let work = request.work.as_ref().map(work).transpose();
    rules.all([Ok(is_the_claimed_one(job, bench))]);
    rules.check(&not_finished(bench));
    rules.check(&not_ended(job));
    rules.check(&inspected(bench));
    rules.all([remedy.clone().and_then(is_a_repair)]);
    rules.all([work_is_paid(&notes), all_parts_at_hand(job)]);
    rules.check(&repaired_at);
    rules.check(&work);
    rules.passed()?;
    let (remedy, repaired_at) = (remedy?, repaired_at?);
    Ok(vec![JobEvent::Repaired(Repaired {
        job: request.job,
        claim: job.opened.claim,
        repaired_at,
        counted_seconds: counted(job, &notes, repaired_at).num_seconds(),
        send_by: send_by(job, remedy, repaired_at),
        goes_back: match send_by(job, remedy, repaired_at) {
            Some(_) => None,
            None => goes_back(job, repaired_at, cx),
        },
        work: work?,
    })])
}

/// A repair follows the inspection and the arrival of every part.
fn repaired_at(
    job: &Job,
    bench: &Bench,
    request: &Repair,
    cx: &Cx<'_>,
) -> Result<Instant, JobRejection> {
    let mut repaired_at = reported(request.repaired_at, cx.now)?;
    if let Some((_, inspected_at)) = bench.found {
        repaired_at = not_before(repaired_at, "the inspection", inspected_at)?;
    }
    repaired_with_all_parts(job, repaired_at)
}

/// T3, T8: by when a device repaired under an exchange policy must be sent. A repair that the buyer
/// pays for may wait for the payment, so it has no such deadline.
fn send_by(job: &Job, remedy: Remedy, repaired_at: Instant) -> Option<Instant> {
    let is_promised =
        remedy == Remedy::Repair && job.opened.repair_under_exchange_within_days.is_some();
    let days = job.opened.send_within_days.filter(|_| is_promised)?;
    repaired_at.checked_add_signed(TimeDelta::days(days.into()))
}

/// T11: until when the provider approves a partner's declaration, if the terms ask for that. Its
/// days count from the report, however early the declaration was made.
fn approve_by(job: &Job, at: Instant, cx: &Cx<'_>) -> Option<Instant> {
    let terms = cx.reference.by_digest(&job.opened.terms.digest)?;
    let span = terms.waits.beyond_repair_approval?;
    Some(cx.reference.after(terms, &job.opened.country, at, span))
}

/// T5, T6: the provider declares the device beyond repair, if the stated reason applies.
pub(super) fn declare_beyond(jobs: &Jobs, request: &DeclareBeyondRepair, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let mut rules = Tried::default();
    let bench = rules.need(on_bench(job))?;
    let at = reported_after(request.at, cx.now, "the receipt", bench.receipt.at);
    let because = request.because;
    let why = at.clone().and_then(|at| reason_applies(jobs, job, because, at));
    rules.all([Ok(is_the_claimed_one(job, bench))]);
    rules.check(&not_finished(bench));
    rules.check(&not_ended(job));
    if cx.principal.role == Role::Shop {
        rules.check(&not_proposed(job));
    }
    rules.check(&at);
    rules.check(&inspected(bench));
    rules.all([why.clone()]);
    rules.passed()?;
    let (claim, at, findings) = (job.opened.claim, at?, vec![why?]);
    let needs_approval = cx.principal.role == Role::Shop && job.opened.shop.partner;
    if let Some(approve_by) = approve_by(job, cx.now, cx).filter(|_| needs_approval) {
        let by = cx.principal.clone();
        return Ok(vec![JobEvent::BeyondRepairProposed(BeyondRepairProposed {
            job: request.job,
            claim,
            because,
            by,
            at,
            approve_by,
            findings,
        })]);
    }
    Ok(vec![JobEvent::DeclaredBeyondRepair(DeclaredBeyondRepair {
        job: request.job,
        claim,
        because,
        at,
        approved: None,
        findings,
    })])
}
