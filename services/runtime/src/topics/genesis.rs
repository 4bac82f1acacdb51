//! The first record of a topic, which reveals a recreated topic.
//!
//! Many processes may set up the topics at the same time. Kafka lets one of them create a topic,
//! and that one writes the genesis record while the others wait for it. If the creator dies in
//! between, they write it themselves; then there may be two, and every reader uses the first. It is
//! written outside a transaction, because a commit marker occupies an offset, and a commands topic
//! is read to its end by offsets.

use std::time::{Duration, Instant};

use rdkafka::error::KafkaResult;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use super::{GENESIS_HEADER, TIMEOUT, watermarks};

/// How long the creator of a topic may take to write its first record.
const MAKER_TAKES: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

/// Ensures that each of these topics has a first record. `made` are those that this process
/// created.
pub(super) fn ensure(
    producer: &BaseProducer,
    topics: &[&String],
    made: &[String],
) -> KafkaResult<()> {
    let (ours, others): (Vec<&String>, Vec<&String>) =
        topics.iter().copied().partition(|topic| made.contains(topic));
    for topic in ours {
        write(producer, topic)?;
    }
    producer.flush(TIMEOUT)?;
    let deadline = Instant::now() + MAKER_TAKES;
    for topic in others {
        while is_empty(producer, topic)? {
            if Instant::now() > deadline {
                tracing::warn!(
                    topic,
                    "the topic's creator has not written the genesis record; writing it here"
                );
                write(producer, topic)?;
                break;
            }
            std::thread::sleep(PAUSE);
        }
    }
    producer.flush(TIMEOUT)
}

fn is_empty(producer: &BaseProducer, topic: &str) -> KafkaResult<bool> {
    Ok(watermarks(producer.client(), topic, 0)?.1 == 0)
}

fn write(producer: &BaseProducer, topic: &str) -> KafkaResult<()> {
    #[expect(clippy::disallowed_methods, reason = "a log id is random by design")]
    let id = uuid::Uuid::new_v4().to_string();
    let headers = OwnedHeaders::new().insert(Header { key: GENESIS_HEADER, value: Some(&id) });
    let record = BaseRecord::<str, [u8]>::to(topic).partition(0).key("").headers(headers);
    producer.send(record).map_err(|(error, _)| error)
}
