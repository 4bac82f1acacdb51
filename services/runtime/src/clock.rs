//! The clock that is passed to everything: the system's, or, in development mode, one that a player moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use recourse_kernel::Instant;

/// Tells the time. Copies of a moved clock move together.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Moved(Arc<AtomicI64>),
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands until it is moved, and never goes back.
    pub fn moved(start: Instant) -> Self {
        Self(Source::Moved(Arc::new(AtomicI64::new(start.timestamp_micros()))))
    }

    /// Whether a player moves it.
    pub fn is_moved(&self) -> bool {
        matches!(self.0, Source::Moved(_))
    }

    /// Now, to the microsecond.
    pub fn now(&self) -> Instant {
        let now = match &self.0 {
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
    pub fn move_to(&self, moment: Instant) {
        if let Source::Moved(micros) = &self.0 {
            micros.fetch_max(moment.timestamp_micros(), Ordering::AcqRel);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
fn system_now() -> Instant {
    chrono::Utc::now()
}
