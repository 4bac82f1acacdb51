//! T9: parts that a repair waits for.

use recourse_kernel::{Instant, Tried};

use crate::domain::commands::AwaitParts;
use crate::domain::events::{JobEvent, PartsArrived, PartsAwaited};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::{known, works_on};
use crate::domain::rules::device::{is_the_claimed_one, not_ended, not_finished, on_bench};
use crate::domain::rules::parts::{
    awaited, expected_after_its_order, lateness_has_a_reason, new_date_has_a_reason,
    ordered_after_the_receipt,
};
use crate::domain::rules::text::{MAX_NAME_LENGTH, MAX_NOTE_LENGTH, text, text_if_given};
use crate::domain::rules::time::{reported, reported_after};
use crate::domain::state::{Bench, Job, Jobs};
use crate::domain::{Cx, Decision};

/// T9: a wait for a part names the part, its order date and its expected date. Reporting the same
/// part again sets a new expected date, with a reason; the clock is paused since the first report.
pub(super) fn await_parts(jobs: &Jobs, request: &AwaitParts, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let mut rules = Tried::default();
    let bench = rules.need(on_bench(job))?;
    let part = text("a part", &request.part, MAX_NAME_LENGTH);
    let ordered_at = ordered_at(job, bench, request, cx);
    let expected_on = request.expected_on;
    let expected = ordered_at.clone().and_then(|at| expected_after_its_order(job, expected_on, at));
    let known = job.awaited(request.part.trim());
    let reason = text_if_given("a reason", request.reason.as_deref(), MAX_NOTE_LENGTH);
    rules.all([Ok(is_the_claimed_one(job, bench))]);
    rules.check(&not_finished(bench));
    rules.check(&not_ended(job));
    rules.check(&part);
    rules.check(&ordered_at);
    rules.check(&reason);
    rules.all([expected, new_date_has_a_reason(known, expected_on, request.reason.as_deref())]);
    rules.passed()?;
    Ok(vec![JobEvent::PartsAwaited(PartsAwaited {
        job: request.job,
        part: part?,
        ordered_at: ordered_at?,
        expected_on,
        first_expected_on: known.map_or(expected_on, |part| part.first_expected_on),
        reported_at: cx.now,
        reason: reason?.filter(|_| known.is_some()),
    })])
}

/// The day of the first order counts, also if the part is reported again.
fn ordered_at(
    job: &Job,
    bench: &Bench,
    request: &AwaitParts,
    cx: &Cx<'_>,
) -> Result<Instant, JobRejection> {
    let ordered_at = match job.awaited(request.part.trim()) {
        Some(known) => known.ordered_at,
        None => reported(request.ordered_at, cx.now)?,
    };
    ordered_after_the_receipt(ordered_at, bench.receipt.at)
}

/// T9: records the arrival of a part.
pub(super) fn parts_arrived(jobs: &Jobs, request: &PartsArrived, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let mut rules = Tried::default();
    let part = rules.need(awaited(job, request.part.trim()))?;
    let arrived_at = reported_after(Some(request.arrived_at), cx.now, "the order", part.ordered_at);
    let reason = text_if_given("a reason", request.reason.as_deref(), MAX_NOTE_LENGTH);
    let in_time = arrived_at.clone().and_then(|arrived_at| {
        lateness_has_a_reason(job, part, arrived_at, request.reason.as_deref())
    });
    rules.check(&arrived_at);
    rules.check(&reason);
    rules.all([in_time]);
    rules.passed()?;
    Ok(vec![JobEvent::PartsArrived(PartsArrived {
        job: request.job,
        part: part.part.clone(),
        arrived_at: arrived_at?,
        reason: reason?,
    })])
}
