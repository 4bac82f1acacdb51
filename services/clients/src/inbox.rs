//! How shops and the gateway read Kafka: plain consumer groups over committed records.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use rdkafka::Message as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::Headers as _;
use recourse_kernel::{OrderKey, Record};
use recourse_runtime::kafka::Connection;
use recourse_runtime::topics::Topics;
use serde_json::Value;

const WAIT: Duration = Duration::from_millis(5);
/// Once all partitions are at their end for this long, nothing more is coming.
const QUIET: Duration = Duration::from_millis(300);
const CALL: Duration = Duration::from_secs(60);
const MAX_LENGTH: Duration = Duration::from_secs(120);

/// An event that was read.
#[derive(Debug)]
pub struct Heard {
    pub key: OrderKey,
    /// Its type: `recourse.job.opened.v1`.
    pub kind: String,
    pub body: Value,
}

/// One consumer group on one topic.
pub struct Inbox {
    consumer: BaseConsumer,
    topic: String,
    partitions: i32,
    /// The next offset of each partition.
    next: HashMap<i32, i64>,
    /// The partitions whose end was reached.
    at_end: HashSet<i32>,
}

impl Inbox {
    /// `context` is the service whose events are read; the group is named after the listener.
    pub fn open(
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

    /// All new events that concern an order, partition by partition.
    pub fn listen(&mut self) -> anyhow::Result<Vec<Heard>> {
        Ok(self.records()?.iter().filter_map(heard).collect())
    }

    /// All new events, partition by partition. The player waits for all of them, so that the result
    /// does not depend on the machine's speed.
    pub fn records(&mut self) -> anyhow::Result<Vec<Record>> {
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
                    all.extend(record(&message).map(|record| (partition, offset, record)));
                }
            }
            anyhow::ensure!(
                began.elapsed() < MAX_LENGTH,
                "reading {} makes no progress",
                self.topic
            );
        }
        all.sort_by_key(|(partition, offset, _)| (*partition, *offset));
        Ok(all.into_iter().map(|(_, _, record)| record).collect())
    }

    /// Whether the last record of every partition was read. After it comes only its transaction's
    /// marker, which consumers do not see.
    fn has_reached(&self, ends: &[i64]) -> bool {
        let next = |partition| self.next.get(&partition).copied().unwrap_or(0);
        ends.iter().zip(0..).all(|(end, partition)| next(partition) >= end - 1)
    }
}

fn heard(record: &Record) -> Option<Heard> {
    let body = serde_json::from_slice(&record.body).ok()?;
    Some(Heard { key: record.key.parse().ok()?, kind: record.type_name.clone(), body })
}

/// The record of a message; `None` if no service wrote it as an event.
fn record(message: &rdkafka::message::BorrowedMessage<'_>) -> Option<Record> {
    let headers = message.headers()?.iter().map(|header| {
        (header.key.to_owned(), header.value.map(<[u8]>::to_vec).unwrap_or_default())
    });
    let headers: Vec<_> = headers.collect();
    Record::read(message.key()?, &headers, message.payload()?).ok()
}
