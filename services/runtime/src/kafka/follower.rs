//! One partition, followed by itself for as long as anyone asks.

use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::hearing::Hearing;
use super::poll::{Polled, poll};

/// Reads one partition in no group. A reader that hears nothing any more is replaced by another, which goes on where
/// it was.
pub(crate) struct Follower {
    config: ClientConfig,
    topic: String,
    partition: i32,
    next: i64,
    reader: BaseConsumer,
    hearing: Hearing,
}

impl Follower {
    /// Follows a partition from its beginning. `config` is that of [`super::Connection::reader`].
    pub(crate) fn new(config: ClientConfig, topic: &str, partition: i32) -> KafkaResult<Self> {
        Ok(Self {
            reader: read(&config, topic, partition, Offset::Beginning)?,
            hearing: Hearing::new(config.clone()),
            topic: topic.to_owned(),
            partition,
            next: 0,
            config,
        })
    }

    /// What comes next.
    pub(crate) fn poll(&mut self, wait: Duration) -> KafkaResult<Polled> {
        let polled = poll(&self.reader, wait)?;
        match &polled {
            Polled::Record(record) => self.next = record.offset + 1,
            Polled::End { offset, .. } => self.next = self.next.max(*offset),
            Polled::Nothing => {
                let (topic, partition, next) = (&self.topic, self.partition, self.next);
                if let Some(lost) = self.hearing.lost(|| vec![(topic.clone(), partition, next)]) {
                    tracing::warn!(lost, "another reader takes over");
                    self.reader = read(&self.config, topic, partition, Offset::Offset(next))?;
                }
            }
        }
        Ok(polled)
    }
}

/// A reader of one partition, from there on.
pub(crate) fn read(
    config: &ClientConfig,
    topic: &str,
    partition: i32,
    from: Offset,
) -> KafkaResult<BaseConsumer> {
    let reader: BaseConsumer = config.create()?;
    let mut place = TopicPartitionList::new();
    place.add_partition_offset(topic, partition, from)?;
    reader.assign(&place)?;
    Ok(reader)
}
