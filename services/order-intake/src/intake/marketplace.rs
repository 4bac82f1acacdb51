//! The loop over `marketplace.orders.v1`, in its own consumer group, at least once. Offsets are
//! committed only after everything the records led to is acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionListElem};
use recourse_kernel::record::{Header, header};
use recourse_runtime::guard::Guard;
use recourse_runtime::health::Check;
use recourse_runtime::kafka::background_drop::part_with;
use recourse_runtime::kafka::stall_detector::StallDetector;
use recourse_runtime::telemetry;
use recourse_wiring::{FeedPositions, Node};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::membership::Membership;
use super::{Intake, IntakeError, Origin, Read};
use crate::feed::native;

/// The maximum number of records in a batch.
const BATCH: usize = 500;
/// The maximum size of a batch, which one more record may exceed.
const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024;
const WAIT: Duration = Duration::from_millis(50);
const POLL_INTERVAL: Duration = Duration::from_millis(500);
const CALL: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_secs(1);
/// The maximum length of a record of the feed, in bytes.
const MAX_LENGTH: usize = 1024 * 1024;
/// The name of this part in `/ready`.
const PART: &str = "orders.feed";

/// One record of the feed.
struct Reported {
    partition: i32,
    offset: i64,
    headers: Vec<Header>,
    value: Bytes,
}

struct Feed {
    intake: Intake,
    group: String,
    consumer: BaseConsumer<Membership>,
    stall_detector: StallDetector,
    positions: FeedPositions,
    node: Node,
    handle: Handle,
    committed_read_at: Option<Instant>,
}

/// Creates a consumer that joins the feed's group.
fn member(node: &Node, group: &str, topic: &str) -> KafkaResult<BaseConsumer<Membership>> {
    let consumer: BaseConsumer<Membership> =
        node.connection.member(group).create_with_context(Membership::default())?;
    consumer.subscribe(&[topic])?;
    Ok(consumer)
}

/// Starts the loop on its own thread. The returned positions show its progress.
pub fn start(node: &Node, intake: Intake) -> anyhow::Result<FeedPositions> {
    let topic = node.topics.marketplace();
    let group = node.topics.named("recourse.order-intake.feed");
    let consumer = member(node, &group, &topic)?;
    node.health.expect(PART);
    let positions = FeedPositions::new(&topic);
    let mut feed = Feed {
        intake,
        consumer,
        stall_detector: StallDetector::new(node.connection.reader()),
        group,
        positions: positions.clone(),
        node: node.clone(),
        handle: Handle::current(),
        committed_read_at: None,
    };
    let guard = Guard::new(&node.health, PART, &node.shutdown);
    std::thread::Builder::new().name("orders-feed".to_owned()).spawn(move || {
        let _guard = guard;
        feed.run();
    })?;
    Ok(positions)
}

impl Feed {
    fn run(&mut self) {
        let shutdown: CancellationToken = self.node.shutdown.clone();
        while !shutdown.is_cancelled() {
            let batch = match self.gather() {
                Ok(batch) => batch,
                Err(error) => {
                    tracing::warn!(%error, "cannot read the marketplace's feed");
                    self.ready(false);
                    std::thread::sleep(PAUSE);
                    continue;
                }
            };
            if batch.is_empty() {
                self.look_up_committed();
                self.check_for_stall();
                continue;
            }
            while let Err(error) = self.take(&batch) {
                tracing::warn!(%error, "cannot send the marketplace's facts; trying again");
                self.ready(false);
                if shutdown.is_cancelled() {
                    return;
                }
                // If this lasts, the group assigns the partitions to another member, which sends
                // the same commands.
                std::thread::sleep(PAUSE);
            }
            self.ready(true);
            self.commit(&batch);
        }
    }

    /// Collects the records that have arrived, up to one batch.
    fn gather(&self) -> Result<Vec<Reported>, KafkaError> {
        let mut batch = Vec::new();
        let mut wait = WAIT;
        let mut bytes = 0;
        while batch.len() < BATCH && bytes < MAX_BATCH_BYTES {
            match self.consumer.poll(wait) {
                Some(Ok(message)) => {
                    bytes += message.payload_len();
                    batch.push(reported(&message));
                }
                // While no broker responds these errors repeat many times, and a pause for each
                // would last minutes beyond the recovery.
                Some(Err(KafkaError::MessageConsumption(
                    RDKafkaErrorCode::AllBrokersDown | RDKafkaErrorCode::BrokerTransportFailure,
                ))) => {}
                // Records read before the error are not read again, so the batch must not be
                // dropped.
                Some(Err(error)) if batch.is_empty() => return Err(error),
                Some(Err(_)) | None => break,
            }
            wait = Duration::ZERO;
        }
        Ok(batch)
    }

    /// Prepares the facts of a batch concurrently, but sends them in the order in which they were
    /// reported.
    fn take(&self, batch: &[Reported]) -> Result<(), IntakeError> {
        let read = batch.iter().map(|reported| self.read(reported)).collect();
        self.handle.block_on(async {
            let prepared = self.intake.prepare(read).await?;
            self.intake.send(&prepared).await.map(|_| ())
        })
    }

    fn read(&self, reported: &Reported) -> Read {
        let Reported { partition, offset, headers, value } = reported;
        let fact = if value.len() > MAX_LENGTH {
            Err(crate::feed::Unusable::TooLong { limit: MAX_LENGTH })
        } else {
            native::translate(headers, value, self.intake.identities())
        };
        let text = |name: &str| header(headers, name).map(str::to_owned);
        let origin = Origin {
            source: "/recourse/orders/feed",
            position: format!("{}/{partition}/{offset}", self.positions.topic),
            type_name: text("ce_type").filter(|name| name.len() <= 256).unwrap_or_default(),
            marketplace: text("ce_source").filter(|name| recourse_kernel::is_marketplace(name)),
            traceparent: text("traceparent").filter(|text| telemetry::is_traceparent(text)),
            headers: headers.clone(),
            kept_under: None,
        };
        Read { fact, raw: value.clone(), origin: Arc::new(origin) }
    }

    fn commit(&mut self, batch: &[Reported]) {
        let mut next = BTreeMap::new();
        for reported in batch {
            next.insert(reported.partition, reported.offset + 1);
        }
        let mut offsets = TopicPartitionList::new();
        for (&partition, &offset) in &next {
            let added = offsets.add_partition_offset(
                &self.positions.topic,
                partition,
                Offset::Offset(offset),
            );
            if let Err(error) = added {
                tracing::warn!(%error, "cannot add an offset of the feed to the commit");
            }
        }
        // If the partitions were lost to another member, it reads them again and sends the same
        // commands.
        if let Err(error) = self.consumer.commit(&offsets, CommitMode::Sync) {
            tracing::warn!(%error, "the feed's offsets were not committed");
        }
        for (partition, offset) in next {
            self.positions.advance(partition, offset);
            self.consumer.context().known(partition);
        }
    }

    /// Replaces a consumer that has stopped fetching.
    fn check_for_stall(&mut self) {
        let (consumer, positions) = (&self.consumer, &self.positions);
        let lost = self.stall_detector.lost(|| {
            let topic = &positions.topic;
            let Ok(assigned) = consumer.assignment() else { return Vec::new() };
            let assigned = assigned.elements_for_topic(topic);
            let partitions = assigned.iter().map(TopicPartitionListElem::partition);
            partitions
                .filter(|partition| consumer.context().is_known(*partition))
                .map(|partition| (topic.clone(), partition, positions.reached(partition)))
                .collect()
        });
        let Some(lost) = lost else { return };
        tracing::warn!(lost, "the feed's consumer stopped fetching and is replaced");
        match member(&self.node, &self.group, &self.positions.topic) {
            Ok(consumer) => part_with(std::mem::replace(&mut self.consumer, consumer)),
            Err(error) => tracing::warn!(%error, "cannot create a new consumer for the feed"),
        }
    }

    /// After a start no record may arrive for a long time; the committed offsets show the progress.
    fn look_up_committed(&mut self) {
        if self.committed_read_at.is_some_and(|at| at.elapsed() < POLL_INTERVAL) {
            return;
        }
        self.committed_read_at = Some(Instant::now());
        let group = Arc::clone(self.consumer.context());
        // Also ready with nothing to read: there may be more processes than partitions.
        self.ready(group.is_settled());
        let Ok(assigned) = self.consumer.assignment() else { return };
        let mut unknown = TopicPartitionList::new();
        for element in assigned.elements() {
            if !group.is_known(element.partition()) {
                unknown.add_partition(element.topic(), element.partition());
            }
        }
        if unknown.count() == 0 {
            return;
        }
        let Ok(committed) = self.consumer.committed_offsets(unknown, CALL) else { return };
        for element in committed.elements() {
            if let Offset::Offset(offset) = element.offset()
                && offset > self.positions.reached(element.partition())
            {
                self.positions.advance(element.partition(), offset);
            }
            group.known(element.partition());
        }
    }

    fn ready(&self, ready: bool) {
        self.node.health.set(PART, Check::new(ready));
    }
}

fn reported(message: &BorrowedMessage<'_>) -> Reported {
    let headers = message.headers().map(|headers| {
        let owned = headers.iter().map(|header| {
            (header.key.to_owned(), header.value.map(<[u8]>::to_vec).unwrap_or_default())
        });
        owned.collect()
    });
    Reported {
        partition: message.partition(),
        offset: message.offset(),
        headers: headers.unwrap_or_default(),
        value: message.payload().map(Bytes::copy_from_slice).unwrap_or_default(),
    }
}
