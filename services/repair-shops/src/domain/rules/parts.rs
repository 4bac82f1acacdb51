//! T9: parts that a repair waits for.

use chrono::NaiveDate;
use recourse_kernel::{Finding, Instant};

use super::bench_clock::parts_pause_ends;
use super::time::not_before;
use crate::domain::rejection::JobRejection;
use crate::domain::state::{Job, Part};

/// T9: the part that is awaited under this name.
pub fn awaited<'a>(job: &'a Job, name: &str) -> Result<&'a Part, JobRejection> {
    job.awaited(name).ok_or_else(|| JobRejection::PartNotAwaited(name.to_owned()))
}

/// T9: a part was ordered after the device was received; before, it was not known to be needed.
pub fn ordered_after_the_receipt(
    ordered_at: Instant,
    received_at: Instant,
) -> Result<Instant, JobRejection> {
    if ordered_at < received_at {
        return Err(JobRejection::OrderedBeforeReceipt { ordered_at, received_at });
    }
    Ok(ordered_at)
}

/// T9: a new expected date of a part needs a reason, since the first one was a promise.
pub fn new_date_has_a_reason(
    known: Option<&Part>,
    expected_on: NaiveDate,
    reason: Option<&str>,
) -> Result<Finding, JobRejection> {
    if let Some(part) = known
        && part.expected_on != expected_on
        && reason.is_none()
    {
        let (part, promised) = (part.part.clone(), part.first_expected_on);
        return Err(JobRejection::NewDateWithoutReason { part, promised });
    }
    let finding = Finding::passed("T9", "the date is the first one, or has a reason");
    Ok(finding.fact("first_expected_on", known.map(|part| part.first_expected_on)))
}

/// T9: a part is overdue: the day that was promised first is over, in the shop's days, whatever was
/// promised since; or parts have paused the clock for as long as the terms allow.
pub fn a_part_is_overdue(job: &Job, now: Instant) -> Result<Finding, JobRejection> {
    let today = now.with_timezone(&job.zone()).date_naive();
    let awaited = || job.parts.iter().filter(|part| part.arrived_at.is_none());
    let is_too_long = parts_pause_ends(job).is_some_and(|ends| ends <= now);
    let is_overdue = |part: &&Part| is_too_long || part.first_expected_on < today;
    let Some(part) = awaited().find(is_overdue) else {
        let expected_on = awaited().map(|part| part.first_expected_on).min();
        return Err(JobRejection::PartsNotOverdue { expected_on });
    };
    let finding = Finding::passed("T9", "a part is overdue").fact("part", &part.part);
    let finding = finding.fact("first_expected_on", part.first_expected_on);
    Ok(finding.fact("expected_on", part.expected_on))
}

/// T9: a part is not expected before it was ordered, in the shop's days.
pub fn expected_after_its_order(
    job: &Job,
    expected_on: NaiveDate,
    ordered_at: Instant,
) -> Result<Finding, JobRejection> {
    let ordered_on = ordered_at.with_timezone(&job.zone()).date_naive();
    if expected_on < ordered_on {
        return Err(JobRejection::ExpectedBeforeOrdered { expected_on, ordered_on });
    }
    let finding = Finding::passed("T9", "the part is expected after its order");
    Ok(finding.fact("ordered_on", ordered_on).fact("expected_on", expected_on))
}

/// T9: a part that arrives after its expected date paused the clock for longer than announced, so a
/// reason is required.
pub fn lateness_has_a_reason(
    job: &Job,
    part: &Part,
    arrived_at: Instant,
    reason: Option<&str>,
) -> Result<Finding, JobRejection> {
    let arrived_on = arrived_at.with_timezone(&job.zone()).date_naive();
    let expected_on = part.expected_on;
    if arrived_on > expected_on && reason.is_none() {
        let part = part.part.clone();
        return Err(JobRejection::ReasonMissing { part, expected_on, arrived_on });
    }
    let finding = Finding::passed("T9", "the part arrived in time, or late with a reason");
    Ok(finding.fact("expected_on", expected_on).fact("arrived_on", arrived_on))
}

/// T9: no part is awaited.
pub fn all_parts_at_hand(job: &Job) -> Result<Finding, JobRejection> {
    match job.awaited_part() {
        Some(Part { part, .. }) => Err(JobRejection::PartStillAwaited(part.clone())),
        None => Ok(Finding::passed("T9", "no part is awaited")),
    }
}

/// T4, T9: a repair cannot be finished before the last part arrived.
pub fn repaired_with_all_parts(job: &Job, repaired_at: Instant) -> Result<Instant, JobRejection> {
    let last = job.parts.iter().filter_map(|part| part.arrived_at).max();
    let not_before = |arrived_at| not_before(repaired_at, "the arrival of a part", arrived_at);
    last.map_or(Ok(repaired_at), not_before)
}
