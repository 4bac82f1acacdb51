//! Detects consumers that silently stopped fetching.
//!
//! After a broker stall, the cluster briefly loses track of the broker. librdkafka (2.10 to 2.12)
//! drops it, adds it again once it is back, and may leave partitions with the dropped one: no
//! records, no error. Only a new client recovers, so the stall has to be detected.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::background_drop::BackgroundDrop;
use super::partition_reader::read;
use super::poll::{Polled, poll};

const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// How long a reader may make no progress on a partition that continues past it.
const PATIENCE: Duration = Duration::from_secs(2);
/// The timeout for Kafka's answers; if Kafka does not answer, no consumer reads anything.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// The "timestamp" that asks an offset lookup for the end (KIP-79).
const LATEST: Offset = Offset::End;

/// A topic, a partition, and the next offset to be handed out.
pub type Reached = (String, i32, i64);

/// Checks periodically whether a new client finds records that a consumer does not.
pub struct StallDetector {
    config: ClientConfig,
    /// Looks up partition ends; replaced when it does not answer.
    client: Option<BackgroundDrop<BaseConsumer>>,
    looked: Instant,
    quiet: HashMap<(String, i32), Quiet>,
}

/// A partition that continues past its reader.
struct Quiet {
    reached: i64,
    since: Instant,
    /// Up to here a new reader found nothing either: only markers, or aborted records.
    empty_to: i64,
}

impl StallDetector {
    /// `config` configures the clients that look up ends and confirm a stall; it is set to read
    /// committed records.
    pub fn new(mut config: ClientConfig) -> Self {
        config.set("isolation.level", "read_committed").set("enable.partition.eof", "true");
        Self { config, client: None, looked: Instant::now(), quiet: HashMap::new() }
    }

    /// Call this whenever the consumer has handed out all it had. Describes a partition on which
    /// the consumer reads nothing although there are records, if there is one. `reached` lists the
    /// consumer's partitions.
    pub fn lost(&mut self, reached: impl FnOnce() -> Vec<Reached>) -> Option<String> {
        let since = self.looked.elapsed();
        if since < CHECK_INTERVAL {
            return None;
        }
        if since > PATIENCE {
            // With so long since the last check the consumer was not polled either: the process was
            // paused or had to wait.
            self.quiet.clear();
        }
        self.looks(reached())
    }

    /// Call this whenever the consumer was moved to an offset of a partition: its progress is
    /// measured from then on. Otherwise a consumer that returns to the same offset again and again,
    /// because what it read could not be committed, would seem to have stopped.
    pub fn repositioned(&mut self, topic: &str, partition: i32) {
        self.quiet.remove(&(topic.to_owned(), partition));
    }

    fn looks(&mut self, reached: Vec<Reached>) -> Option<String> {
        let ends = self.ends(&reached);
        self.looked = Instant::now();
        let Ok(ends) = ends else {
            self.client = None;
            self.quiet.clear();
            return None;
        };
        let before = std::mem::take(&mut self.quiet);
        for (topic, partition, reached) in reached {
            let topic_partition = (topic, partition);
            let Some(end) = ends.get(&topic_partition).copied().filter(|end| *end > reached) else {
                continue;
            };
            let mut quiet = match before.get(&topic_partition) {
                Some(known) if known.reached == reached => {
                    Quiet { reached, since: known.since, empty_to: known.empty_to }
                }
                _ => Quiet { reached, since: Instant::now(), empty_to: reached },
            };
            if end > quiet.empty_to && quiet.since.elapsed() > PATIENCE {
                if self.is_there(&topic_partition, reached).unwrap_or(false) {
                    let (topic, partition) = topic_partition;
                    return Some(format!(
                        "no records from {topic}/{partition} at offset {reached}, though it \
                         continues to {end}"
                    ));
                }
                quiet.empty_to = end;
            }
            self.quiet.insert(topic_partition, quiet);
        }
        None
    }

    /// Where the first open transaction of each partition begins, or else the partition's end.
    fn ends(&mut self, reached: &[Reached]) -> KafkaResult<HashMap<(String, i32), i64>> {
        let mut request = TopicPartitionList::new();
        for (topic, partition, _) in reached {
            request.add_partition_offset(topic, *partition, LATEST)?;
        }
        if request.count() == 0 {
            return Ok(HashMap::new());
        }
        let client = match &mut self.client {
            Some(client) => client,
            none => none.insert(BackgroundDrop::from(self.config.create()?)),
        };
        let reported = client.offsets_for_times(request, ANSWER_WITHIN)?;
        let end = |offset| if let Offset::Offset(end) = offset { Some(end) } else { None };
        Ok(reported
            .elements()
            .iter()
            .filter_map(|topic_partition| {
                Some((
                    (topic_partition.topic().to_owned(), topic_partition.partition()),
                    end(topic_partition.offset())?,
                ))
            })
            .collect())
    }

    /// Whether a new reader finds a committed record from this offset on.
    fn is_there(&self, (topic, partition): &(String, i32), offset: i64) -> KafkaResult<bool> {
        let reader = read(&self.config, topic, *partition, Offset::Offset(offset))?;
        let deadline = Instant::now() + ANSWER_WITHIN;
        while Instant::now() < deadline {
            match poll(&reader, Duration::from_millis(100))? {
                Polled::Record(_) => return Ok(true),
                Polled::End { .. } => return Ok(false),
                Polled::Nothing => {}
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::mocking::MockCluster;
    use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};

    use super::*;

    const IN_TIME: Duration = Duration::from_secs(10);

    fn at(offset: i64) -> Vec<Reached> {
        vec![("events".to_owned(), 0, offset)]
    }

    fn cluster() -> (MockCluster<'static, DefaultProducerContext>, StallDetector) {
        let cluster = MockCluster::new(1).expect("a cluster");
        cluster.create_topic("events", 1, 1).expect("a topic");
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", cluster.bootstrap_servers())
            .set("group.id", "unused")
            .set("auto.offset.reset", "error");
        let producer: BaseProducer = config.clone().create().expect("a producer");
        for payload in ["one", "two"] {
            producer
                .send(BaseRecord::<(), _>::to("events").payload(payload))
                .map_err(|(error, _)| error)
                .expect("room");
        }
        producer.flush(IN_TIME).expect("delivered");
        (cluster, StallDetector::new(config))
    }

    #[test]
    fn a_reader_without_progress_has_lost_its_partition() {
        let (_cluster, mut stall_detector) = cluster();
        assert_eq!(stall_detector.looks(at(1)), None, "must wait before reporting");
        std::thread::sleep(PATIENCE + Duration::from_millis(100));
        let lost = stall_detector.looks(at(1)).expect("must report the stall");
        assert!(lost.contains("events/0 at offset 1, though it continues to 2"), "{lost}");
    }

    #[test]
    fn a_reader_with_progress_or_at_the_end_has_not() {
        let (_cluster, mut stall_detector) = cluster();
        assert_eq!(stall_detector.looks(at(0)), None);
        std::thread::sleep(PATIENCE + Duration::from_millis(100));
        assert_eq!(stall_detector.looks(at(1)), None, "it made progress");
        std::thread::sleep(PATIENCE + Duration::from_millis(100));
        assert_eq!(stall_detector.looks(at(2)), None, "it is at the end");
    }

    #[test]
    fn a_reader_that_was_moved_back_to_the_same_offset_has_not() {
        let (_cluster, mut stall_detector) = cluster();
        assert_eq!(stall_detector.looks(at(1)), None);
        std::thread::sleep(PATIENCE + Duration::from_millis(100));
        stall_detector.repositioned("events", 0);
        assert_eq!(stall_detector.looks(at(1)), None, "it was moved only now");
        std::thread::sleep(PATIENCE + Duration::from_millis(100));
        assert!(stall_detector.looks(at(1)).is_some(), "it made no progress since");
    }

    #[test]
    fn nothing_is_lost_while_kafka_does_not_answer() {
        let (cluster, mut stall_detector) = cluster();
        assert_eq!(stall_detector.looks(at(1)), None);
        cluster.broker_down(1).expect("broker stops");
        std::thread::sleep(PATIENCE + Duration::from_millis(100));
        assert_eq!(stall_detector.looks(at(1)), None);
        cluster.broker_up(1).expect("broker restarts");
        assert_eq!(stall_detector.looks(at(1)), None, "the broker has only just restarted");
    }
}
