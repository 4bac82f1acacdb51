//! The producer of commands: idempotent, acknowledged by all replicas, without lingering.

use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::error::KafkaError;
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, ProducerContext, ThreadedProducer};
use recourse_kernel::CommandRecord;
use tokio::sync::oneshot;

use crate::kafka::Connection;

/// Sends commands. One for a process.
pub struct Commands {
    producer: ThreadedProducer<Told>,
}

/// Tells whoever sent a record what became of it.
struct Told;

type Teller = oneshot::Sender<Result<(), KafkaError>>;

impl ClientContext for Told {}

impl ProducerContext for Told {
    type DeliveryOpaque = Box<Teller>;

    fn delivery(&self, result: &DeliveryResult<'_>, teller: Self::DeliveryOpaque) {
        let result = result.as_ref().map(|_| ()).map_err(|(error, _)| error.clone());
        // Who no longer waits has been answered already.
        let _ = teller.send(result);
    }
}

/// Resolves once the record is acknowledged, or cannot be delivered.
pub(super) type Delivery = oneshot::Receiver<Result<(), KafkaError>>;

impl Commands {
    /// A producer that gives a record up after `within`, so that its caller is told while it still waits.
    pub fn new(connection: &Connection, within: Duration) -> Result<Self, KafkaError> {
        let mut config = connection.producer();
        config.set("message.timeout.ms", within.as_millis().max(1).to_string());
        Ok(Self { producer: config.create_with_context(Told)? })
    }

    /// Hands a command over to be sent. A full queue is told at once.
    pub(super) fn send(
        &self,
        topic: &str,
        command: &CommandRecord,
    ) -> Result<Delivery, KafkaError> {
        let headers = command.headers();
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new_with_capacity(headers.len()), |all, (key, value)| {
                all.insert(Header { key, value: Some(value) })
            });
        let (teller, delivery) = oneshot::channel();
        let record = BaseRecord::with_opaque_to(topic, Box::new(teller))
            .key(command.key.as_bytes())
            .payload(command.body.as_slice())
            .headers(headers);
        self.producer.send(record).map_err(|(error, _)| error)?;
        Ok(delivery)
    }
}
