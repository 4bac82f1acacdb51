//! The verdict of an inspection (C6, C9, M8, T6).

use recourse_kernel::Tried;
use recourse_terms::Verdict;

use super::waits::duty;
use crate::domain::commands::Inspect;
use crate::domain::events::{Inspected, JobEvent};
use crate::domain::rules::access::{known, works_on};
use crate::domain::rules::beyond_repair::FailedRepairs;
use crate::domain::rules::device::{is_the_claimed_one, not_ended, on_bench};
use crate::domain::rules::inspection::{
    booker_is_liable_for_damage, expiry_is_decided_at_filing, nature_fits_the_verdict,
    not_inspected, repair_was_not_agreed,
};
use crate::domain::rules::time::reported_after;
use crate::domain::state::Jobs;
use crate::domain::{Cx, Decision};

/// Records the verdict and its cause. If the defect is covered and earlier repairs did not cure it,
/// the provider's duty to declare the device beyond repair is raised as well (T6).
pub(super) fn inspect(jobs: &Jobs, request: &Inspect, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let mut rules = Tried::default();
    let bench = rules.need(on_bench(job))?;
    let received_at = bench.receipt.at;
    let inspected_at = reported_after(request.inspected_at, cx.now, "the receipt", received_at);
    let verdict = request.verdict;
    rules.all([Ok(is_the_claimed_one(job, bench))]);
    rules.check(&not_inspected(bench));
    rules.check(&not_ended(job));
    rules.all([expiry_is_decided_at_filing(verdict)]);
    rules.check(&repair_was_not_agreed(jobs, job, verdict));
    rules.all(nature_fits_the_verdict(job, request.nature, verdict, cx).transpose());
    rules.all(booker_is_liable_for_damage(job, verdict).transpose());
    rules.check(&inspected_at);
    let mut findings = rules.passed()?;
    let inspected_at = inspected_at?;
    let failed = FailedRepairs::before(jobs, job);
    let is_due = verdict == Verdict::Covered && failed.are_enough();
    findings.extend(is_due.then(|| failed.finding()));
    let raised = is_due.then(|| JobEvent::DutyRaised(duty(job, "T6", cx.now)));
    let inspected = JobEvent::Inspected(Inspected {
        job: request.job,
        claim: job.opened.claim,
        verdict,
        cause: request.cause.clone(),
        nature: request.nature,
        also_found: request.also_found.clone(),
        defects: request.defects.clone(),
        notes: request.notes.clone(),
        inspected_at,
        reported_at: cx.now,
        findings,
    });
    Ok(std::iter::once(inspected).chain(raised).collect())
}
