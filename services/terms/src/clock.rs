//! A clock that can be paused, and records why (T3, T4, C3, C8).

use chrono::TimeDelta;
use recourse_kernel::{Instant, PauseReason};
use serde::{Deserialize, Serialize};

use crate::terms::ClockStops;

/// A period of waiting. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// What the claim or job waited for.
    pub reason: PauseReason,
    /// Start of the pause, included.
    pub from: Instant,
    /// End of the pause, excluded; none while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
}

/// A clock with its pauses. It records every pause; the terms decide on reading which of them stop
/// it.
///
/// This is a stable format: it is part of stored states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedClock {
    /// The instant from which time counts, such as the filing of the claim (T3) or the first
    /// receipt at a shop (T4).
    pub started: Instant,
    /// When it was stopped permanently; none while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Instant>,
    /// The pauses, in the order in which they began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
}

impl CountedClock {
    /// A clock that counts from `at` on, without pauses.
    pub fn started(at: Instant) -> Self {
        Self { started: at, stopped: None, pauses: Vec::new() }
    }

    /// Begins a pause. A second pause for the same reason has no effect while the first is open.
    pub fn pause(&mut self, reason: PauseReason, at: Instant) {
        if !self.is_waiting_for(reason) {
            self.pauses.push(Pause { reason, from: at, until: None });
        }
    }

    /// Ends the open pause for this reason, if there is one.
    pub fn resume(&mut self, reason: PauseReason, at: Instant) {
        let open = |pause: &&mut Pause| pause.reason == reason && pause.until.is_none();
        if let Some(pause) = self.pauses.iter_mut().find(open) {
            pause.until = Some(at.max(pause.from));
        }
    }

    /// Stops the clock permanently. Only the first stop counts.
    pub fn stop(&mut self, at: Instant) {
        self.stopped.get_or_insert(at);
    }

    /// Whether a pause for this reason is open.
    pub fn is_waiting_for(&self, reason: PauseReason) -> bool {
        self.pauses.iter().any(|pause| pause.reason == reason && pause.until.is_none())
    }

    /// T4: the time counted up to `now`. Overlapping pauses are subtracted once.
    pub fn counted(&self, stops: &ClockStops, now: Instant) -> TimeDelta {
        let now = self.stopped.map_or(now, |stopped| stopped.min(now)).max(self.started);
        let paused: TimeDelta = self
            .paused_periods(stops)
            .into_iter()
            .map(|(from, until)| until.min(now) - from.min(now))
            .sum();
        now - self.started - paused
    }

    /// T3, T4: when the counted time reaches `limit`, given the pauses so far. None if an
    /// open-ended pause or a permanent stop comes before that.
    pub fn due(&self, stops: &ClockStops, limit: TimeDelta) -> Option<Instant> {
        let mut due = self.started.checked_add_signed(limit)?;
        for (from, until) in self.paused_periods(stops) {
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

    /// The periods in which the clock is paused, merged and in order; an open-ended pause extends
    /// to the end of time.
    fn paused_periods(&self, stops: &ClockStops) -> Vec<(Instant, Instant)> {
        let mut times = Vec::new();
        for pause in self.pauses.iter().filter(|pause| stops.stops_for(pause.reason)) {
            let from = pause.from.max(self.started);
            let until = pause.until.unwrap_or(Instant::MAX_UTC).max(from);
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
