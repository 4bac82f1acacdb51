//! What shops and the gateway hear from Kafka: plain consumer groups over committed records.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use rdkafka::Message as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::Headers as _;
use recourse_kernel::OrderKey;
use recourse_runtime::kafka::Connection;
use recourse_runtime::topics::Topics;
use serde_json::Value;

const WAIT: Duration = Duration::from_millis(5);
/// Nothing more comes after this long at the end of every partition.
const QUIET: Duration = Duration::from_millis(300);
const CALL: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(120);

/// An event that was heard.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) key: OrderKey,
    /// Its type: `recourse.job.opened.v1`.
    pub(super) kind: String,
    pub(super) body: Value,
}

/// One consumer group over one topic.
pub(super) struct Inbox {
    consumer: BaseConsumer,
    topic: String,
    partitions: i32,
    /// The next offset of each partition.
    next: HashMap<i32, i64>,
    /// The partitions whose end was reached.
    at_end: HashSet<i32>,
}

impl Inbox {
    /// `context` is whose events are heard; the group's name is the listener's.
    pub(super) fn open(
        connection: &Connection,
        topics: &Topics,
        context: &str,
        listener: &str,
        partitions: i32,
    ) -> anyhow::Result<Self> {
        let consumer: BaseConsumer = connection
            .client()
            .set("group.id", topics.named(listener))
            .set("isolation.level", "read_committed")
            .set("auto.offset.reset", "earliest")
            .set("enable.auto.commit", "true")
            .set("enable.partition.eof", "true")
            .set("fetch.wait.max.ms", "10")
            .create()?;
        let topic = topics.events(context);
        consumer.subscribe(&[&topic])?;
        Ok(Self { consumer, topic, partitions, next: HashMap::new(), at_end: HashSet::new() })
    }

    /// Everything that is on the topic now, in the order of its partitions. Who plays waits for it, so that
    /// what is heard does not depend on the machine's speed.
    pub(super) fn listen(&mut self) -> anyhow::Result<Vec<Heard>> {
        let mut ends = Vec::new();
        for partition in 0..self.partitions {
            ends.push(self.consumer.fetch_watermarks(&self.topic, partition, CALL)?.1);
        }
        let mut all = Vec::new();
        let (began, mut last) = (Instant::now(), Instant::now());
        while !self.has_reached(&ends) {
            match self.consumer.poll(WAIT) {
                None if last.elapsed() > QUIET && self.at_end.len() == ends.len() => break,
                None => {}
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    self.at_end.insert(partition);
                }
                Some(message) => {
                    let message = message?;
                    last = Instant::now();
                    let (partition, offset) = (message.partition(), message.offset());
                    self.at_end.remove(&partition);
                    self.next.insert(partition, offset + 1);
                    all.extend(heard(&message).map(|heard| (partition, offset, heard)));
                }
            }
            anyhow::ensure!(began.elapsed() < LONGEST, "{} gives nothing more", self.topic);
        }
        all.sort_by_key(|(partition, offset, _)| (*partition, *offset));
        Ok(all.into_iter().map(|(_, _, heard)| heard).collect())
    }

    /// Whether the last record of every partition was heard. Behind it stands the mark of its transaction,
    /// which nobody hears.
    fn has_reached(&self, ends: &[i64]) -> bool {
        let next = |partition| self.next.get(&partition).copied().unwrap_or(0);
        ends.iter().zip(0..).all(|(end, partition)| next(partition) >= end - 1)
    }
}

fn heard(message: &rdkafka::message::BorrowedMessage<'_>) -> Option<Heard> {
    let key = std::str::from_utf8(message.key()?).ok()?.parse().ok()?;
    let headers = message.headers()?;
    let kind = headers.iter().find(|header| header.key == "ce_type")?.value?;
    let kind = std::str::from_utf8(kind).ok()?.to_owned();
    let body = serde_json::from_slice(message.payload()?).ok()?;
    Some(Heard { key, kind, body })
}
