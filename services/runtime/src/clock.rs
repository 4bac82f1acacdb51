//! The clock that every component receives: the system clock or, in development mode, one that a
//! player moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Monotonic};

use chrono::DateTime;
use rdkafka::error::KafkaResult;
use rdkafka::producer::{BaseProducer, BaseRecord};
use recourse_kernel::record::format_time;
use recourse_kernel::{Instant, Notice};
use serde::{Deserialize, Serialize};

use crate::kafka::owned;

/// The type of the record that moves the clock of development mode.
pub const CLOCK_MOVED: &str = "recourse.clock.moved.v1";

/// The body of that record. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockMoved {
    /// The new time; an earlier one than before changes nothing.
    pub now: Instant,
}

impl ClockMoved {
    /// Sends the record, a CloudEvent, to the clock's topic. Time only moves forward, so the new
    /// time is its id.
    pub fn send(self, producer: &BaseProducer, topic: &str) -> KafkaResult<()> {
        let notice = Notice {
            id: &format_time(self.now),
            source: "/recourse/clock",
            type_name: CLOCK_MOVED,
            subject: "",
            time: self.now,
        };
        let (headers, body) = (owned(&notice.headers()), serde_json::to_vec(&self));
        let body = body.unwrap_or_default();
        let record =
            BaseRecord::to(topic).partition(0).key("clock").headers(headers).payload(&body);
        producer.send(record).map_err(|(error, _)| error)
    }
}

/// A source of the current time. Clones of a moved clock move together.
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

/// The start that [`Clock::elapsed`] counts from.
#[derive(Debug, Clone, Copy)]
enum Beginning {
    /// An instant of the machine's monotonic clock, independent of what this clock shows.
    Machine(Monotonic),
    /// A time of this clock, in microseconds since the Unix epoch.
    Clock(i64),
}

impl Clock {
    /// The time of the operating system; [`Clock::move_to`] does not change it.
    pub fn system() -> Self {
        Self { source: Source::System, beginning: Beginning::Machine(Monotonic::now()) }
    }

    /// A clock that changes only when it is moved, and never runs backwards.
    pub fn moved(start: Instant) -> Self {
        Self { source: Source::starting(start), beginning: Beginning::Machine(Monotonic::now()) }
    }

    /// A clock for simulations: like [`Clock::moved`], but [`Clock::elapsed`] advances only with
    /// it, too.
    pub fn simulated(start: Instant) -> Self {
        let beginning = Beginning::Clock(start.timestamp_micros());
        Self { source: Source::starting(start), beginning }
    }

    /// The same clock for a process that starts now: [`Clock::elapsed`] restarts at zero.
    #[must_use]
    pub fn starting_now(&self) -> Self {
        let beginning = match self.beginning {
            Beginning::Machine(_) => Beginning::Machine(Monotonic::now()),
            Beginning::Clock(_) => Beginning::Clock(self.now().timestamp_micros()),
        };
        Self { source: self.source.clone(), beginning }
    }

    /// The time since this clock was created. Use it to measure durations, which must not depend on
    /// a clock that can be adjusted.
    pub fn elapsed(&self) -> Duration {
        match self.beginning {
            Beginning::Machine(instant) => instant.elapsed(),
            Beginning::Clock(start) => {
                let micros = self.now().timestamp_micros() - start;
                Duration::from_micros(micros.try_into().unwrap_or_default())
            }
        }
    }

    /// Whether the clock is moved by calls (development mode), instead of the system.
    pub fn is_moved(&self) -> bool {
        matches!(self.source, Source::Moved(_))
    }

    /// The current time, with microsecond precision.
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

    /// Moves the clock forward. Earlier times are ignored, and the system clock cannot be moved.
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

#[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
fn system_now() -> Instant {
    chrono::Utc::now()
}
