//! One partition, followed by itself for as long as anyone asks.

use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::background_drop::BackgroundDrop;
use super::poll::{Polled, poll};
use super::stall_detector::StallDetector;

/// Reads one partition in no group. A reader that hears nothing any more is replaced by another, which goes on where
/// it was.
pub(crate) struct Follower {
    config: ClientConfig,
    topic: String,
    partition: i32,
    next: i64,
    reader: BackgroundDrop<BaseConsumer>,
    stall_detector: StallDetector,
}

impl Follower {
    /// Follows a partition from its beginning. `config` is that of [`super::Connection::reader`].
    pub(crate) fn new(config: ClientConfig, topic: &str, partition: i32) -> KafkaResult<Self> {
        Ok(Self {
            reader: read(&config, topic, partition, Offset::Beginning)?,
            stall_detector: StallDetector::new(config.clone()),
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
                if let Some(lost) =
                    self.stall_detector.lost(|| vec![(topic.clone(), partition, next)])
                {
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
) -> KafkaResult<BackgroundDrop<BaseConsumer>> {
    let reader: BaseConsumer = config.create()?;
    let mut place = TopicPartitionList::new();
    place.add_partition_offset(topic, partition, from)?;
    reader.assign(&place)?;
    Ok(BackgroundDrop::from(reader))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use rdkafka::mocking::MockCluster;
    use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

    use super::*;

    const IN_TIME: Duration = Duration::from_secs(15);

    #[test]
    fn a_reader_that_hears_nothing_is_replaced_and_no_record_is_missed() {
        let cluster = MockCluster::new(1).expect("a cluster");
        cluster.create_topic("terms", 1, 1).expect("a topic");
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", cluster.bootstrap_servers()).set("group.id", "unused");
        let producer: BaseProducer = config.clone().create().expect("a producer");
        let report = |text: &str| {
            let record = BaseRecord::<(), _>::to("terms").payload(text);
            producer.send(record).map_err(|(error, _)| error).expect("room");
            producer.flush(IN_TIME).expect("it arrives");
        };
        let mut follower = Follower::new(config, "terms", 0).expect("a follower");
        let next = |follower: &mut Follower| {
            let began = Instant::now();
            while began.elapsed() < IN_TIME {
                if let Ok(Polled::Record(record)) = follower.poll(Duration::from_millis(100)) {
                    return String::from_utf8(record.value.unwrap_or_default()).expect("a text");
                }
            }
            panic!("nothing is heard");
        };
        report("one");
        assert_eq!(next(&mut follower), "one");

        let mut place = TopicPartitionList::new();
        place.add_partition("terms", 0);
        follower.reader.pause(&place).expect("it is deaf now");
        report("two");
        report("three");
        assert_eq!(next(&mut follower), "two");
        assert_eq!(next(&mut follower), "three");
    }
}
