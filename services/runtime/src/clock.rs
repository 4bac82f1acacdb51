//! The clock that is passed to everything: the system's, or, in development mode, one that a player moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Monotonic};

use chrono::DateTime;
use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};

/// The type of the record that moves the clock of development mode.
pub const CLOCK_MOVED: &str = "recourse.clock.moved.v1";

/// The body of that record. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockMoved {
    /// The new time; an earlier one than before changes nothing.
    pub now: Instant,
}

/// Tells the time. Copies of a moved clock move together.
#[derive(Debug, Clone)]
pub struct Clock {
    source: Source,
    beginning: Beginning,
}

#[derive(Debug, Clone)]
enum Source {
    System,
    Moved(Arc<AtomicI64>),
}

/// What [`Clock::elapsed`] counts from.
#[derive(Debug, Clone, Copy)]
enum Beginning {
    /// A moment of the machine, whatever the clock says.
    Machine(Monotonic),
    /// A time of the clock itself, in microseconds.
    Clock(i64),
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self { source: Source::System, beginning: Beginning::Machine(Monotonic::now()) }
    }

    /// A clock that stands until it is moved, and never goes back.
    pub fn moved(start: Instant) -> Self {
        Self { source: Source::starting(start), beginning: Beginning::Machine(Monotonic::now()) }
    }

    /// A clock of a simulation: as [`Clock::moved`], and nothing elapses either unless it is moved.
    pub fn simulated(start: Instant) -> Self {
        let beginning = Beginning::Clock(start.timestamp_micros());
        Self { source: Source::starting(start), beginning }
    }

    /// The same clock, of a process that starts now.
    #[must_use]
    pub fn starting_now(&self) -> Self {
        let beginning = match self.beginning {
            Beginning::Machine(_) => Beginning::Machine(Monotonic::now()),
            Beginning::Clock(_) => Beginning::Clock(self.now().timestamp_micros()),
        };
        Self { source: self.source.clone(), beginning }
    }

    /// How long this clock has run: for measuring how long something takes, which must not depend on a clock
    /// that is put forward or back.
    pub fn elapsed(&self) -> Duration {
        match self.beginning {
            Beginning::Machine(instant) => instant.elapsed(),
            Beginning::Clock(start) => {
                let micros = self.now().timestamp_micros() - start;
                Duration::from_micros(micros.try_into().unwrap_or_default())
            }
        }
    }

    /// Whether a player moves it.
    pub fn is_moved(&self) -> bool {
        matches!(self.source, Source::Moved(_))
    }

    /// Now, to the microsecond.
    pub fn now(&self) -> Instant {
        let now = match &self.source {
            Source::System => recourse_kernel::record::to_micros(system_now()),
            Source::Moved(micros) => {
                let micros = micros.load(Ordering::Acquire);
                DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
            }
        };
        #[cfg(feature = "failpoints")]
        let now = now + crate::failpoint::clock_shift();
        now
    }

    /// Moves the clock forward; an earlier moment, or a move of the system's clock, changes nothing.
    pub fn move_to(&self, instant: Instant) {
        if let Source::Moved(micros) = &self.source {
            micros.fetch_max(instant.timestamp_micros(), Ordering::AcqRel);
        }
    }
}

impl Source {
    fn starting(start: Instant) -> Self {
        Self::Moved(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
fn system_now() -> Instant {
    chrono::Utc::now()
}
