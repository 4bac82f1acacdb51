//! T4: which time on the bench counts.

use chrono::TimeDelta;
use recourse_kernel::Instant;
use recourse_terms::{CountedClock, Direction, Pause, PauseReason, Verdict};

use crate::domain::events::{AppealOf, Remedy};
use crate::domain::state::{BenchResult, ClaimNotes, Device, Job, ShipmentEnd, Span};

/// T4: the repair clock of a device, starting with its first receipt. It pauses for parts, for what
/// the buyer owes (answers, and appeals against a verdict), and for transit, which includes
/// forwarding between shops. Waiting for parts pauses it for a limited time in all (T9). None until
/// a shop has received the device.
pub fn bench_clock(job: &Job, notes: &ClaimNotes) -> Option<CountedClock> {
    let limit = job.opened.parts_at_most_days.map(|days| TimeDelta::days(days.into()));
    clock(job, notes, limit)
}

/// T5: the same clock, but waiting for parts always pauses it: the duty to declare the device
/// beyond repair needs all parts there.
fn clock_with_all_parts(job: &Job, notes: &ClaimNotes) -> Option<CountedClock> {
    clock(job, notes, None)
}

fn clock(job: &Job, notes: &ClaimNotes, parts_limit: Option<TimeDelta>) -> Option<CountedClock> {
    let started = job.first_receipt.or(job.receipt().map(|receipt| receipt.at))?;
    let mut pauses = parts(job, parts_limit);
    pauses.extend(answers(notes).chain(offers(notes)));
    pauses.extend(appeals(job, notes).chain(against_the_buyer(job, notes)));
    pauses.extend(transit(job).chain(forwarding(job)).chain(repaired_before(job)));
    pauses.sort_by_key(|pause| pause.from);
    let stopped = match &job.device {
        Device::OnBench(bench) => bench.result.map(|result| match result {
            BenchResult::Repaired(at) | BenchResult::BeyondRepair(_, at) => at,
        }),
        Device::Awaited | Device::Quarantined(_) => None,
    };
    Some(CountedClock { started, stopped, pauses })
}

/// T9: the periods in which a part is awaited, from when that was reported; together at most as
/// long as the limit.
fn parts(job: &Job, limit: Option<TimeDelta>) -> Vec<Pause> {
    let mut left = limit;
    let mut pauses = Vec::new();
    for Span { from, until } in periods_without_parts(job) {
        let until = match left {
            None => until,
            Some(left) => {
                let end = from.checked_add_signed(left);
                [end, until].into_iter().flatten().min()
            }
        };
        if let (Some(left), Some(until)) = (&mut left, until) {
            *left -= until - from;
        }
        pauses.push(Pause { reason: PauseReason::Parts, from, until });
    }
    pauses
}

/// The periods in which at least one part is awaited, merged and in order.
fn periods_without_parts(job: &Job) -> Vec<Span> {
    let mut spans: Vec<Span> = job
        .parts
        .iter()
        // A part that had arrived before it was reported paused nothing.
        .map(|part| {
            let from = part.reported_at;
            Span { from, until: part.arrived_at.map(|arrived_at| arrived_at.max(from)) }
        })
        .collect();
    spans.sort_by_key(|span| span.from);
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if last.until.is_none_or(|until| span.from <= until) => {
                last.until = last.until.zip(span.until).map(|(one, other)| one.max(other));
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// T9: when waiting for a part no longer pauses the clock, if it does now; none if no part is
/// awaited or the terms have no limit.
pub fn parts_pause_ends(job: &Job) -> Option<Instant> {
    job.awaited_part()?;
    let limit = TimeDelta::days(job.opened.parts_at_most_days?.into());
    parts(job, Some(limit)).last()?.until
}

fn is_decided(reason: PauseReason) -> bool {
    matches!(reason, PauseReason::Appeal | PauseReason::Offer)
}

/// T12: what pauses the clock at present; none while it runs. A pause for parts that was too long
/// is over once that is recorded.
pub fn pause_of(job: &Job, notes: &ClaimNotes) -> Option<PauseReason> {
    let stops = &job.opened.clock_stops;
    let open = clock_with_all_parts(job, notes)?.pauses;
    let mut open = open.into_iter().filter(|pause| pause.until.is_none());
    let is_over = |pause: &Pause| pause.reason == PauseReason::Parts && job.parts_pause_over;
    let is_paid = notes.was_paid_for();
    let counts = |pause: &Pause| !(is_paid && is_decided(pause.reason));
    open.find(|pause| stops.stops_for(pause.reason) && counts(pause) && !is_over(pause))
        .map(|pause| pause.reason)
}

fn answers(notes: &ClaimNotes) -> impl Iterator<Item = Pause> {
    notes.questions.values().map(|question| Pause {
        reason: PauseReason::Answer,
        from: question.from,
        until: question.until,
    })
}

/// T12: the buyer's time to answer an offer.
fn offers(notes: &ClaimNotes) -> impl Iterator<Item = Pause> {
    let reason = PauseReason::Offer;
    notes.offers.iter().map(move |span| Pause { reason, from: span.from, until: span.until })
}

/// T12: while an appeal is open, the claim does not choose a repair, and the shop can do nothing. A
/// contested chain matters once there is a verdict (C12).
fn appeals(job: &Job, notes: &ClaimNotes) -> impl Iterator<Item = Pause> {
    let reason = PauseReason::Appeal;
    let found = verdict(job).map(|(_, found_at)| verdict_reported(job, found_at));
    notes.appeals.iter().filter_map(move |(of, span)| {
        let from = match of {
            AppealOf::Verdict => span.from,
            AppealOf::Chain => span.from.max(found?),
        };
        Some(Pause { reason, from, until: span.until.map(|until| until.max(from)) })
    })
}

/// T12: after a verdict against the buyer nothing is repaired, until an appeal is upheld. The pause
/// starts when the verdict was reported, however early the shop says it was found. A repair that
/// the buyer paid for is not paused by the verdict.
fn against_the_buyer(job: &Job, notes: &ClaimNotes) -> Option<Pause> {
    if notes.was_paid_for() {
        return None;
    }
    let (_, found_at) = verdict(job).filter(|(verdict, _)| *verdict != Verdict::Covered)?;
    let from = verdict_reported(job, found_at);
    let until = notes.overturned_at.map(|at| at.max(from));
    Some(Pause { reason: PauseReason::Appeal, from, until })
}

/// The verdict and when it was found, also by an earlier shop.
fn verdict(job: &Job) -> Option<(Verdict, Instant)> {
    match &job.device {
        Device::OnBench(bench) => bench.found,
        Device::Awaited | Device::Quarantined(_) => job.found_before,
    }
}

fn verdict_reported(job: &Job, found_at: Instant) -> Instant {
    job.verdict_reported_at.map_or(found_at, |reported| reported.max(found_at))
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

/// A repair that an upheld appeal made incomplete: the count continues where it stopped (C11).
fn repaired_before(job: &Job) -> impl Iterator<Item = Pause> {
    let reason = PauseReason::Appeal;
    job.was_repaired.iter().map(move |span| Pause { reason, from: span.from, until: span.until })
}

/// T4: the counted time up to `now`; zero until a shop has received the device.
pub fn counted(job: &Job, notes: &ClaimNotes, now: Instant) -> TimeDelta {
    bench_clock(job, notes)
        .map_or(TimeDelta::zero(), |clock| clock.counted(&job.opened.clock_stops, now))
}

/// T5: the counted time up to `now` in which all parts were there.
pub fn counted_with_all_parts(job: &Job, notes: &ClaimNotes, now: Instant) -> TimeDelta {
    clock_with_all_parts(job, notes)
        .map_or(TimeDelta::zero(), |clock| clock.counted(&job.opened.clock_stops, now))
}

/// T5: the first instant after this many counted days with all parts there, as things are now; none
/// while the clock is paused.
pub fn over(job: &Job, notes: &ClaimNotes, days: u32) -> Option<Instant> {
    let clock = clock_with_all_parts(job, notes)?;
    let due = clock.due(&job.opened.clock_stops, TimeDelta::days(days.into()))?;
    due.checked_add_signed(TimeDelta::microseconds(1))
}

/// M11: the last instant at which a repair that was paid for is in time, counted from the payment;
/// with `times` 2, after which the buyer may have the money back. None if none is owed, or while
/// the clock is paused.
pub fn paid_repair_by(job: &Job, notes: &ClaimNotes, times: i32) -> Option<Instant> {
    let (started, by) = notes.paid_at.zip(notes.paid_repair_by)?;
    if !notes.has_paid_for_a_repair() {
        return None;
    }
    let mut clock = CountedClock { started, ..bench_clock(job, notes)? };
    // The verdict and the offer are settled: the buyer has accepted, and paid.
    clock.pauses.retain(|pause| !is_decided(pause.reason));
    let reason = PauseReason::Payment;
    let unpaid = |span: &Span| Pause { reason, from: span.from, until: span.until };
    clock.pauses.extend(notes.repair_unpaid.iter().map(unpaid));
    clock.due(&job.opened.clock_stops, (by - started) * times)
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
        (None, Some((verdict, _))) => verdict == Verdict::Covered || notes.overturned_at.is_some(),
        (None, None) => true,
    }
}
