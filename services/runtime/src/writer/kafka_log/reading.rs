//! Bounded reads of a topic: its genesis record, and the records between two offsets.

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

/// Passes on the committed records of partitions, each `(partition, from, to)` with `to` excluded.
/// The last offsets before `to` may be markers, which a consumer never returns, so the consumer's
/// position decides when the end is reached.
pub(super) fn span(
    connection: &Connection,
    topic: &str,
    spans: &[(i32, i64, i64)],
    each: &mut dyn FnMut(Incoming) -> Result<(), LogError>,
) -> Result<(), LogError> {
    let failed = |error: KafkaError| LogError(format!("reading own events: {error}"));
    let mut unread = BTreeMap::new();
    let mut list = TopicPartitionList::new();
    for &(partition, from, to) in spans {
        if from < to {
            unread.insert(partition, to);
            list.add_partition_offset(topic, partition, Offset::Offset(from)).map_err(failed)?;
        }
    }
    if unread.is_empty() {
        return Ok(());
    }
    let reader: BaseConsumer =
        connection.reader().set("fetch.wait.max.ms", "10").create().map_err(failed)?;
    let reader = BackgroundDrop::from(reader);
    reader.assign(&list).map_err(failed)?;
    while !unread.is_empty() {
        match poll(&reader, Duration::from_millis(100)).map_err(failed)? {
            Polled::Nothing => {}
            Polled::End { partition, offset, .. } => {
                if unread.get(&partition).is_some_and(|end| offset >= *end) {
                    unread.remove(&partition);
                }
            }
            Polled::Record(record) => {
                if unread.get(&record.partition).is_some_and(|end| record.offset + 1 >= *end) {
                    unread.remove(&record.partition);
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

/// Reads the log id in the genesis record of a topic.
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
    Err(LogError(format!("timed out reading the genesis record of {topic}")))
}
