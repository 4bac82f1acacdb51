//! The first record of a topic, by which a recreated topic is noticed.
//!
//! Many processes may set the topics up at the same moment. Kafka lets one of them make a topic, and that one
//! writes its genesis record; the others wait for it. Should the maker have died in between, they write it
//! themselves: then there may be two, and every reader takes the first. It is written outside of a
//! transaction, because a commit marker takes an offset, and a commands topic is read to its end by offsets.

use std::time::{Duration, Instant};

use rdkafka::error::KafkaResult;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use super::{GENESIS_HEADER, TIMEOUT, watermarks};

/// How long the maker of a topic may take to write its first record.
const MAKER_TAKES: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

/// Sees to it that each of these topics has a first record. `made` are those that this process has made.
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
                tracing::warn!(topic, "whoever made the topic has not written its first record");
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
    #[expect(clippy::disallowed_methods, reason = "a log's id is the one that is drawn")]
    let id = uuid::Uuid::new_v4().to_string();
    let headers = OwnedHeaders::new().insert(Header { key: GENESIS_HEADER, value: Some(&id) });
    let record = BaseRecord::<str, [u8]>::to(topic).partition(0).key("").headers(headers);
    producer.send(record).map_err(|(error, _)| error)
}
