//! The producer of commands: idempotent, acknowledged by all replicas, without lingering.

use std::time::Duration;

use rdkafka::error::KafkaError;
use recourse_kernel::CommandRecord;

use crate::kafka::Connection;
use crate::kafka::recovering_producer::{Delivery, RecoveringProducer};

/// Sends commands. One for a process.
pub struct Commands(RecoveringProducer);

impl Commands {
    /// A producer that gives a record up after `within`, so that its caller is told while it still waits.
    pub fn new(connection: &Connection, within: Duration) -> Result<Self, KafkaError> {
        let mut config = connection.producer();
        config.set("message.timeout.ms", within.as_millis().max(1).to_string());
        Ok(Self(RecoveringProducer::new(config)?))
    }

    /// Hands a command over to be sent. A full queue is told at once.
    pub(super) fn send(
        &self,
        topic: &str,
        command: &CommandRecord,
    ) -> Result<Delivery, KafkaError> {
        self.0.send(topic, Some(command.key.as_bytes()), &command.headers(), &command.body)
    }
}
