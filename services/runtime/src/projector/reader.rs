//! The consumer: reads committed records of the sources, and tracks its positions.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, Offset, TopicPartitionList};

use super::gathered::Gathered;
use super::table::Decoders;
use super::taken::{Source, TopicPartition};
use crate::failpoint::failpoint;
use crate::kafka::ends::Ends;
use crate::kafka::partition_reader::read;
use crate::kafka::{SESSION_TIMEOUT, SESSION_TIMEOUT_MS, headers};

const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A batch stops after this many bytes, so it exceeds them by one record at most.
const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024;

pub(crate) struct Reader {
    consumer: BaseConsumer<Rebalances>,
    sources: Vec<Source>,
}

/// The last assignment by the group; taken by the projector's loop.
///
/// The callback assigns nothing, and the loop assigns the partitions once it has read the start
/// offsets: they are in PostgreSQL, and nothing slow belongs in the callback.
#[derive(Default)]
struct Rebalances(Mutex<Option<Vec<(String, i32)>>>);

impl ClientContext for Rebalances {}

impl ConsumerContext for Rebalances {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        event: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        failpoint!("projector.rebalance");
        let given = event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        let answered =
            if given { consumer.assign(&TopicPartitionList::new()) } else { consumer.unassign() };
        if let Err(error) = answered {
            tracing::error!(%error, "the consumer could not acknowledge a rebalance");
        }
        let now = if given {
            let elements = partitions.elements();
            elements.iter().map(|one| (one.topic().to_owned(), one.partition())).collect()
        } else {
            Vec::new()
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
}

impl Reader {
    /// A consumer that reads nothing yet. `group` is required even if it never joins the group.
    pub(crate) fn new(client: &ClientConfig, group: &str, sources: &[Source]) -> KafkaResult<Self> {
        let mut client = client.clone();
        if client.get(SESSION_TIMEOUT).is_none() {
            client.set(SESSION_TIMEOUT, SESSION_TIMEOUT_MS.to_string());
        }
        let consumer = client
            .set("group.id", group)
            .set("group.protocol", "classic")
            .set("partition.assignment.strategy", "range")
            .set("heartbeat.interval.ms", "500")
            .set("isolation.level", "read_committed")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("enable.partition.eof", "true")
            .set("check.crcs", "true")
            .set("fetch.queue.backoff.ms", "10")
            .set("queued.max.messages.kbytes", "16384")
            .create_with_context(Rebalances::default())?;
        Ok(Self { consumer, sources: sources.to_vec() })
    }

    /// Joins the group, which divides the partitions of all sources among its members.
    pub(crate) fn subscribe(&self) -> KafkaResult<()> {
        let topics: Vec<_> = self.sources.iter().map(|source| source.topic.as_str()).collect();
        self.consumer.subscribe(&topics)
    }

    /// The partitions assigned by the group, if they changed since the last call.
    pub(crate) fn rebalanced(&self) -> Option<Vec<TopicPartition>> {
        let given =
            self.consumer.context().0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(
            given
                .into_iter()
                .filter_map(|(topic, partition)| Some((self.source(&topic)?, partition)))
                .collect(),
        )
    }

    /// As Kafka reports them, whether or not the group assigned them to this member.
    pub(crate) fn all_partitions(&self) -> KafkaResult<Vec<TopicPartition>> {
        let mut found = Vec::new();
        for (source, Source { topic, .. }) in self.sources.iter().enumerate() {
            let metadata = self.consumer.fetch_metadata(Some(topic), ANSWER_WITHIN)?;
            for topic in metadata.topics() {
                found.extend(topic.partitions().iter().map(|partition| (source, partition.id())));
            }
        }
        Ok(found)
    }

    /// Reads these partitions from these offsets, and no others.
    pub(crate) fn read_from(
        &self,
        positions: impl IntoIterator<Item = (TopicPartition, i64)>,
    ) -> KafkaResult<()> {
        let mut list = TopicPartitionList::new();
        for ((source, partition), offset) in positions {
            let Some(source) = self.sources.get(source) else { continue };
            list.add_partition_offset(&source.topic, partition, Offset::Offset(offset))?;
        }
        self.consumer.assign(&list)
    }

    pub(crate) fn pause(&self, (source, partition): TopicPartition) -> KafkaResult<()> {
        let mut list = TopicPartitionList::new();
        if let Some(source) = self.sources.get(source) {
            list.add_partition(&source.topic, partition);
        }
        self.consumer.pause(&list)
    }

    /// Waits up to `wait` for a record, then returns everything available, up to `most` records.
    pub(crate) fn gather(
        &self,
        decoders: &Decoders,
        most: usize,
        wait: Duration,
    ) -> KafkaResult<Gathered> {
        let deadline = Instant::now() + wait;
        let mut gathered = Gathered::default();
        while gathered.records.len() < most && gathered.bytes < MAX_BATCH_BYTES {
            let patience = if gathered.records.is_empty() {
                deadline.saturating_duration_since(Instant::now())
            } else {
                Duration::ZERO
            };
            match self.consumer.poll(patience) {
                None => break,
                Some(Ok(message)) => self.take(decoders, &message, &mut gathered),
                // Other partitions may have more: continue until nothing is available.
                Some(Err(KafkaError::PartitionEOF(_))) => {}
                Some(Err(error)) if stops(&error) => return Err(error),
                Some(Err(error)) => tracing::debug!(%error, "the consumer retries by itself"),
            }
        }
        Ok(gathered)
    }

    fn take(&self, decoders: &Decoders, message: &BorrowedMessage<'_>, gathered: &mut Gathered) {
        let Some(source) = self.source(message.topic()) else { return };
        let Some(Source { context, .. }) = self.sources.get(source) else { return };
        let (topic_partition, offset) = ((source, message.partition()), message.offset());
        let (key, body) =
            (message.key().unwrap_or_default(), message.payload().unwrap_or_default());
        gathered.take((topic_partition, offset), (context, decoders), key, &headers(message), body);
    }

    /// The next offset of each partition from which anything was read, past any commit markers.
    pub(crate) fn positions(&self) -> KafkaResult<HashMap<TopicPartition, i64>> {
        let list = self.consumer.position()?;
        let known = list.elements();
        Ok(known
            .iter()
            .filter_map(|one| match one.offset() {
                Offset::Offset(offset) => {
                    Some(((self.source(one.topic())?, one.partition()), offset))
                }
                _ => None,
            })
            .collect())
    }

    fn source(&self, topic: &str) -> Option<usize> {
        self.sources.iter().position(|source| source.topic == topic)
    }
}

/// Whether reading cannot continue: the position is before the log's start, or after its end.
fn stops(error: &KafkaError) -> bool {
    matches!(
        error,
        KafkaError::MessageConsumptionFatal(_)
            | KafkaError::MessageConsumption(
                RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange
            )
    )
}

/// Reads topics' ends and log ids, including open transactions. The reader itself cannot: the
/// watermark of a `read_committed` client stops at an open transaction.
pub(crate) struct Surveyor {
    client: ClientConfig,
    ends: Ends,
}

impl Surveyor {
    pub(crate) fn new(client: &ClientConfig, group: &str) -> Self {
        let mut client = client.clone();
        client
            .set("group.id", group)
            .set("isolation.level", "read_uncommitted")
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "error");
        Self { ends: Ends::new(client.clone()), client }
    }

    /// The offset after the partition's last record.
    pub(crate) fn end(&self, topic: &str, partition: i32) -> KafkaResult<i64> {
        Ok(self.ends.of(topic, partition)?.1)
    }

    /// The log's id, from its genesis record; empty if it has none.
    pub(crate) fn log_id(&self, topic: &str) -> KafkaResult<String> {
        let (first, end) = self.ends.of(topic, 0)?;
        if first >= end {
            return Ok(String::new());
        }
        let reader = read(&self.client, topic, 0, Offset::Offset(first))?;
        let deadline = Instant::now() + ANSWER_WITHIN;
        loop {
            match reader.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    let headers = headers(&message);
                    let id = crate::topics::log_id(&headers);
                    return Ok(id.unwrap_or_default().to_owned());
                }
                Some(Err(error)) if stops(&error) => return Err(error),
                _ if Instant::now() > deadline => {
                    return Err(KafkaError::MessageConsumption(RDKafkaErrorCode::RequestTimedOut));
                }
                _ => {}
            }
        }
    }
}
