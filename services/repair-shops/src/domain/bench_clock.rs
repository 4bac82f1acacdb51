//! T4: which time on the bench counts.

use chrono::TimeDelta;
use recourse_kernel::Instant;
use recourse_terms::{CountedClock, Direction, Pause, PauseReason, Verdict};

use super::events::Remedy;
use super::job::{BenchResult, ClaimNotes, Device, Job, ShipmentEnd};

/// T4: the clock of a device on the bench, from its first receipt; parts, transit and answers are its pauses,
/// and the way from one shop to another is transit. None while no shop has had the device.
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

/// The way there ends with the receipt, whether or not the carrier said so; only a way back can count here.
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

/// The way from a shop that gave the job up to the next one, from the move to the receipt there.
fn forwarding(job: &Job) -> impl Iterator<Item = Pause> {
    let reason = PauseReason::Transit;
    job.forwarded.iter().map(move |span| Pause { reason, from: span.from, until: span.until })
}

/// T4: the time that counts, to a moment; nothing while no device is here.
pub fn counted(job: &Job, notes: &ClaimNotes, now: Instant) -> TimeDelta {
    bench_clock(job, notes)
        .map_or(TimeDelta::zero(), |clock| clock.counted(&job.opened.clock_stops, now))
}

/// T4, T5: the first moment after so many counted days, as things stand; none while the clock stands still.
pub fn over(job: &Job, notes: &ClaimNotes, days: u32) -> Option<Instant> {
    let due = due(job, notes, days)?;
    due.checked_add_signed(TimeDelta::microseconds(1))
}

/// T3, T4: the last moment at which the repair is done in time, as things stand: its days are counted from the receipt,
/// and under an exchange policy from the choice of a repair. None where none is promised, or the clock stands still.
pub fn repair_by(job: &Job, notes: &ClaimNotes) -> Option<Instant> {
    if let Some(days) = job.opened.repair_within_days {
        return due(job, notes, days);
    }
    let days = job.opened.repair_under_exchange_within_days?;
    let clock = CountedClock { started: job.repair_chosen_at?, ..bench_clock(job, notes)? };
    clock.due(&job.opened.clock_stops, TimeDelta::days(days.into()))
}

/// T4: the last moment of so many counted days, as things stand.
pub fn due(job: &Job, notes: &ClaimNotes, days: u32) -> Option<Instant> {
    bench_clock(job, notes)?.due(&job.opened.clock_stops, TimeDelta::days(days.into()))
}

/// Whether the provider still owes a repair: the device is here, nothing has come of the work, and neither
/// verdict nor remedy says that there is to be none.
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
