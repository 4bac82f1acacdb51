//! Offsets are sent into a transaction on a separate thread, so that the writer can stop waiting.
//!
//! `rd_kafka_send_offsets_to_transaction` does not honour its time-out: if the connection to the
//! group coordinator is lost while it waits, it blocks until some other connection changes
//! (librdkafka issues 5456 and 5511, open with 2.12). That can take minutes, during which the
//! writer would answer nothing and stall its group.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, Producer, ProducerContext};
use rdkafka::topic_partition_list::TopicPartitionList;

use super::errors::retried_for;

/// The time-out passed to the client; a transaction lives for five seconds.
const SENDING: Duration = Duration::from_millis(2_500);
/// After this long, the call is considered hung.
const OVERDUE: Duration = Duration::from_secs(3);

type Request = (TopicPartitionList, Arc<ConsumerGroupMetadata>);

/// The thread of one producer that sends offsets. It ends with the producer's transactions, or, if
/// the client hangs, once the call returns; only then is the producer dropped.
pub(super) struct Committing {
    requests: Sender<Request>,
    results: Receiver<Result<(), KafkaError>>,
}

impl Committing {
    pub(super) fn start<C>(producer: Arc<BaseProducer<C>>) -> std::io::Result<Self>
    where
        C: ProducerContext + 'static,
    {
        let (requests, request) = channel::<Request>();
        let (reported, results) = channel();
        std::thread::Builder::new().name("offsets".to_owned()).spawn(move || {
            for (offsets, membership) in request {
                let sent = retried_for(SENDING, || {
                    producer.send_offsets_to_transaction(&offsets, &membership, SENDING)
                });
                if reported.send(sent).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { requests, results })
    }

    /// Sends the offsets into the producer's transaction; `None` if the client hangs. The
    /// transaction's outcome is then unknown, and the producer can no longer be used.
    pub(super) fn send_offsets(
        &self,
        offsets: TopicPartitionList,
        membership: &Arc<ConsumerGroupMetadata>,
    ) -> Option<Result<(), KafkaError>> {
        self.requests.send((offsets, Arc::clone(membership))).ok()?;
        self.results.recv_timeout(OVERDUE).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use rdkafka::ClientConfig;
    use rdkafka::consumer::{BaseConsumer, Consumer};
    use rdkafka::mocking::{MockCluster, MockCoordinator};
    use rdkafka::producer::BaseRecord;
    use rdkafka::topic_partition_list::Offset;

    use super::*;

    const IN_TIME: Duration = Duration::from_secs(10);

    /// The client itself blocks for as long as the coordinator is down, whatever its time-out.
    #[test]
    fn a_coordinator_outage_blocks_the_writer_for_three_seconds() {
        let cluster = MockCluster::new(3).expect("a cluster");
        cluster.create_topic("events", 1, 1).expect("a topic");
        cluster.partition_leader("events", 0, Some(1)).expect("a leader");
        cluster.coordinator(MockCoordinator::Transaction("writer".to_owned()), 1).expect("one");
        cluster.coordinator(MockCoordinator::Group("group".to_owned()), 2).expect("another");
        let client = |name: &str, value: &str| {
            let mut config = ClientConfig::new();
            config.set("bootstrap.servers", cluster.bootstrap_servers()).set(name, value);
            config
        };
        let producer: BaseProducer = client("transactional.id", "writer").create().expect("one");
        let member: BaseConsumer = client("group.id", "group").create().expect("a consumer");
        let membership = Arc::new(member.group_metadata().expect("a membership"));
        producer.init_transactions(IN_TIME).expect("a producer");
        producer.begin_transaction().expect("a transaction");
        producer
            .send(BaseRecord::<(), _>::to("events").payload("one"))
            .map_err(|_| ())
            .expect("room");
        producer.flush(IN_TIME).expect("it arrives");
        let committing = Committing::start(Arc::new(producer)).expect("a thread");

        cluster.broker_down(2).expect("it goes");
        let mut offsets = TopicPartitionList::new();
        offsets.add_partition_offset("commands", 0, Offset::Offset(1)).expect("an offset");
        let began = Instant::now();
        let sent = committing.send_offsets(offsets, &membership);
        assert!(began.elapsed() < OVERDUE + Duration::from_secs(2), "{:?}", began.elapsed());
        assert!(sent.is_none_or(|sent| sent.is_err()));
    }
}
