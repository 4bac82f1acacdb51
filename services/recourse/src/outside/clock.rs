//! Sets the topic clock of development mode.

use std::time::Duration;

use anyhow::Context as _;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_kernel::Instant;
use recourse_kernel::Notice;
use recourse_kernel::record::format_time;
use recourse_runtime::clock::{CLOCK_MOVED, ClockMoved};
use recourse_runtime::kafka::{Connection, owned};
use recourse_runtime::topics::Topics;

const FLUSH_WITHIN: Duration = Duration::from_secs(60);

/// Sets the clock that every process follows.
pub(crate) struct MovedClock {
    producer: BaseProducer,
    topic: String,
}

impl MovedClock {
    pub(crate) fn open(connection: &Connection, topics: &Topics) -> anyhow::Result<Self> {
        Ok(Self { producer: connection.producer().create()?, topic: topics.clock() })
    }

    /// Sets the clock, and waits until the broker has acknowledged it.
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
        self.producer.flush(FLUSH_WITHIN).context("the clock record was not delivered")
    }
}
