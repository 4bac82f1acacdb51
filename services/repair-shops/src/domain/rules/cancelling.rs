//! M11, T9: when the buyer may cancel a repair, free of charge.

use recourse_kernel::{Finding, Instant};

use super::bench_clock::paid_repair_by;
use super::parts::a_part_is_overdue;
use crate::domain::events::CancelledBecause;
use crate::domain::rejection::JobRejection;
use crate::domain::state::{BenchResult, ClaimNotes, Device, Job};

/// How often the days of a repair that was paid for must have passed (M11).
const TIMES: i32 = 2;

/// M11, T9: a repair that was paid for was not done within twice its days, or a part is overdue.
pub fn repair_is_late(
    job: &Job,
    notes: &ClaimNotes,
    now: Instant,
) -> Result<(CancelledBecause, Finding), JobRejection> {
    let overdue_part = a_part_is_overdue(job, now);
    if let Ok(why) = overdue_part {
        return Ok((CancelledBecause::LateParts, why));
    }
    if !notes.has_paid_for_a_repair() {
        return overdue_part.map(|why| (CancelledBecause::LateParts, why));
    }
    let free_from = paid_repair_by(job, notes, TIMES);
    if free_from.is_none_or(|from| now < from) {
        return Err(JobRejection::RepairNotOverdueEnough { free_from });
    }
    let why = Finding::passed("M11", "the repair was not done within twice its days");
    let why = why.fact("paid_at", notes.paid_at).fact("free_from", free_from);
    Ok((CancelledBecause::LatePaidRepair, why))
}

/// M11: what was done is not cancelled.
pub fn repair_is_not_done(job: &Job) -> Result<Finding, JobRejection> {
    match &job.device {
        Device::OnBench(bench) => match bench.result {
            Some(BenchResult::Repaired(_)) => Err(JobRejection::AlreadyRepaired),
            Some(BenchResult::BeyondRepair(..)) => Err(JobRejection::IsBeyondRepair),
            None => Ok(Finding::passed("M11", "the repair is not done")),
        },
        Device::Awaited | Device::Quarantined(_) => Err(JobRejection::NotReceived),
    }
}
