//! Polling that reports the offset where a partition ends.
//!
//! Commit markers occupy offsets, so "the last record's offset plus one" never reaches the end of a
//! topic written in transactions. librdkafka reports the end of a partition with topic, partition
//! and offset, but the safe wrapper keeps only the partition. This module calls librdkafka
//! directly; it is the only place in the project that does.
#![allow(unsafe_code, reason = "see above; each block states why it is sound")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::time::Duration;

use rdkafka::bindings as native;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use recourse_kernel::record::Header;

/// A record, copied out of librdkafka's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The full name, with any prefix, such as `recourse.claims.events.v1`.
    pub topic: String,
    /// Numbered from 0.
    pub partition: i32,
    /// Increases within the partition, with gaps where commit markers are.
    pub offset: i64,
    /// The record key, if any.
    pub key: Option<Vec<u8>>,
    /// The record headers, in order.
    pub headers: Vec<Header>,
    /// The record value; absent in tombstones.
    pub value: Option<Vec<u8>>,
}

/// What [`poll`] found within its wait.
#[derive(Debug, Clone, PartialEq)]
pub enum Polled {
    /// The next record of one of the assigned partitions.
    Record(Fetched),
    /// The end of a partition: everything below `offset` has been returned, markers included.
    End {
        /// The full name, with any prefix.
        topic: String,
        /// Numbered from 0.
        partition: i32,
        /// The next offset to be written.
        offset: i64,
    },
    /// Neither a record nor the end of a partition within the wait; poll again.
    Nothing,
}

/// Polls a manually assigned consumer. Never use it on one that subscribes: rebalances would go
/// unnoticed.
pub fn poll<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    wait: Duration,
) -> Result<Polled, KafkaError> {
    let wait = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
    let client = consumer.client().native_ptr();
    // SAFETY: the client lives as long as `consumer`, which is borrowed for the whole call.
    let message = unsafe {
        // A poll serves the client's log lines as well. Without a logger they go to standard error
        // as they are; the wrapper sets none, because it takes them from the queue as events.
        native::rd_kafka_set_logger(client, Some(logged));
        native::rd_kafka_consumer_poll(client, wait)
    };
    if message.is_null() {
        return Ok(Polled::Nothing);
    }
    let message = Message(message);
    // SAFETY: a non-null message is valid until it is destroyed, which `Message` does when it is
    // dropped.
    let raw = unsafe { &*message.0 };
    match RDKafkaErrorCode::from(raw.err) {
        RDKafkaErrorCode::NoError => Ok(Polled::Record(message.fetched())),
        RDKafkaErrorCode::PartitionEOF => {
            Ok(Polled::End { topic: message.topic(), partition: raw.partition, offset: raw.offset })
        }
        code => Err(KafkaError::MessageConsumption(code)),
    }
}

/// Passes on a log line of librdkafka. Levels are those of syslog.
unsafe extern "C" fn logged(
    _client: *const native::rd_kafka_t,
    level: c_int,
    facility: *const c_char,
    line: *const c_char,
) {
    // SAFETY: librdkafka gives texts that end with a zero and live for the whole call.
    let (facility, line) = unsafe { (text(facility), text(line)) };
    match level {
        ..=3 => tracing::error!(target: "librdkafka", facility, "{line}"),
        4 => tracing::warn!(target: "librdkafka", facility, "{line}"),
        5 | 6 => tracing::info!(target: "librdkafka", facility, "{line}"),
        _ => tracing::debug!(target: "librdkafka", facility, "{line}"),
    }
}

/// Copies a text from librdkafka; empty for a null pointer.
///
/// # Safety
///
/// A pointer that is not null must be to a text that ends with a zero.
unsafe fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: guaranteed by the caller.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

/// A librdkafka message, destroyed when dropped.
struct Message(*mut native::rd_kafka_message_t);

impl Message {
    fn topic(&self) -> String {
        // SAFETY: `rkt` is set for every message of a partition and outlives the message.
        unsafe {
            let topic = (*self.0).rkt;
            if topic.is_null() {
                return String::new();
            }
            CStr::from_ptr(native::rd_kafka_topic_name(topic)).to_string_lossy().into_owned()
        }
    }

    fn fetched(&self) -> Fetched {
        // SAFETY: the message is valid, and librdkafka gives each pointer with its length.
        let (raw, key, value) = unsafe {
            let raw = &*self.0;
            (raw, bytes(raw.key, raw.key_len), bytes(raw.payload, raw.len))
        };
        Fetched {
            topic: self.topic(),
            partition: raw.partition,
            offset: raw.offset,
            key,
            headers: self.headers(),
            value,
        }
    }

    fn headers(&self) -> Vec<Header> {
        let mut headers = Vec::new();
        let mut list = std::ptr::null_mut();
        // SAFETY: on success the list belongs to the message; names and values live as long as the
        // message.
        unsafe {
            if RDKafkaErrorCode::from(native::rd_kafka_message_headers(self.0, &raw mut list))
                != RDKafkaErrorCode::NoError
            {
                return headers;
            }
            let (mut name, mut value, mut size) =
                (std::ptr::null::<c_char>(), std::ptr::null::<c_void>(), 0);
            while RDKafkaErrorCode::from(native::rd_kafka_header_get_all(
                list,
                headers.len(),
                &raw mut name,
                &raw mut value,
                &raw mut size,
            )) == RDKafkaErrorCode::NoError
            {
                let name = CStr::from_ptr(name).to_string_lossy().into_owned();
                headers.push((name, bytes(value, size).unwrap_or_default()));
            }
        }
        headers
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        // SAFETY: the message came from `rd_kafka_consumer_poll` and is destroyed once.
        unsafe { native::rd_kafka_message_destroy(self.0) };
    }
}

/// Copies the bytes at a pointer from librdkafka; `None` for a null pointer.
///
/// # Safety
///
/// A non-null `pointer` must be valid for `length` bytes.
unsafe fn bytes(pointer: *const c_void, length: usize) -> Option<Vec<u8>> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: guaranteed by the caller.
    Some(unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), length) }.to_vec())
}
