//! The first record of a topic, which reveals a recreated topic.
//!
//! Many processes may set up the topics at the same time. Kafka lets one of them create a topic,
//! and that one writes the genesis record while the others wait for it. If the creator dies in
//! between, they write it themselves; then there may be two, and every reader uses the first. It is
//! written outside a transaction, because a commit marker occupies an offset, and a commands topic
//! is read to its end by offsets.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use recourse_kernel::Notice;
use recourse_kernel::record;
use serde::{Deserialize, Serialize};

use super::{
    OLD_GENESIS_HEADER, Origin, TIMEOUT, TOPIC_CREATED, TopicError, is_genesis, watermarks,
};
use crate::kafka::background_drop::BackgroundDrop;
use crate::kafka::errors::is_retriable;
use crate::kafka::headers;
use crate::kafka::{Connection, owned};

/// How long the creator of a topic may take to write its first record.
const CREATOR_TAKES: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

/// The body of `recourse.topic.created.v1`. This is a format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicCreated {
    /// The topic's name, with its prefix.
    pub topic: String,
    /// The log's id: generated once, so that a topic that was deleted and recreated has another.
    pub log_id: String,
    /// How many partitions it was created with.
    pub partitions: i32,
    /// The fingerprint of the secret from which order keys are derived, on topics keyed by
    /// purchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_key_fingerprint: Option<String>,
}

/// A topic that begins with such a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) topic: &'a str,
    pub(super) partitions: i32,
    pub(super) is_keyed_by_purchase: bool,
}

/// Ensures that each of these topics has a first record. `created` are those that this process
/// created.
pub(super) fn ensure(
    connection: &Connection,
    producer: &BaseProducer,
    topics: &[Wanted<'_>],
    created: &[String],
    origin: &Origin,
) -> Result<(), TopicError> {
    let is_ours = |wanted: &&Wanted<'_>| created.iter().any(|topic| topic == wanted.topic);
    let (ours, others): (Vec<_>, Vec<_>) = topics.iter().partition(is_ours);
    for wanted in ours {
        write(producer, wanted, origin)?;
    }
    producer.flush(TIMEOUT)?;
    let deadline = Instant::now() + CREATOR_TAKES;
    for wanted in &others {
        let topic = wanted.topic;
        while is_empty(producer, topic)? {
            if Instant::now() > deadline {
                tracing::warn!(topic, "the creator of the topic has not written its first record");
                write(producer, wanted, origin)?;
                break;
            }
            std::thread::sleep(PAUSE);
        }
    }
    producer.flush(TIMEOUT)?;
    verify(connection, &others, origin)
}

fn is_empty(producer: &BaseProducer, topic: &str) -> KafkaResult<bool> {
    Ok(watermarks(producer.client(), topic, 0)?.1 == 0)
}

fn write(producer: &BaseProducer, wanted: &Wanted<'_>, origin: &Origin) -> KafkaResult<()> {
    #[expect(clippy::disallowed_methods, reason = "a log's id is the one that is drawn")]
    let id = uuid::Uuid::new_v4().to_string();
    let notice = Notice {
        id: &id,
        source: "/recourse/topics",
        type_name: TOPIC_CREATED,
        subject: wanted.topic,
        time: origin.now,
    };
    let body = serde_json::to_vec(&TopicCreated {
        topic: wanted.topic.to_owned(),
        log_id: id.clone(),
        partitions: wanted.partitions,
        order_key_fingerprint: wanted.is_keyed_by_purchase.then(|| origin.order_keys.fingerprint()),
    })
    .unwrap_or_default();
    let record = BaseRecord::<str, [u8]>::to(wanted.topic)
        .partition(0)
        .key(wanted.topic)
        .payload(&body)
        .headers(owned(&notice.headers()));
    producer.send(record).map_err(|(error, _)| error)
}

/// Reads the first records of topics that others created, all at once.
fn verify(
    connection: &Connection,
    topics: &[&Wanted<'_>],
    origin: &Origin,
) -> Result<(), TopicError> {
    if topics.is_empty() {
        return Ok(());
    }
    let reader: BaseConsumer = connection.reader().set("enable.partition.eof", "false").create()?;
    let reader = BackgroundDrop::from(reader);
    let mut missing = BTreeMap::new();
    let mut list = TopicPartitionList::new();
    for wanted in topics {
        let (first, _) = watermarks(reader.client(), wanted.topic, 0)?;
        list.add_partition_offset(wanted.topic, 0, Offset::Offset(first))?;
        missing.insert(wanted.topic, wanted.is_keyed_by_purchase);
    }
    reader.assign(&list)?;
    let deadline = Instant::now() + TIMEOUT;
    while !missing.is_empty() {
        match reader.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => {
                if let Some(is_keyed) = missing.remove(message.topic()) {
                    is_of_this_installation(&message, is_keyed, origin)?;
                    let mut done = TopicPartitionList::new();
                    done.add_partition(message.topic(), 0);
                    reader.pause(&done)?;
                }
            }
            // One broker of several may be down.
            Some(Err(error)) if !is_retriable(&error) => return Err(error.into()),
            _ if Instant::now() > deadline => {
                let timed_out = RDKafkaErrorCode::RequestTimedOut;
                return Err(KafkaError::MessageConsumption(timed_out).into());
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_of_this_installation(
    first: &BorrowedMessage<'_>,
    is_keyed_by_purchase: bool,
    origin: &Origin,
) -> Result<(), TopicError> {
    let (topic, headers) = (first.topic().to_owned(), headers(first));
    if record::header(&headers, OLD_GENESIS_HEADER).is_some() {
        return Err(TopicError::OlderFormat { topic });
    }
    if !is_genesis(&headers) {
        return Err(TopicError::NoGenesis { topic });
    }
    let created = serde_json::from_slice(first.payload().unwrap_or_default());
    let Ok(TopicCreated { order_key_fingerprint, .. }) = created else {
        return Err(TopicError::NoGenesis { topic });
    };
    let ours = origin.order_keys.fingerprint();
    if !is_keyed_by_purchase || order_key_fingerprint.as_ref() == Some(&ours) {
        return Ok(());
    }
    let found = order_key_fingerprint.unwrap_or_else(|| "missing".to_owned());
    Err(TopicError::OtherOrderKeys { topic, found, ours })
}
