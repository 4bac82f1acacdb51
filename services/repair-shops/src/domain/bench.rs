//! Work at the shop: receipt, inspection, parts, repair, declaration (C6, C9, T4, T5, T6, T9).

use chrono::TimeDelta;
use recourse_kernel::{Finding, Instant};
use recourse_terms::{Direction, Party, Verdict};

use super::bench_clock::{counted, due};
use super::commands::{AwaitParts, DeclareBeyondRepair, Inspect, Receive, Repair, ResolveSerial};
use super::deadlines::duty;
use super::events::{
    BeyondRepairBecause, DeclaredBeyondRepair, Inspected, JobEvent, PartsArrived, PartsAwaited,
    Received, Remedy, Repaired, SerialResolved, ShipmentDamaged,
};
use super::evidence::{self, Work};
use super::job::{Bench, BenchResult, Device, Job, Jobs};
use super::rejection::JobRejection;
use super::rules::{
    Cx, all_parts_at_hand, booker_is_liable_for_damage, chosen, expiry_is_decided_at_filing, known,
    lateness_has_a_reason, nature_fits_the_verdict, not_before, not_ended, on_bench,
    over_counted_days, paid_where_owed, received, repair_was_not_agreed, repaired_with_all_parts,
    reported, serial_is_the_claimed_one, shipment_to, text, third_repair_did_not_cure, works_on,
};

type Decision = Result<Vec<JobEvent>, JobRejection>;

/// The maximum length of a part's name, in characters.
const MAX_PART_LENGTH: usize = 100;
/// The maximum length of a note, in characters.
const MAX_NOTE_LENGTH: usize = 1000;

/// C6: the shop received a device; if its serial is not the claimed one, it goes into quarantine.
pub fn receive(jobs: &Jobs, request: &Receive, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    if job.device != Device::Awaited {
        return Err(JobRejection::AlreadyReceived);
    }
    let received_at = reported(request.received_at, cx.now)?;
    not_before(received_at, "the acceptance", job.opened.opened_at)?;
    if let Some(forwarded) = job.forwarded.last() {
        not_before(received_at, "the move", forwarded.from)?;
    }
    let condition = request.condition.as_deref();
    let condition =
        condition.map(|words| text("a condition", words, MAX_NOTE_LENGTH)).transpose()?;
    let damage = damage_on(job, request, condition.as_deref(), received_at)?;
    let photos = evidence::photos(&request.photos)?;
    let acknowledged = evidence::acknowledged(request.acknowledged.as_ref())?;
    let second = request.second_serial.as_ref();
    let event = |repair_by| Received {
        job: request.job,
        shop: job.opened.shop.id.clone(),
        serial: request.serial.clone(),
        second_serial: request.second_serial.clone(),
        serial_matches: serial_is_the_claimed_one(job, &request.serial, second),
        condition: condition.clone(),
        received_at,
        repair_by,
        photos: photos.clone(),
        acknowledged: acknowledged.clone(),
    };
    // `repair_by` is calculated from the state after the receipt.
    let mut after = jobs.clone();
    after.evolve(&JobEvent::Received(event(None)));
    let repair_by = after
        .jobs
        .get(&request.job)
        .and_then(|job| due(job, &jobs.notes(request.job), job.opened.repair_within_days?));
    let received = JobEvent::Received(event(repair_by));
    Ok(std::iter::once(received).chain(damage.map(JobEvent::ShipmentDamaged)).collect())
}

/// M8: damage that is not on the buyer's photos happened in transit. The shop names the shipment
/// and describes the damage.
fn damage_on(
    job: &Job,
    request: &Receive,
    condition: Option<&str>,
    at: Instant,
) -> Result<Option<ShipmentDamaged>, JobRejection> {
    let Some(shipment) = request.damaged_on else { return Ok(None) };
    shipment_to(job, shipment, Direction::ToShop)?;
    let condition = condition.ok_or(JobRejection::DamageWithoutCondition)?.to_owned();
    let falls_on =
        job.shipments.get(&shipment.shipment).map_or(Party::Buyer, |shipment| shipment.booked_by);
    Ok(Some(ShipmentDamaged { shipment, job: request.job, falls_on, condition, at }))
}

/// C6: a serial mismatch is resolved, with a note that explains how.
pub fn resolve_serial(jobs: &Jobs, request: &ResolveSerial, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    received(job)?;
    if !matches!(job.device, Device::Quarantined(_)) {
        return Err(JobRejection::SerialNotInQuestion);
    }
    Ok(vec![JobEvent::SerialResolved(SerialResolved {
        job: request.job,
        serial: request.serial.clone(),
        note: text("a note", &request.note, MAX_NOTE_LENGTH)?,
    })])
}

/// Records the verdict and its cause. If the defect is covered and earlier repairs did not cure it,
/// the provider's duty to declare the device beyond repair is raised as well (T6).
pub fn inspect(jobs: &Jobs, request: &Inspect, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let bench = on_bench(job)?;
    if bench.found.is_some() {
        return Err(JobRejection::AlreadyInspected);
    }
    not_ended(job)?;
    let expiry = expiry_is_decided_at_filing(request.verdict)?;
    repair_was_not_agreed(jobs, job, request.verdict)?;
    let nature = nature_fits_the_verdict(job, request.nature, request.verdict, cx)?;
    let damage = booker_is_liable_for_damage(job, request.verdict)?;
    let inspected_at = reported(request.inspected_at, cx.now)?;
    not_before(inspected_at, "the receipt", bench.receipt.at)?;
    let serial = Finding::passed("C6", "the device is the claimed one")
        .fact("claimed", &job.opened.serial)
        .fact("found", &bench.receipt.serial);
    let mut findings: Vec<Finding> =
        [serial, expiry].into_iter().chain(nature).chain(damage).collect();
    let mut raised = None;
    if request.verdict == Verdict::Covered
        && let Ok(third) = third_repair_did_not_cure(jobs, job)
    {
        findings.push(third);
        raised = Some(JobEvent::DutyRaised(duty(job, "T6", inspected_at)));
    }
    let inspected = JobEvent::Inspected(Inspected {
        job: request.job,
        claim: job.opened.claim,
        verdict: request.verdict,
        cause: request.cause.clone(),
        nature: request.nature,
        also_found: request.also_found.clone(),
        notes: request.notes.clone(),
        inspected_at,
        findings,
    });
    Ok(std::iter::once(inspected).chain(raised).collect())
}

/// T9: a wait for a part names the part, its order date and its expected date. Reporting the same
/// part again sets a new expected date.
pub fn await_parts(jobs: &Jobs, request: &AwaitParts, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let bench = on_bench(job)?;
    not_finished(bench)?;
    not_ended(job)?;
    let part = text("a part", &request.part, MAX_PART_LENGTH)?;
    let first_order =
        job.parts.iter().find(|known| known.part == part && known.arrived_at.is_none());
    let ordered_at = match first_order {
        Some(known) => known.ordered_at,
        None => reported(request.ordered_at, cx.now)?,
    };
    not_before(ordered_at, "the receipt", bench.receipt.at)?;
    let ordered_on = ordered_at.with_timezone(&job.zone()).date_naive();
    let expected_on = request.expected_on;
    if expected_on < ordered_on {
        return Err(JobRejection::ExpectedBeforeOrdered { expected_on, ordered_on });
    }
    Ok(vec![JobEvent::PartsAwaited(PartsAwaited {
        job: request.job,
        part,
        ordered_at,
        expected_on,
    })])
}

/// T9: records the arrival of a part.
pub fn parts_arrived(jobs: &Jobs, request: &PartsArrived, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let name = request.part.trim();
    let awaited = job.parts.iter().find(|part| part.part == name && part.arrived_at.is_none());
    let part = awaited.ok_or_else(|| JobRejection::PartNotAwaited(name.to_owned()))?;
    let arrived_at = reported(Some(request.arrived_at), cx.now)?;
    not_before(arrived_at, "the order", part.ordered_at)?;
    let reason = request.reason.as_deref();
    let reason = reason.map(|words| text("a reason", words, MAX_NOTE_LENGTH)).transpose()?;
    lateness_has_a_reason(job, part, arrived_at, reason.as_deref())?;
    Ok(vec![JobEvent::PartsArrived(PartsArrived {
        job: request.job,
        part: name.to_owned(),
        arrived_at,
        reason,
    })])
}

/// Records the repair, with the counted time (T4).
pub fn repair(jobs: &Jobs, request: &Repair, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let bench = on_bench(job)?;
    not_finished(bench)?;
    not_ended(job)?;
    let (_, inspected_at) = bench.found.ok_or(JobRejection::NotInspected)?;
    let notes = jobs.notes(request.job);
    let remedy = chosen(&notes)?;
    match remedy {
        Remedy::Repair | Remedy::PaidRepair => paid_where_owed(&notes)?,
        remedy => {
            return Err(JobRejection::RemedyIsAnother { remedy, needed: "a repair" });
        }
    }
    all_parts_at_hand(job)?;
    let repaired_at = reported(request.repaired_at, cx.now)?;
    not_before(repaired_at, "the inspection", inspected_at)?;
    repaired_with_all_parts(job, repaired_at)?;
    let work = request.work.as_ref().map(Work::checked).transpose()?;
    Ok(vec![JobEvent::Repaired(Repaired {
        job: request.job,
        claim: job.opened.claim,
        repaired_at,
        counted_seconds: counted(job, &notes, repaired_at).num_seconds(),
        send_by: send_by(job, remedy, repaired_at),
        work,
    })])
}

/// T3, T8: by when a device repaired under an exchange policy must be sent. A repair that the buyer
/// pays for may wait for the payment, so it has no such deadline.
fn send_by(job: &Job, remedy: Remedy, repaired_at: Instant) -> Option<Instant> {
    let is_promised =
        remedy == Remedy::Repair && job.opened.repair_under_exchange_within_days.is_some();
    let days = job.opened.send_within_days.filter(|_| is_promised)?;
    repaired_at.checked_add_signed(TimeDelta::days(days.into()))
}

/// T5, T6: the provider declares the device beyond repair, if the stated reason applies.
pub fn declare_beyond_repair(jobs: &Jobs, request: &DeclareBeyondRepair, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let bench = on_bench(job)?;
    not_finished(bench)?;
    not_ended(job)?;
    let at = reported(request.at, cx.now)?;
    not_before(at, "the receipt", bench.receipt.at)?;
    let finding = reason_holds(jobs, job, bench, request.because, at)?;
    Ok(vec![JobEvent::DeclaredBeyondRepair(DeclaredBeyondRepair {
        job: request.job,
        claim: job.opened.claim,
        because: request.because,
        at,
        findings: vec![finding],
    })])
}

fn reason_holds(
    jobs: &Jobs,
    job: &Job,
    bench: &Bench,
    because: BeyondRepairBecause,
    at: Instant,
) -> Result<Finding, JobRejection> {
    if bench.found.is_none() {
        return Err(JobRejection::NotInspected);
    }
    match because {
        BeyondRepairBecause::CountedDays => over_counted_days(job, &jobs.notes(job.opened.job), at),
        BeyondRepairBecause::ThirdRepair => third_repair_did_not_cure(jobs, job),
        BeyondRepairBecause::FoundSo => {
            Ok(Finding::passed("M1", "the shop found that the device cannot be repaired"))
        }
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
