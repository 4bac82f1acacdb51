//! Whether a consumer still hears what its partitions bring.
//!
//! A broker that stood still is for a moment unknown to its own cluster. librdkafka (2.10 to 2.12) drops such a broker,
//! learns it anew when it is back, and may leave partitions with the one that it dropped: then nothing is read of them
//! any more, and no error comes. Only a new client mends that, so it has to be found out.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::background_drop::BackgroundDrop;
use super::follower::read;
use super::poll::{Polled, poll};

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long nothing may come of a partition that goes on behind its reader.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long Kafka is waited for; where it does not answer, nobody hears anything.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// The "time" of a look-up by time that asks for the end (KIP-79).
const LATEST: Offset = Offset::End;

/// A partition, and the next offset of it that is to be handed out.
pub type Reached = (String, i32, i64);

/// Looks now and then whether somebody else finds what a consumer does not.
pub struct StallDetector {
    config: ClientConfig,
    /// For the ends; replaced when it does not answer.
    client: Option<BackgroundDrop<BaseConsumer>>,
    looked: Instant,
    quiet: HashMap<(String, i32), Quiet>,
}

/// A partition that goes on behind its reader.
struct Quiet {
    reached: i64,
    since: Instant,
    /// Up to where there was nothing to hear, after all: markers, or what was aborted.
    empty_to: i64,
}

impl StallDetector {
    /// `config` reads what is committed, from where it is told to.
    pub fn new(mut config: ClientConfig) -> Self {
        config.set("isolation.level", "read_committed").set("enable.partition.eof", "true");
        Self { config, client: None, looked: Instant::now(), quiet: HashMap::new() }
    }

    /// To be asked whenever the consumer has handed out all that it had: says of which partition it hears nothing though
    /// there is something, if there is one. `reached` gives the partitions that it should hear of.
    pub fn lost(&mut self, reached: impl FnOnce() -> Vec<Reached>) -> Option<String> {
        let since = self.looked.elapsed();
        if since < LOOK_EVERY {
            return None;
        }
        if since > PATIENCE {
            // Whoever did not look for so long did not read either: the process was stopped, or had to wait.
            self.quiet.clear();
        }
        self.looks(reached())
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
            let place = (topic, partition);
            let Some(end) = ends.get(&place).copied().filter(|end| *end > reached) else {
                continue;
            };
            let mut quiet = match before.get(&place) {
                Some(known) if known.reached == reached => {
                    Quiet { reached, since: known.since, empty_to: known.empty_to }
                }
                _ => Quiet { reached, since: Instant::now(), empty_to: reached },
            };
            if end > quiet.empty_to && quiet.since.elapsed() > PATIENCE {
                if self.is_there(&place, reached).unwrap_or(false) {
                    let (topic, partition) = place;
                    return Some(format!(
                        "nothing is heard of {topic}/{partition} behind {reached}, and it goes on to {end}"
                    ));
                }
                quiet.empty_to = end;
            }
            self.quiet.insert(place, quiet);
        }
        None
    }

    /// Where the first open transaction of each partition begins, or the partition ends.
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
            .filter_map(|place| {
                Some(((place.topic().to_owned(), place.partition()), end(place.offset())?))
            })
            .collect())
    }

    /// Whether a new reader finds a committed record there.
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
        producer.flush(IN_TIME).expect("they arrive");
        (cluster, StallDetector::new(config))
    }

    #[test]
    fn a_reader_that_stays_behind_has_lost_its_partition() {
        let (_cluster, mut stall_detector) = cluster();
        assert_eq!(stall_detector.looks(at(1)), None, "it may come yet");
        std::thread::sleep(PATIENCE + Duration::from_millis(100));
        let lost = stall_detector.looks(at(1)).expect("it is told");
        assert!(lost.contains("events/0 behind 1, and it goes on to 2"), "{lost}");
    }

    #[test]
    fn a_reader_that_goes_on_or_is_at_the_end_has_not() {
        let (_cluster, mut stall_detector) = cluster();
        assert_eq!(stall_detector.looks(at(0)), None);
        std::thread::sleep(PATIENCE + Duration::from_millis(100));
        assert_eq!(stall_detector.looks(at(1)), None, "it has gone on");
        std::thread::sleep(PATIENCE + Duration::from_millis(100));
        assert_eq!(stall_detector.looks(at(2)), None, "there is no more");
    }

    #[test]
    fn while_kafka_does_not_answer_nobody_has() {
        let (cluster, mut stall_detector) = cluster();
        assert_eq!(stall_detector.looks(at(1)), None);
        cluster.broker_down(1).expect("it goes");
        std::thread::sleep(PATIENCE + Duration::from_millis(100));
        assert_eq!(stall_detector.looks(at(1)), None);
        cluster.broker_up(1).expect("it comes back");
        assert_eq!(stall_detector.looks(at(1)), None, "it has only just come back");
    }
}
