//! Readings of a topic that end: its genesis record, and what stands between two offsets.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::CALL;
use super::errors::is_retriable;
use crate::kafka::Connection;
use crate::kafka::background_drop::BackgroundDrop;
use crate::kafka::poll::{Polled, poll};
use crate::topics::log_id;
use crate::writer::log::{Incoming, LogError, Source};

/// Hands out the committed records of partitions, each `(partition, from, to)` with `to` excluded. The last
/// offsets before `to` may be markers, which nobody is shown: so the end is where the reader has got to.
pub(super) fn span(
    connection: &Connection,
    topic: &str,
    spans: &[(i32, i64, i64)],
    each: &mut dyn FnMut(Incoming) -> Result<(), LogError>,
) -> Result<(), LogError> {
    let failed = |error: KafkaError| LogError(format!("reading own events: {error}"));
    let mut behind = BTreeMap::new();
    let mut list = TopicPartitionList::new();
    for &(partition, from, to) in spans {
        if from < to {
            behind.insert(partition, to);
            list.add_partition_offset(topic, partition, Offset::Offset(from)).map_err(failed)?;
        }
    }
    if behind.is_empty() {
        return Ok(());
    }
    let reader: BaseConsumer =
        connection.reader().set("fetch.wait.max.ms", "10").create().map_err(failed)?;
    let reader = BackgroundDrop::from(reader);
    reader.assign(&list).map_err(failed)?;
    while !behind.is_empty() {
        match poll(&reader, Duration::from_millis(100)).map_err(failed)? {
            Polled::Nothing => {}
            Polled::End { partition, offset, .. } => {
                if behind.get(&partition).is_some_and(|end| offset >= *end) {
                    behind.remove(&partition);
                }
            }
            Polled::Record(record) => {
                if behind.get(&record.partition).is_some_and(|end| record.offset + 1 >= *end) {
                    behind.remove(&record.partition);
                }
                each(Incoming {
                    source: Source::Commands,
                    partition: record.partition,
                    offset: record.offset,
                    key: record.key,
                    headers: record.headers,
                    value: record.value,
                })?;
            }
        }
    }
    Ok(())
}

/// Reads the id in the genesis record of a topic.
pub fn genesis(connection: &Connection, topic: &str) -> Result<String, LogError> {
    let failed = |error: KafkaError| LogError(format!("reading the genesis of {topic}: {error}"));
    let reader: BaseConsumer = connection.reader().create().map_err(failed)?;
    let reader = BackgroundDrop::from(reader);
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, 0, Offset::Beginning).map_err(failed)?;
    reader.assign(&list).map_err(failed)?;
    let deadline = Instant::now() + CALL;
    while Instant::now() < deadline {
        match poll(&reader, Duration::from_millis(100)) {
            Ok(Polled::Record(record)) => {
                return log_id(&record.headers).map(str::to_owned).ok_or_else(|| {
                    LogError(format!("the first record of {topic} is not its genesis record"))
                });
            }
            Ok(_) => {}
            Err(error) if is_retriable(&error) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(LogError(format!("the genesis record of {topic} could not be read in time")))
}
