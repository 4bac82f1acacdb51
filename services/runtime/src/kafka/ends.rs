//! Looks up where a partition begins and ends, with a client of its own that is replaced when it
//! stops getting answers.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;

use super::background_drop::BackgroundDrop;
use super::errors::is_retriable;

/// The deadline for one lookup, over all clients.
const WITHIN: Duration = Duration::from_secs(10);
/// How long one client may try. A client that was idle while a broker was frozen may not find the
/// broker for another ten seconds after it recovers (measured); a new client gets its answer at
/// once.
const ONE_CLIENT: Duration = Duration::from_secs(2);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Looks up partition ends. The client is created on first use.
pub(crate) struct Ends {
    config: ClientConfig,
    client: Mutex<Option<BackgroundDrop<BaseConsumer>>>,
}

impl Ends {
    /// The `isolation.level` in `config` matters: with `read_committed` the end is where the first
    /// open transaction begins, with `read_uncommitted` it is the high watermark.
    pub(crate) fn new(config: ClientConfig) -> Self {
        Self { config, client: Mutex::default() }
    }

    /// The first offset still on the log, and the one after the last.
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
                    std::thread::sleep(POLL_INTERVAL);
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
    fn after_a_broker_outage_a_new_client_gets_the_answer() {
        let cluster = MockCluster::new(1).expect("a cluster");
        cluster.create_topic("events", 1, 1).expect("a topic");
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", cluster.bootstrap_servers()).set("group.id", "unused");
        let ends = Ends::new(config);
        assert_eq!(ends.of("events", 0), Ok((0, 0)));

        cluster.broker_down(1).expect("broker stops");
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| ends.of("events", 0));
            std::thread::sleep(ONE_CLIENT + Duration::from_millis(500));
            assert!(!asking.is_finished(), "must still be waiting for the broker");
            cluster.broker_up(1).expect("broker restarts");
            assert_eq!(asking.join().expect("an answer"), Ok((0, 0)));
        });
    }

    #[test]
    fn a_missing_partition_is_reported_at_once() {
        let cluster = MockCluster::new(1).expect("a cluster");
        cluster.create_topic("events", 1, 1).expect("a topic");
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", cluster.bootstrap_servers()).set("group.id", "unused");
        let began = Instant::now();
        assert!(Ends::new(config).of("events", 7).is_err());
        assert!(began.elapsed() < WITHIN);
    }
}
