//! The producer of what was told by feeds.

use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use recourse_kernel::record::Header;
use recourse_runtime::kafka::Connection;
use recourse_runtime::kafka::recovering_producer::{Delivery, RecoveringProducer};

/// How long to wait for room in a full queue before trying again.
const ROOM: Duration = Duration::from_millis(5);

pub(super) struct Outbox(RecoveringProducer);

impl Outbox {
    pub(super) fn new(connection: &Connection, within: Duration) -> Result<Self, KafkaError> {
        let mut config = connection.producer();
        config
            .set("message.timeout.ms", within.as_millis().to_string())
            // Feeds come in batches: a little gathering is worth more than the last millisecond.
            .set("linger.ms", "2");
        Ok(Self(RecoveringProducer::new(config)?))
    }

    /// Hands a record over; waits while the queue is full. Records of one key stay in order, but for one that was given
    /// up and is sent again.
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
