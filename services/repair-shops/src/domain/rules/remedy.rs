//! What the claim decided about the device (M2, M3, M9).

use recourse_kernel::{Finding, Instant};

use super::time::not_before;
use crate::domain::events::{AppealOf, Remedy};
use crate::domain::rejection::JobRejection;
use crate::domain::state::{Bench, BenchResult, ClaimNotes, Device, Job};

/// The remedy that the claim chose. If there is none, it may only not have been read yet.
pub fn chosen(notes: &ClaimNotes) -> Result<Remedy, JobRejection> {
    notes.remedy.map(|(remedy, _)| remedy).ok_or(JobRejection::RemedyNotChosen)
}

/// M2: the claim chose a repair, at whatever cost.
pub fn is_a_repair(remedy: Remedy) -> Result<Finding, JobRejection> {
    match remedy {
        Remedy::Repair | Remedy::PaidRepair => {
            Ok(Finding::passed("M2", "the claim chose a repair").fact("remedy", remedy))
        }
        Remedy::Replacement | Remedy::Cash | Remedy::ReturnUnrepaired => {
            Err(JobRejection::RemedyIsAnother { remedy, needed: "a repair" })
        }
    }
}

/// M2: the claim chose a replacement.
pub fn is_a_replacement(remedy: Remedy) -> Result<Finding, JobRejection> {
    match remedy {
        Remedy::Replacement => Ok(Finding::passed("M2", "the claim chose a replacement")),
        remedy => Err(JobRejection::RemedyIsAnother { remedy, needed: "a replacement" }),
    }
}

/// M3: the buyer pays before a repair at their cost, and before the device is returned.
pub fn paid_where_owed(notes: &ClaimNotes) -> Result<Finding, JobRejection> {
    match notes.remedy {
        Some((_, true)) if !notes.is_paid => Err(JobRejection::NotPaid),
        _ => Ok(Finding::passed("M3", "the buyer owes nothing that must be paid first")),
    }
}

/// C11: while an appeal against the verdict is open, the device does not leave the shop.
pub fn no_appeal_is_open(notes: &ClaimNotes) -> Result<Finding, JobRejection> {
    if notes.has_an_appeal(AppealOf::Verdict) {
        return Err(JobRejection::AppealIsOpen);
    }
    Ok(Finding::passed("C11", "no appeal against the verdict is open"))
}

/// M3, M11: the work was paid for, whatever became due since.
pub fn work_is_paid(notes: &ClaimNotes) -> Result<Finding, JobRejection> {
    if notes.has_paid_for_a_repair() {
        return Ok(Finding::passed("M3", "the buyer has paid for the repair"));
    }
    paid_where_owed(notes)
}

/// M9: after a replacement or cash the old device belongs to the provider, unless the terms leave
/// it to the buyer in addition to the cash.
pub fn device_belongs_to_buyer(job: &Job, remedy: Remedy) -> Result<Finding, JobRejection> {
    let is_the_providers = match remedy {
        Remedy::Replacement => true,
        Remedy::Cash => !job.opened.old_device_goes_back,
        Remedy::Repair | Remedy::PaidRepair | Remedy::ReturnUnrepaired => false,
    };
    if is_the_providers {
        return Err(JobRejection::DeviceIsTheProviders);
    }
    Ok(Finding::passed("M9", "the device is the buyer's").fact("remedy", remedy))
}

/// A device that is to be repaired is handed over once it was.
pub fn repaired_where_chosen(
    job: &Job,
    remedy: Remedy,
    handed_over_at: Instant,
) -> Result<Instant, JobRejection> {
    if !matches!(remedy, Remedy::Repair | Remedy::PaidRepair) {
        return Ok(handed_over_at);
    }
    match &job.device {
        Device::OnBench(Bench { result: Some(BenchResult::Repaired(repaired_at)), .. }) => {
            not_before(handed_over_at, "the repair", *repaired_at)
        }
        Device::OnBench(_) | Device::Awaited | Device::Quarantined(_) => {
            Err(JobRejection::NotRepaired)
        }
    }
}
