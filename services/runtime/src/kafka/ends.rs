//! Where a partition begins and ends, asked by a client of its own, which is replaced when it hears nothing.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;

use super::background_drop::BackgroundDrop;
use super::errors::is_retriable;

/// How long is asked in all.
const WITHIN: Duration = Duration::from_secs(10);
/// How long one client is asked. One that had nothing to do while a broker stood still may know of no broker for ten
/// seconds after it has come back (measured), where a new one has its answer at once.
const ONE_CLIENT: Duration = Duration::from_secs(2);
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// Asks for ends. The client is made when it is first needed.
pub(crate) struct Ends {
    config: ClientConfig,
    client: Mutex<Option<BackgroundDrop<BaseConsumer>>>,
}

impl Ends {
    /// What `config` says of `isolation.level` counts: with `read_committed`, an end is where the first open transaction
    /// begins, with `read_uncommitted` it is the high watermark.
    pub(crate) fn new(config: ClientConfig) -> Self {
        Self { config, client: Mutex::default() }
    }

    /// The first offset that is there, and the one after the last.
    pub(crate) fn of(&self, topic: &str, partition: i32) -> KafkaResult<(i64, i64)> {
        let deadline = Instant::now() + WITHIN;
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let request: BackgroundDrop<BaseConsumer> = match client.take() {
                Some(request) => request,
                None => BackgroundDrop::from(self.config.create()?),
            };
            match request.fetch_watermarks(topic, partition, ONE_CLIENT) {
                Err(error) if is_retriable(&error) && Instant::now() < deadline => {
                    std::thread::sleep(ASK_AGAIN);
                }
                Err(error) => return Err(error),
                Ok(ends) => {
                    *client = Some(request);
                    return Ok(ends);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::mocking::MockCluster;

    use super::*;

    #[test]
    fn a_broker_that_comes_back_is_asked_by_a_new_client() {
        let cluster = MockCluster::new(1).expect("a cluster");
        cluster.create_topic("events", 1, 1).expect("a topic");
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", cluster.bootstrap_servers()).set("group.id", "unused");
        let ends = Ends::new(config);
        assert_eq!(ends.of("events", 0), Ok((0, 0)));

        cluster.broker_down(1).expect("it goes");
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| ends.of("events", 0));
            std::thread::sleep(ONE_CLIENT + Duration::from_millis(500));
            assert!(!asking.is_finished(), "it waits for the broker");
            cluster.broker_up(1).expect("it comes back");
            assert_eq!(asking.join().expect("an answer"), Ok((0, 0)));
        });
    }

    #[test]
    fn a_partition_that_is_not_there_is_reported_at_once() {
        let cluster = MockCluster::new(1).expect("a cluster");
        cluster.create_topic("events", 1, 1).expect("a topic");
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", cluster.bootstrap_servers()).set("group.id", "unused");
        let began = Instant::now();
        assert!(Ends::new(config).of("events", 7).is_err());
        assert!(began.elapsed() < WITHIN);
    }
}
