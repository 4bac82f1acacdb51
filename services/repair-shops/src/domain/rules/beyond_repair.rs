//! T5, T6: when a device is beyond repair.

use recourse_kernel::{Finding, Instant};

use super::bench_clock::counted_with_all_parts;
use crate::domain::events::BeyondRepairBecause;
use crate::domain::rejection::JobRejection;
use crate::domain::state::{ClaimNotes, Job, Jobs};

/// T5: after more than this many counted days on the bench, the device is beyond repair.
pub fn over_counted_days(
    job: &Job,
    notes: &ClaimNotes,
    at: Instant,
) -> Result<Finding, JobRejection> {
    let counted = counted_with_all_parts(job, notes, at);
    let limit = job.opened.beyond_repair_after_days;
    if limit.is_some_and(|days| counted > chrono::TimeDelta::days(days.into())) {
        let finding =
            Finding::passed("T5", "the device was on the bench for longer than the terms allow");
        return Ok(finding
            .fact("counted_seconds", counted.num_seconds())
            .fact("limit_days", limit));
    }
    Err(JobRejection::BenchDaysNotOver { counted_days: counted.num_days(), limit })
}

/// T6: consecutive repairs of the same defect that did not cure it, next to the number after which
/// the device is beyond repair. Visits that only diagnosed do not count.
#[derive(Debug, Clone, Copy)]
pub struct FailedRepairs {
    repairs: u32,
    limit: Option<u32>,
}

impl FailedRepairs {
    /// Those before this job.
    pub fn before(jobs: &Jobs, job: &Job) -> Self {
        let repairs = jobs.repairs_before(job.opened.claim);
        Self { repairs, limit: job.opened.beyond_repair_after_repairs }
    }

    /// Whether they put the device beyond repair.
    pub fn are_enough(self) -> bool {
        self.limit.is_some_and(|limit| self.repairs >= limit)
    }

    /// What says so, if they do.
    pub fn finding(self) -> Finding {
        let finding = Finding::passed("T6", "earlier repairs of the same defect did not cure it");
        finding.fact("repairs", self.repairs).fact("limit", self.limit)
    }
}

/// T6: the device was repaired as often as the terms say, and the defect is back.
pub fn third_repair_did_not_cure(jobs: &Jobs, job: &Job) -> Result<Finding, JobRejection> {
    let failed = FailedRepairs::before(jobs, job);
    let FailedRepairs { repairs, limit } = failed;
    if failed.are_enough() {
        Ok(failed.finding())
    } else {
        Err(JobRejection::NotThirdRepair { repairs, limit })
    }
}

/// T5, T6: the reason that the provider states for the declaration applies.
pub fn reason_applies(
    jobs: &Jobs,
    job: &Job,
    because: BeyondRepairBecause,
    at: Instant,
) -> Result<Finding, JobRejection> {
    match because {
        BeyondRepairBecause::CountedDays => over_counted_days(job, &jobs.notes(job.opened.job), at),
        BeyondRepairBecause::ThirdRepair => third_repair_did_not_cure(jobs, job),
        BeyondRepairBecause::FoundSo => {
            Ok(Finding::passed("M1", "the shop found that the device cannot be repaired"))
        }
    }
}
