//! The clock of development mode, for those who move it.

use std::time::Duration;

use anyhow::Context as _;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_kernel::Instant;
use recourse_kernel::record::{Notice, format_time};
use recourse_runtime::clock::{CLOCK_MOVED, ClockMoved};
use recourse_runtime::kafka::{Connection, owned};
use recourse_runtime::topics::Topics;

const FLUSH_WITHIN: Duration = Duration::from_secs(60);

/// Moves the clock that every process follows.
pub(crate) struct MovedClock {
    producer: BaseProducer,
    topic: String,
}

impl MovedClock {
    pub(crate) fn open(connection: &Connection, topics: &Topics) -> anyhow::Result<Self> {
        Ok(Self { producer: connection.producer().create()?, topic: topics.clock() })
    }

    /// Moves it, and waits until the broker has that.
    pub(crate) fn move_to(&self, instant: Instant) -> anyhow::Result<()> {
        // Time only moves forward, so the new time is an id.
        let id = format_time(instant);
        let notice = Notice {
            id: &id,
            source: "/recourse/clock",
            type_name: CLOCK_MOVED,
            subject: "",
            time: instant,
        };
        let (headers, body) =
            (owned(&notice.headers()), serde_json::to_vec(&ClockMoved { now: instant })?);
        let record =
            BaseRecord::to(&self.topic).partition(0).key("clock").headers(headers).payload(&body);
        self.producer.send(record).map_err(|(error, _)| error)?;
        self.producer.flush(FLUSH_WITHIN).context("the clock is not delivered")
    }
}
