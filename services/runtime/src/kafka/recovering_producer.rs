//! A producer that reports each record's delivery to its sender, and replaces its client when that
//! stops delivering.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rdkafka::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header as KafkaHeader, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};
use recourse_kernel::record::Header;
use tokio::sync::oneshot;

use super::background_drop::part_with;

/// Resolves once all replicas have acknowledged the record, or it cannot be delivered.
pub type Delivery = oneshot::Receiver<KafkaResult<()>>;

/// Sends records and reports the delivery of each.
pub struct RecoveringProducer {
    config: ClientConfig,
    producer: Mutex<Arc<ThreadedProducer<Reported>>>,
}

#[derive(Default)]
struct Reported {
    /// The last record timed out without an answer. Either the broker does not answer, or the
    /// client has lost its partition as consumers do (see [`super::stall_detector`]); a new client
    /// finds out which.
    is_stalled: AtomicBool,
}

impl ClientContext for Reported {}

impl ProducerContext for Reported {
    type DeliveryOpaque = Box<oneshot::Sender<KafkaResult<()>>>;

    fn delivery(&self, result: &DeliveryResult<'_>, teller: Self::DeliveryOpaque) {
        let result = result.as_ref().map(|_| ()).map_err(|(error, _)| error.clone());
        let is_late = result.as_ref().err().and_then(KafkaError::rdkafka_error_code)
            == Some(RDKafkaErrorCode::MessageTimedOut);
        self.is_stalled.store(is_late, Ordering::Relaxed);
        // A sender that stopped waiting was answered already, or will retry anyway.
        let _ = teller.send(result);
    }
}

impl RecoveringProducer {
    /// A producer whose clients use `config`. `message.timeout.ms` sets when a record is given up.
    pub fn new(config: ClientConfig) -> KafkaResult<Self> {
        let producer = Mutex::new(Arc::new(config.create_with_context(Reported::default())?));
        Ok(Self { config, producer })
    }

    /// Queues a record to be sent; a full queue is reported at once. Records of one key stay in
    /// order, except one that timed out and is sent again.
    pub fn send(
        &self,
        topic: &str,
        key: Option<&[u8]>,
        headers: &[Header],
        value: &[u8],
    ) -> KafkaResult<Delivery> {
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new_with_capacity(headers.len()), |all, (key, value)| {
                all.insert(KafkaHeader { key, value: Some(value) })
            });
        let (teller, delivery) = oneshot::channel();
        let mut record: BaseRecord<'_, [u8], [u8], _> =
            BaseRecord::with_opaque_to(topic, Box::new(teller)).payload(value).headers(headers);
        if let Some(key) = key {
            record = record.key(key);
        }
        self.producer()?.send(record).map_err(|(error, _)| error)?;
        Ok(delivery)
    }

    /// The current client, replaced first if it has stopped delivering.
    fn producer(&self) -> KafkaResult<Arc<ThreadedProducer<Reported>>> {
        let mut producer = self.producer.lock().unwrap_or_else(PoisonError::into_inner);
        if producer.context().is_stalled.load(Ordering::Relaxed) {
            let another = Arc::new(self.config.create_with_context(Reported::default())?);
            let mute = std::mem::replace(&mut *producer, another);
            part_with(mute);
        }
        Ok(Arc::clone(&producer))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rdkafka::mocking::MockCluster;

    use super::*;

    #[tokio::test]
    async fn a_client_that_stops_delivering_is_replaced() {
        let cluster = MockCluster::new(1).expect("a cluster");
        cluster.create_topic("commands", 1, 1).expect("a topic");
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", cluster.bootstrap_servers())
            .set("message.timeout.ms", "1000");
        let recovering_producer = RecoveringProducer::new(config).expect("a producer");
        let first = recovering_producer.producer().expect("a producer");
        let send =
            || recovering_producer.send("commands", Some(b"key"), &[], b"value").expect("room");
        send().await.expect("a delivery report").expect("delivered");
        assert!(Arc::ptr_eq(&first, &recovering_producer.producer().expect("a producer")));

        cluster.broker_down(1).expect("broker stops");
        let reported = send().await.expect("a delivery report");
        let code = reported.expect_err("must time out").rdkafka_error_code();
        assert_eq!(code, Some(RDKafkaErrorCode::MessageTimedOut));
        cluster.broker_up(1).expect("broker restarts");
        let second = recovering_producer.producer().expect("a producer");
        assert!(!Arc::ptr_eq(&first, &second), "the stalled client must be replaced");
        tokio::time::sleep(Duration::from_millis(100)).await;
        send().await.expect("a delivery report").expect("delivered");
    }
}
