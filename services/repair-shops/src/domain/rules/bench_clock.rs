//! T4: which time on the bench counts.

use chrono::TimeDelta;
use recourse_kernel::Instant;
use recourse_terms::{CountedClock, Direction, Pause, PauseReason, Verdict};

use crate::domain::events::Remedy;
use crate::domain::state::{BenchResult, ClaimNotes, Device, Job, ShipmentEnd};

/// T4: the repair clock of a device, starting with its first receipt. It pauses for parts, for
/// answers and for transit, which includes forwarding between shops. None until a shop has received
/// the device.
pub fn bench_clock(job: &Job, notes: &ClaimNotes) -> Option<CountedClock> {
    let started = job.first_receipt.or(job.receipt().map(|receipt| receipt.at))?;
    let mut pauses: Vec<Pause> =
        parts(job).chain(answers(notes)).chain(transit(job)).chain(forwarding(job)).collect();
    pauses.sort_by_key(|pause| pause.from);
    let stopped = match &job.device {
        Device::OnBench(bench) => bench.result.map(|result| match result {
            BenchResult::Repaired(at) | BenchResult::BeyondRepair(_, at) => at,
        }),
        Device::Awaited | Device::Quarantined(_) => None,
    };
    Some(CountedClock { started, stopped, pauses })
}

fn parts(job: &Job) -> impl Iterator<Item = Pause> {
    job.parts.iter().map(|part| Pause {
        reason: PauseReason::Parts,
        from: part.ordered_at,
        until: part.arrived_at,
    })
}

fn answers(notes: &ClaimNotes) -> impl Iterator<Item = Pause> {
    notes.questions.values().map(|question| Pause {
        reason: PauseReason::Answer,
        from: question.from,
        until: question.until,
    })
}

/// Transit to the shop ends with the receipt, whatever the carrier reported, so only return
/// shipments can count here.
fn transit(job: &Job) -> impl Iterator<Item = Pause> {
    job.shipments.values().filter(|shipment| shipment.direction == Direction::ToBuyer).filter_map(
        |shipment| {
            let until = shipment.end.map(|end| match end {
                ShipmentEnd::Delivered(at) | ShipmentEnd::Lost(at) => at,
            });
            Some(Pause { reason: PauseReason::Transit, from: shipment.picked_up_at?, until })
        },
    )
}

/// Forwarding to another shop counts as transit, from the move to the receipt there.
fn forwarding(job: &Job) -> impl Iterator<Item = Pause> {
    let reason = PauseReason::Transit;
    job.forwarded.iter().map(move |span| Pause { reason, from: span.from, until: span.until })
}

/// T4: the counted time up to `now`; zero until a shop has received the device.
pub fn counted(job: &Job, notes: &ClaimNotes, now: Instant) -> TimeDelta {
    bench_clock(job, notes)
        .map_or(TimeDelta::zero(), |clock| clock.counted(&job.opened.clock_stops, now))
}

/// T4, T5: the first instant after this many counted days, as things are now; none while the clock
/// is paused.
pub fn over(job: &Job, notes: &ClaimNotes, days: u32) -> Option<Instant> {
    let due = due(job, notes, days)?;
    due.checked_add_signed(TimeDelta::microseconds(1))
}

/// T3, T4: the last instant at which the repair is in time, as things are now. The days count from
/// the receipt, or under an exchange policy from the choice of a repair. None if no repair is
/// promised or the clock is paused.
pub fn repair_by(job: &Job, notes: &ClaimNotes) -> Option<Instant> {
    if let Some(days) = job.opened.repair_within_days {
        return due(job, notes, days);
    }
    let days = job.opened.repair_under_exchange_within_days?;
    let clock = CountedClock { started: job.repair_chosen_at?, ..bench_clock(job, notes)? };
    clock.due(&job.opened.clock_stops, TimeDelta::days(days.into()))
}

/// T4: the last instant within this many counted days, as things are now.
pub fn due(job: &Job, notes: &ClaimNotes, days: u32) -> Option<Instant> {
    bench_clock(job, notes)?.due(&job.opened.clock_stops, TimeDelta::days(days.into()))
}

/// Whether the provider still owes a repair: the device is here, the work has no result, and
/// neither verdict nor remedy rules a repair out.
pub fn repair_is_owed(job: &Job, notes: &ClaimNotes) -> bool {
    if job.ending.is_some() {
        return false;
    }
    let found = match &job.device {
        Device::Awaited => return false,
        Device::Quarantined(_) => None,
        Device::OnBench(bench) if bench.result.is_some() => return false,
        Device::OnBench(bench) => bench.found,
    };
    match (notes.remedy, found) {
        (Some((remedy, _)), _) => remedy == Remedy::Repair,
        (None, Some((verdict, _))) => verdict == Verdict::Covered,
        (None, None) => true,
    }
}
