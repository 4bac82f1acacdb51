//! The producer for facts that feeds report.

use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use recourse_kernel::record::Header;
use recourse_runtime::kafka::Connection;
use recourse_runtime::kafka::recovering_producer::{Delivery, RecoveringProducer};

/// How long to wait before retrying when the queue is full.
const ROOM: Duration = Duration::from_millis(5);

pub(super) struct Outbox(RecoveringProducer);

impl Outbox {
    pub(super) fn new(connection: &Connection, within: Duration) -> Result<Self, KafkaError> {
        let mut config = connection.producer();
        config
            .set("message.timeout.ms", within.as_millis().to_string())
            // Feeds arrive in batches, so batching is worth more than a few milliseconds of
            // latency.
            .set("linger.ms", "2");
        Ok(Self(RecoveringProducer::new(config)?))
    }

    /// Queues a record, waiting while the queue is full. Records with the same key stay in order,
    /// except for one that timed out and is sent again.
    pub(super) async fn send(
        &self,
        topic: &str,
        key: Option<&[u8]>,
        headers: &[Header],
        value: &[u8],
    ) -> Result<Delivery, KafkaError> {
        loop {
            match self.0.send(topic, key, headers, value) {
                Err(KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull)) => {
                    tokio::time::sleep(ROOM).await;
                }
                sent => return sent,
            }
        }
    }
}
