//! The clock of the decision on a claim (T3).

use chrono::TimeDelta;
use recourse_kernel::Instant;
use recourse_terms::CountedClock;
use serde::{Deserialize, Serialize};

use crate::domain::events::DecideWithin;

/// T3: the clock of the decision. It is paused while an answer (C3), the device (T3) or the end of
/// a dispute (C8) is awaited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionClock {
    pub within: DecideWithin,
    pub clock: CountedClock,
    /// Whether the missed deadline is recorded (T8).
    pub missed: bool,
}

impl DecisionClock {
    pub fn started(within: DecideWithin, filed_at: Instant) -> Self {
        Self { within, clock: CountedClock::started(filed_at), missed: false }
    }

    /// When the decision is due at present; `None` while the clock is paused or once the decision
    /// is made.
    pub fn due(&self) -> Option<Instant> {
        self.clock.due(&self.within.clock_stops, TimeDelta::days(self.within.days.into()))
    }
}
