//! The rules that decide about jobs, one function each, with the rulebook's id.

use recourse_kernel::record::to_micros;
use recourse_kernel::{Context, Finding, Instant, JobId, Principal, Role, WayId};
use recourse_terms::{Direction, Exclusion, Serial, TermsBook, Verdict};

use super::bench_clock::counted;
use super::events::Remedy;
use super::job::{Bench, ClaimNotes, Device, Ending, Job, Jobs, Part, Receipt};
use super::rejection::JobRejection;

/// What a decision may look at.
pub type Cx<'a> = Context<'a, TermsBook>;

/// A job that is there. It may merely not have been read yet.
pub fn known(jobs: &Jobs, job: JobId) -> Result<&Job, JobRejection> {
    jobs.jobs.get(&job).ok_or(JobRejection::NotKnown(job))
}

/// A shop acts only on its own jobs; adjusters on any.
pub fn works_on(job: &Job, principal: &Principal) -> Result<(), JobRejection> {
    match principal.role {
        Role::Shop if principal.subject == job.opened.shop.id => Ok(()),
        Role::Adjuster => Ok(()),
        _ => Err(JobRejection::NotAllowed),
    }
}

/// Ways are also the buyer's business, whose device it is.
pub fn moves(job: &Job, principal: &Principal) -> Result<(), JobRejection> {
    match principal.role {
        Role::Buyer if principal.subject == job.opened.buyer => Ok(()),
        _ => works_on(job, principal),
    }
}

/// A fact told late carries its own moment, which is never in the future.
pub fn told(at: Option<Instant>, now: Instant) -> Result<Instant, JobRejection> {
    let told = to_micros(at.unwrap_or(now));
    if told > now { Err(JobRejection::InTheFuture { told, now }) } else { Ok(told) }
}

/// What follows from something cannot have been before it.
pub fn not_before(told: Instant, what: &'static str, at: Instant) -> Result<(), JobRejection> {
    if told < at { Err(JobRejection::OutOfOrder { told, what, at }) } else { Ok(()) }
}

/// A word or a line of a person, within bounds.
pub fn text(name: &'static str, text: &str, longest: usize) -> Result<String, JobRejection> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > longest || text.chars().any(char::is_control) {
        return Err(JobRejection::NotAText(name, longest));
    }
    Ok(text.to_owned())
}

/// C6: the device that came is the one that was claimed.
pub fn serial_is_the_claimed_one(job: &Job, serial: &Serial) -> bool {
    job.opened.serial == *serial
}

/// The device, which must be in the shop's hands.
pub fn received(job: &Job) -> Result<&Receipt, JobRejection> {
    job.receipt().ok_or(JobRejection::NotReceived)
}

/// C6: the work on the device, which must be here and be the right one. No verdict on another device.
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

/// Nothing went to the buyer yet.
pub fn not_ended(job: &Job) -> Result<(), JobRejection> {
    match job.ending {
        None => Ok(()),
        Some(Ending::HandedOver(..)) => Err(JobRejection::AlreadyHandedOver),
        Some(Ending::Replaced(_)) => Err(JobRejection::AlreadyReplaced),
    }
}

/// C9: whether the policy had ended was judged at the filing; a shop never judges it.
pub fn expiry_is_not_judged_later(verdict: Verdict) -> Result<Finding, JobRejection> {
    if verdict == (Verdict::NotCovered { exclusion: Exclusion::Expired }) {
        return Err(JobRejection::ExpiredIsNotForTheShop);
    }
    Ok(Finding::passed("C9", "the policy is taken as it stood when the claim was filed"))
}

/// T9: no part is awaited any more.
pub fn all_parts_at_hand(job: &Job) -> Result<(), JobRejection> {
    match job.awaited_part() {
        Some(Part { part, .. }) => Err(JobRejection::PartStillAwaited(part.clone())),
        None => Ok(()),
    }
}

/// What the claim decided. It may merely not have been read yet.
pub fn chosen(notes: &ClaimNotes) -> Result<Remedy, JobRejection> {
    notes.remedy.map(|(remedy, _)| remedy).ok_or(JobRejection::RemedyNotChosen)
}

/// M3: what the buyer owes is paid before the device is mended at their cost, or sent back.
pub fn paid_where_owed(notes: &ClaimNotes) -> Result<(), JobRejection> {
    match notes.remedy {
        Some((_, true)) if !notes.is_paid => Err(JobRejection::NotPaid),
        _ => Ok(()),
    }
}

/// M9: after a replacement or cash the old device is the provider's.
pub fn device_is_the_buyers(remedy: Remedy) -> Result<(), JobRejection> {
    match remedy {
        Remedy::Replacement | Remedy::Cash => Err(JobRejection::DeviceIsTheProviders),
        Remedy::Repair | Remedy::PaidRepair | Remedy::ReturnUnrepaired => Ok(()),
    }
}

/// S2: a replacement is another device.
pub fn replacement_is_another_device(job: &Job, serial: &Serial) -> Result<(), JobRejection> {
    let is_old = job.opened.serial == *serial
        || job.receipt().is_some_and(|receipt| receipt.serial == *serial);
    if is_old { Err(JobRejection::SameDevice) } else { Ok(()) }
}

/// A booked way of this job in the needed direction, on which something can still go.
pub fn way_to(job: &Job, way: WayId, wanted: Direction) -> Result<(), JobRejection> {
    let fits = way.job() == job.opened.job
        && job.ways.get(&way.way).is_some_and(|way| way.direction == wanted && !way.is_lost());
    if fits { Ok(()) } else { Err(JobRejection::WayDoesNotFit { way, wanted }) }
}

/// T5: over so many counted days on the bench with all parts at hand, the device is beyond repair.
pub fn over_counted_days(
    job: &Job,
    notes: &ClaimNotes,
    at: Instant,
) -> Result<Finding, JobRejection> {
    let counted = counted(job, notes, at);
    let limit = job.opened.beyond_repair_after_days;
    if limit.is_some_and(|days| counted > chrono::TimeDelta::days(days.into())) {
        let finding =
            Finding::passed("T5", "the device was longer on the bench than the terms allow");
        return Ok(finding
            .fact("counted_seconds", counted.num_seconds())
            .fact("limit_days", limit));
    }
    Err(JobRejection::BenchDaysNotOver { counted_days: counted.num_days(), limit })
}

/// T6: repairs, in a row, of the same defect that did not cure it. Ones that only diagnosed do not count.
pub fn third_repair_did_not_cure(jobs: &Jobs, job: &Job) -> Result<Finding, JobRejection> {
    let repairs = jobs.repairs_before(job.opened.claim);
    let limit = job.opened.beyond_repair_after_repairs;
    if limit.is_some_and(|limit| repairs >= limit) {
        let finding = Finding::passed("T6", "earlier repairs of the same defect did not cure it");
        return Ok(finding.fact("repairs", repairs).fact("limit", limit));
    }
    Err(JobRejection::NotThirdRepair { repairs, limit })
}
