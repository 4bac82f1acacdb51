//! What is read of the log: decoded records, and those that cannot be projected.

use recourse_kernel::Record;

use super::table::Decoded;

/// A topic that feeds the read model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The context whose events it contains, such as `claims`.
    pub context: String,
    /// The topic's full name.
    pub topic: String,
}

/// A partition of a source: the source's index in the list, and the partition number.
pub type TopicPartition = (usize, i32);

/// A decoded record of the log.
pub(crate) struct Taken {
    pub(crate) topic_partition: TopicPartition,
    pub(crate) offset: i64,
    pub(crate) record: Record,
    pub(crate) decoded: Decoded,
}

/// A record that cannot be projected.
#[derive(Debug, Clone)]
pub(crate) struct Unreadable {
    pub(crate) topic_partition: TopicPartition,
    pub(crate) offset: i64,
    /// The stream of its key; empty if the key is unreadable.
    pub(crate) stream: String,
    pub(crate) why: String,
}

impl Taken {
    /// The record, with the reason why it cannot be projected.
    pub(crate) fn set_aside(&self, why: String) -> Unreadable {
        let stream = self.record.stream.clone();
        Unreadable { topic_partition: self.topic_partition, offset: self.offset, stream, why }
    }
}
