//! The producer of commands: idempotent, acknowledged by all replicas, without linger.

use std::time::Duration;

use rdkafka::error::KafkaError;
use recourse_kernel::CommandRecord;
use recourse_runtime::kafka::Connection;
use recourse_runtime::kafka::recovering_producer::{Delivery, RecoveringProducer};

/// Sends commands. One per process.
pub struct Commands(RecoveringProducer);

impl Commands {
    /// A producer that gives a record up after `within`, so that the caller gets an answer while
    /// still waiting.
    pub fn new(connection: &Connection, within: Duration) -> Result<Self, KafkaError> {
        let mut config = connection.producer();
        config.set("message.timeout.ms", within.as_millis().max(1).to_string());
        Ok(Self(RecoveringProducer::new(config)?))
    }

    /// Queues a command to be sent. A full queue is reported at once.
    pub(super) fn send(
        &self,
        topic: &str,
        command: &CommandRecord,
    ) -> Result<Delivery, KafkaError> {
        self.0.send(topic, Some(command.key.as_bytes()), &command.headers(), &command.body)
    }
}
