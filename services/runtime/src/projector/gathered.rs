//! The records of one round of reading, decoded where possible.

use recourse_kernel::Record;
use recourse_kernel::record::Header;

use super::table::{Decoded, Decoders};
use super::taken::{Taken, TopicPartition, Unreadable};
use crate::topics::{is_genesis, readable_key};

/// What one call of [`Feed::gather`](super::Feed::gather) returns: decoded records, and those that
/// cannot be projected.
#[derive(Default)]
pub struct Gathered {
    pub(crate) records: Vec<Taken>,
    pub(crate) unreadable: Vec<Unreadable>,
    /// Total length of the bodies.
    pub(crate) bytes: usize,
}

impl Gathered {
    /// How many records are decoded; those that cannot be projected do not count.
    pub fn readable(&self) -> usize {
        self.records.len()
    }

    /// Adds one record of a context's log, decoded if possible. The first record of a topic is
    /// ignored.
    pub fn take(
        &mut self,
        (topic_partition, offset): (TopicPartition, i64),
        (context, decoders): (&str, &Decoders),
        key: &[u8],
        headers: &[Header],
        body: &[u8],
    ) {
        if is_genesis(headers) {
            return;
        }
        self.bytes += body.len();
        let stream = readable_key(key).map(|key| format!("{context}/{key}")).unwrap_or_default();
        match read(decoders, &stream, key, headers, body) {
            Ok((record, decoded)) => {
                self.records.push(Taken { topic_partition, offset, record, decoded });
            }
            Err(why) => self.unreadable.push(Unreadable { topic_partition, offset, stream, why }),
        }
    }
}

/// Decodes a record and checks that it belongs to the stream of its key.
fn read(
    decoders: &Decoders,
    stream: &str,
    key: &[u8],
    headers: &[Header],
    body: &[u8],
) -> Result<(Record, Decoded), String> {
    if stream.is_empty() {
        return Err("the record has no readable key".to_owned());
    }
    let record = Record::read(key, headers, body).map_err(|error| error.to_string())?;
    if record.stream != stream {
        return Err(format!("its stream is {}, but its key belongs to {stream}", record.stream));
    }
    let decoded = decoders.decode(&record).map_err(|error| error.to_string())?;
    Ok((record, decoded))
}
