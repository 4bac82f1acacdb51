//! The clocks of a claim: for the decision (T3), and for the check of its documents (T8).

use chrono::TimeDelta;
use recourse_kernel::{Instant, PauseReason};
use recourse_terms::CountedClock;
use recourse_terms::terms::ClockStops;
use serde::{Deserialize, Serialize};

use crate::domain::events::{CheckWithin, DecideWithin};

/// T3, T12: the clock of the decision. It is paused while an answer (C3), the device (T3), the end
/// of a dispute (C8), the answer to an offer or an appeal is awaited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionClock {
    pub within: DecideWithin,
    pub clock: CountedClock,
}

impl DecisionClock {
    pub fn started(within: DecideWithin, filed_at: Instant) -> Self {
        Self { within, clock: CountedClock::started(filed_at) }
    }

    /// When the decision is due at present; `None` while the clock is paused or once the decision
    /// is made.
    pub fn due(&self) -> Option<Instant> {
        self.clock.due(&self.within.clock_stops, TimeDelta::days(self.within.days.into()))
    }
}

/// T8: the clock of the check of the documents. It is paused while an answer (C3) or the end of a
/// dispute (C8) is awaited, whatever the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentsClock {
    pub within: CheckWithin,
    pub clock: CountedClock,
}

impl DocumentsClock {
    pub(crate) fn started(within: CheckWithin, filed_at: Instant) -> Self {
        Self { within, clock: CountedClock::started(filed_at) }
    }

    /// When the check is due at present; `None` while the clock is paused.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.after(self.within.days)
    }

    /// When the documents count as accepted; `None` while the clock is paused, or if they never do.
    pub(crate) fn accepted_at(&self) -> Option<Instant> {
        self.after(self.within.accepted_after_days?)
    }

    /// What the clock is paused for; `None` while it runs.
    pub(crate) fn paused_for(&self) -> Option<PauseReason> {
        let reasons = [PauseReason::Dispute, PauseReason::Answer];
        reasons.into_iter().find(|reason| self.clock.is_waiting_for(*reason))
    }

    fn after(&self, days: u16) -> Option<Instant> {
        let stops = ClockStops { answers: true, dispute: true, ..ClockStops::default() };
        self.clock.due(&stops, TimeDelta::days(days.into()))
    }
}
