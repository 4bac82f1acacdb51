//! Where the device is, and whether the job still continues.

use recourse_kernel::Finding;
use recourse_terms::Serial;

use crate::domain::rejection::JobRejection;
use crate::domain::state::{Bench, BenchResult, Device, Ending, Job, Receipt};

/// C6: whether the received device is the claimed one. If it has two IMEIs, either may match.
pub fn serial_is_the_claimed_one(job: &Job, serial: &Serial, second: Option<&Serial>) -> bool {
    let claimed = &job.opened.serial;
    claimed.names_the_device_of(serial)
        || second.is_some_and(|second| claimed.names_the_device_of(second))
}

/// No shop has the device yet.
pub fn not_received(job: &Job) -> Result<(), JobRejection> {
    match &job.device {
        Device::Awaited => Ok(()),
        Device::Quarantined(_) | Device::OnBench(_) => Err(JobRejection::AlreadyReceived),
    }
}

/// The receipt, which requires that the shop has the device.
pub fn received(job: &Job) -> Result<&Receipt, JobRejection> {
    job.receipt().ok_or(JobRejection::NotReceived)
}

/// C6: the received device is in quarantine, because its serial is not the claimed one.
pub fn in_quarantine(job: &Job) -> Result<Finding, JobRejection> {
    match &job.device {
        Device::Quarantined(receipt) => {
            let finding = Finding::passed("C6", "the device is in quarantine");
            Ok(finding.fact("claimed", &job.opened.serial).fact("found", &receipt.serial))
        }
        Device::Awaited => Err(JobRejection::NotReceived),
        Device::OnBench(_) => Err(JobRejection::SerialNotInQuestion),
    }
}

/// C6: the work on the device, which requires that it was received and is the claimed one. Another
/// device gets no verdict.
pub fn on_bench(job: &Job) -> Result<&Bench, JobRejection> {
    match &job.device {
        Device::Awaited => Err(JobRejection::NotReceived),
        Device::Quarantined(receipt) => Err(JobRejection::Quarantined {
            expected: job.opened.serial.clone(),
            found: receipt.serial.clone(),
        }),
        Device::OnBench(bench) => Ok(bench),
    }
}

/// C6: what [`on_bench`] found.
pub fn is_the_claimed_one(job: &Job, bench: &Bench) -> Finding {
    Finding::passed("C6", "the device is the claimed one")
        .fact("claimed", &job.opened.serial)
        .fact("found", &bench.receipt.serial)
}

/// The job is still open. An abandoned device belongs to the provider (M8).
pub fn is_open(job: &Job) -> Result<(), JobRejection> {
    not_abandoned(job)?;
    if job.is_closed { Err(JobRejection::Closed) } else { Ok(()) }
}

/// M8: an abandoned device no longer belongs to the buyer.
pub fn not_abandoned(job: &Job) -> Result<(), JobRejection> {
    job.abandoned.map_or(Ok(()), |since| Err(JobRejection::IsAbandoned { since }))
}

/// Nothing was sent to the buyer yet.
pub fn not_ended(job: &Job) -> Result<(), JobRejection> {
    match job.ending {
        None => Ok(()),
        Some(Ending::HandedOver(..)) => Err(JobRejection::AlreadyHandedOver),
        Some(Ending::Replaced(_)) => Err(JobRejection::AlreadyReplaced),
    }
}

/// T11: no declaration of this shop waits for the provider's approval.
pub fn not_proposed(job: &Job) -> Result<(), JobRejection> {
    match job.proposed {
        Some(_) => Err(JobRejection::WaitsForApproval),
        None => Ok(()),
    }
}

/// The work has no result yet.
pub fn not_finished(bench: &Bench) -> Result<(), JobRejection> {
    match bench.result {
        None => Ok(()),
        Some(BenchResult::Repaired(_)) => Err(JobRejection::AlreadyRepaired),
        Some(BenchResult::BeyondRepair(..)) => Err(JobRejection::IsBeyondRepair),
    }
}
