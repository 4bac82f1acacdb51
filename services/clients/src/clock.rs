//! Sets the topic clock of development mode.

use std::time::Duration;

use anyhow::Context as _;
use rdkafka::producer::{BaseProducer, Producer as _};
use recourse_kernel::Instant;
use recourse_runtime::clock::ClockMoved;
use recourse_runtime::kafka::Connection;
use recourse_runtime::topics::Topics;

const FLUSH_WITHIN: Duration = Duration::from_secs(60);

/// Sets the clock that every process follows.
pub struct MovedClock {
    producer: BaseProducer,
    topic: String,
}

impl MovedClock {
    /// A producer to the clock's topic.
    pub fn open(connection: &Connection, topics: &Topics) -> anyhow::Result<Self> {
        Ok(Self { producer: connection.producer().create()?, topic: topics.clock() })
    }

    /// Sets the clock, and waits until the broker has acknowledged it.
    pub fn move_to(&self, instant: Instant) -> anyhow::Result<()> {
        ClockMoved { now: instant }.send(&self.producer, &self.topic)?;
        self.producer.flush(FLUSH_WITHIN).context("the clock record was not delivered")
    }
}
