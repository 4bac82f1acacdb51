//! T3, T4: the counted time, hour by hour.

use chrono::TimeDelta;
use recourse_kernel::Instant;
use recourse_terms::terms::ClockStops;
use recourse_terms::{CountedClock, PauseReason};

use crate::{Dice, INPUTS};

const REASONS: [PauseReason; 8] = [
    PauseReason::Parts,
    PauseReason::Transit,
    PauseReason::Answer,
    PauseReason::HandOver,
    PauseReason::Dispute,
    PauseReason::Offer,
    PauseReason::Appeal,
    PauseReason::Payment,
];

const HOURS: i64 = 30 * 24;

struct Wait {
    reason: PauseReason,
    from: i64,
    until: Option<i64>,
}

fn hour(number: i64) -> Instant {
    Instant::from_timestamp(1_750_000_000, 0).unwrap() + TimeDelta::hours(number)
}

/// For each hour from the start, whether it counts.
fn counting(waits: &[Wait], stops: &ClockStops, start: i64) -> Vec<bool> {
    let mut counting = Vec::with_capacity(720);
    for hour in start..HOURS {
        let mut is_paused = false;
        for wait in waits
            .iter()
            .filter(|wait| wait.from <= hour && wait.until.is_none_or(|until| hour < until))
        {
            is_paused |= match wait.reason {
                PauseReason::Parts => stops.parts,
                PauseReason::Transit => stops.transit,
                PauseReason::Answer => stops.answers,
                PauseReason::Dispute => stops.dispute,
                PauseReason::HandOver => stops.hand_over,
                PauseReason::Offer | PauseReason::Appeal | PauseReason::Payment => true,
            };
        }
        counting.push(!is_paused);
    }
    counting
}

#[test]
fn t3_t4_the_counted_clock_matches_the_model() {
    let mut dice = Dice(2);
    let mut overlaps = 0;
    for input in 0..INPUTS {
        let start = dice.between(0, 48);
        let mut clock = CountedClock::started(hour(start));
        let mut waits: Vec<Wait> = Vec::new();
        let mut from = 0;
        for _ in 0..dice.between(0, 6) {
            from += dice.between(0, 120);
            let reason = dice.one_of(&REASONS);
            let is_open =
                |wait: &Wait| wait.reason == reason && wait.until.is_none_or(|until| until > from);
            if waits.iter().any(is_open) {
                continue;
            }
            overlaps += u32::from(waits.iter().any(|wait| wait.until.is_none_or(|u| u > from)));
            let until = (dice.between(0, 5) > 0).then(|| from + dice.between(0, 240));
            clock.pause(reason, hour(from));
            if let Some(until) = until {
                clock.resume(reason, hour(until));
            }
            waits.push(Wait { reason, from, until });
        }
        let chance = |dice: &mut Dice| dice.between(0, 1) == 1;
        let stops = ClockStops {
            parts: chance(&mut dice),
            transit: chance(&mut dice),
            answers: chance(&mut dice),
            dispute: chance(&mut dice),
            hand_over: chance(&mut dice),
        };
        let counting = counting(&waits, &stops, start);
        let sum = |sum: &mut i64, counts: &bool| {
            *sum += i64::from(*counts);
            Some(*sum)
        };
        let sums: Vec<i64> = [0].into_iter().chain(counting.iter().scan(0, sum)).collect();
        let now = dice.between(start, HOURS);
        let reported = || format!("input {input}: {clock:?} {stops:?} at {now}");
        let counted = sums[usize::try_from(now - start).unwrap()];
        assert_eq!(clock.counted(&stops, hour(now)).num_hours(), counted, "{}", reported());

        // The deadline is the end of the hour in which the limit is reached.
        let limit = dice.between(1, 20 * 24);
        let reached = sums.iter().zip(start..).find(|(sum, _)| **sum == limit);
        let reached = reached.map(|(_, hour)| hour);
        match (clock.due(&stops, TimeDelta::hours(limit)), reached) {
            (Some(due), Some(reached)) => assert_eq!(due, hour(reached), "{}, {limit}", reported()),
            (Some(due), None) => assert!(due > hour(HOURS), "{}, {limit}", reported()),
            (None, Some(reached)) => panic!("{}, {limit}: due at hour {reached}", reported()),
            (None, None) => {}
        }
    }
    assert!(overlaps > 1_000, "too few waits overlap");
}
