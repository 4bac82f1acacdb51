//! A producer that tells each sender when its record is acknowledged by all replicas.

use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header as KafkaHeader, OwnedHeaders};
use rdkafka::producer::{BaseRecord, ProducerContext, ThreadedProducer};
use recourse_kernel::record::Header;
use recourse_runtime::kafka::Connection;
use tokio::sync::oneshot;

/// How long to wait for room in a full queue before trying again.
const ROOM: Duration = Duration::from_millis(5);

/// Resolves once a record is acknowledged, or cannot be delivered.
pub(super) type Acknowledged = oneshot::Receiver<Result<(), KafkaError>>;

pub(super) struct Outbox {
    producer: ThreadedProducer<Tell>,
}

struct Tell;

impl ClientContext for Tell {}

impl ProducerContext for Tell {
    type DeliveryOpaque = Box<oneshot::Sender<Result<(), KafkaError>>>;

    fn delivery(&self, result: &DeliveryResult<'_>, teller: Self::DeliveryOpaque) {
        let result = result.as_ref().map(|_| ()).map_err(|(error, _)| error.clone());
        // Who no longer waits sends again anyway.
        let _ = teller.send(result);
    }
}

impl Outbox {
    pub(super) fn new(connection: &Connection, within: Duration) -> Result<Self, KafkaError> {
        let mut config = connection.producer();
        config
            .set("message.timeout.ms", within.as_millis().to_string())
            // Feeds come in batches: a little gathering is worth more than the last millisecond.
            .set("linger.ms", "2");
        Ok(Self { producer: config.create_with_context(Tell)? })
    }

    /// Hands a record over; waits while the queue is full. Records of one key stay in order.
    pub(super) async fn send(
        &self,
        topic: &str,
        key: Option<&[u8]>,
        headers: &[Header],
        value: &[u8],
    ) -> Result<Acknowledged, KafkaError> {
        let (teller, acknowledged) = oneshot::channel();
        let mut teller = Box::new(teller);
        loop {
            let headers = headers
                .iter()
                .fold(OwnedHeaders::new_with_capacity(headers.len()), |all, (key, value)| {
                    all.insert(KafkaHeader { key, value: Some(value) })
                });
            let mut record: BaseRecord<'_, [u8], [u8], _> =
                BaseRecord::with_opaque_to(topic, teller).payload(value).headers(headers);
            if let Some(key) = key {
                record = record.key(key);
            }
            match self.producer.send(record) {
                Ok(()) => return Ok(acknowledged),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), record)) => {
                    teller = record.delivery_opaque;
                    tokio::time::sleep(ROOM).await;
                }
                Err((error, _)) => return Err(error),
            }
        }
    }
}
