//! Follows one partition outside any consumer group.

use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::Offset;

use super::background_drop::BackgroundDrop;
use super::partition_reader::read;
use super::poll::{Polled, poll};
use super::stall_detector::StallDetector;

/// Reads one partition without a group. A reader that stops fetching is replaced by a new one,
/// which continues at the same offset.
pub(crate) struct Follower {
    config: ClientConfig,
    topic: String,
    partition: i32,
    next: i64,
    reader: BackgroundDrop<BaseConsumer>,
    stall_detector: StallDetector,
}

impl Follower {
    /// Follows a partition from its beginning. Take `config` from [`super::Connection::reader`].
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

    /// The next record, the end of the partition, or nothing within `wait`.
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
                    tracing::warn!(lost, "the reader stopped fetching; replacing it");
                    self.reader = read(&self.config, topic, partition, Offset::Offset(next))?;
                }
            }
        }
        Ok(polled)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use rdkafka::consumer::Consumer as _;
    use rdkafka::mocking::MockCluster;
    use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
    use rdkafka::topic_partition_list::TopicPartitionList;

    use super::*;

    const IN_TIME: Duration = Duration::from_secs(15);

    #[test]
    fn a_stalled_reader_is_replaced_and_no_record_is_missed() {
        let cluster = MockCluster::new(1).expect("a cluster");
        cluster.create_topic("terms", 1, 1).expect("a topic");
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", cluster.bootstrap_servers()).set("group.id", "unused");
        let producer: BaseProducer = config.clone().create().expect("a producer");
        let report = |text: &str| {
            let record = BaseRecord::<(), _>::to("terms").payload(text);
            producer.send(record).map_err(|(error, _)| error).expect("room");
            producer.flush(IN_TIME).expect("delivered");
        };
        let mut follower = Follower::new(config, "terms", 0).expect("a follower");
        let next = |follower: &mut Follower| {
            let began = Instant::now();
            while began.elapsed() < IN_TIME {
                if let Ok(Polled::Record(record)) = follower.poll(Duration::from_millis(100)) {
                    return String::from_utf8(record.value.unwrap_or_default()).expect("a text");
                }
            }
            panic!("no record arrived in time");
        };
        report("one");
        assert_eq!(next(&mut follower), "one");

        let mut assigned = TopicPartitionList::new();
        assigned.add_partition("terms", 0);
        follower.reader.pause(&assigned).expect("the reader is paused");
        report("two");
        report("three");
        assert_eq!(next(&mut follower), "two");
        assert_eq!(next(&mut follower), "three");
    }
}
