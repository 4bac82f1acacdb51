//! A clock that stands still for good reasons, and shows which (T3, T4, C3, C8).

use chrono::TimeDelta;
use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};

use crate::terms::ClockStops;

/// Why a clock may stand still. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// Spare parts are awaited (T4).
    Parts,
    /// The device is on its way (T4).
    Transit,
    /// An answer of the buyer is awaited (C3).
    Answer,
    /// The buyer has not handed the device over yet (T3).
    HandOver,
    /// A dispute with the seller is undecided (C8).
    Dispute,
}

/// A time in which something was awaited. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// What was awaited.
    pub reason: PauseReason,
    /// Since when.
    pub from: Instant,
    /// Until when, excluded; none while it still is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
}

/// A clock with its pauses. It keeps every pause; which of them stop it, the terms say when it is read.
///
/// This is a format: it is part of stored states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedClock {
    /// When it started.
    pub started: Instant,
    /// When it was stopped for good; none while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Instant>,
    /// What was awaited meanwhile, in the order in which the waits began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
}

impl CountedClock {
    /// A clock that starts now.
    pub fn started(at: Instant) -> Self {
        Self { started: at, stopped: None, pauses: Vec::new() }
    }

    /// Something is awaited from now on. A second wait for the same reason changes nothing while the first
    /// is open.
    pub fn pause(&mut self, reason: PauseReason, at: Instant) {
        if !self.is_waiting_for(reason) {
            self.pauses.push(Pause { reason, from: at, until: None });
        }
    }

    /// What was awaited for this reason has come.
    pub fn resume(&mut self, reason: PauseReason, at: Instant) {
        let open = |pause: &&mut Pause| pause.reason == reason && pause.until.is_none();
        if let Some(pause) = self.pauses.iter_mut().find(open) {
            pause.until = Some(at.max(pause.from));
        }
    }

    /// Counts no further.
    pub fn stop(&mut self, at: Instant) {
        self.stopped.get_or_insert(at);
    }

    /// Whether something is awaited for this reason.
    pub fn is_waiting_for(&self, reason: PauseReason) -> bool {
        self.pauses.iter().any(|pause| pause.reason == reason && pause.until.is_none())
    }

    /// T4: the time counted to a moment. Pauses that overlap count once.
    pub fn counted(&self, stops: &ClockStops, now: Instant) -> TimeDelta {
        let now = self.stopped.map_or(now, |stopped| stopped.min(now)).max(self.started);
        let stood: TimeDelta = self
            .standing(stops)
            .into_iter()
            .map(|(from, until)| until.min(now) - from.min(now))
            .sum();
        now - self.started - stood
    }

    /// T3, T4: when the counted time reaches `limit`, as things stand. None while the clock stands still
    /// without a known end before that, or was stopped before.
    pub fn due(&self, stops: &ClockStops, limit: TimeDelta) -> Option<Instant> {
        let mut due = self.started.checked_add_signed(limit)?;
        for (from, until) in self.standing(stops) {
            if from >= due {
                break;
            }
            if until == Instant::MAX_UTC {
                return None;
            }
            due = due.checked_add_signed(until - from)?;
        }
        self.stopped.is_none_or(|stopped| due <= stopped).then_some(due)
    }

    /// The times in which the clock stands still, apart from each other and in order; a wait without a known
    /// end reaches to the end of time.
    fn standing(&self, stops: &ClockStops) -> Vec<(Instant, Instant)> {
        let hand_over = stops.hand_over_at_most_days.unwrap_or_default();
        let mut hand_over_left = TimeDelta::days(hand_over.into());
        let mut times = Vec::new();
        for pause in self.pauses.iter().filter(|pause| stops.stops_for(pause.reason)) {
            let from = pause.from.max(self.started);
            let mut until = pause.until.unwrap_or(Instant::MAX_UTC).max(from);
            if pause.reason == PauseReason::HandOver {
                // T3: all such waits together, at most so many days.
                until = from.checked_add_signed(hand_over_left).map_or(until, |end| end.min(until));
                hand_over_left -= until - from;
            }
            times.push((from, until));
        }
        times.sort_unstable();
        let mut apart: Vec<(Instant, Instant)> = Vec::with_capacity(times.len());
        for (from, until) in times {
            match apart.last_mut() {
                Some((_, end)) if from <= *end => *end = until.max(*end),
                _ => apart.push((from, until)),
            }
        }
        apart
    }
}
