//! What readers get of a partition.

use recourse_runtime::safeguards::Safeguard;
use recourse_runtime::writer::log::{Incoming, Source};

use super::{Entry, Stored, Topic, World, Written, incoming};

impl World {
    /// The high watermark.
    pub(crate) fn end(&self, topic: Topic, partition: i32) -> i64 {
        offset_of(self.partition(topic, partition).len())
    }

    /// The last stable offset: the first record of an open transaction, or the end.
    pub(crate) fn stable(&self, topic: Topic, partition: i32) -> i64 {
        let entries = self.partition(topic, partition);
        if self.transactions.is_empty() {
            return offset_of(entries.len());
        }
        let is_open = |entry: &Entry| matches!(entry.call_outcome, Written::Open(_));
        offset_of(entries.iter().position(is_open).unwrap_or(entries.len()))
    }

    /// The records that a `read_committed` reader gets within these offsets.
    pub(crate) fn read(
        &self,
        topic: Topic,
        partition: i32,
        from: i64,
        to: i64,
    ) -> impl Iterator<Item = (i64, &Stored)> {
        self.read_as(true, topic, partition, from, to)
    }

    /// The records of an input from an offset, and how far they were read. That aborted ones are
    /// left out is up to Kafka and its client, so this is where the safeguard is disabled.
    pub(crate) fn read_input(
        &self,
        topic: Topic,
        partition: i32,
        from: i64,
    ) -> (i64, impl Iterator<Item = (i64, &Stored)>) {
        let committed = !self.is_without(Safeguard::ReadCommitted);
        let to = if committed { self.stable(topic, partition) } else { self.end(topic, partition) };
        (to, self.read_as(committed, topic, partition, from, to))
    }

    fn read_as(
        &self,
        committed: bool,
        topic: Topic,
        partition: i32,
        from: i64,
        to: i64,
    ) -> impl Iterator<Item = (i64, &Stored)> {
        let entries = (from..).zip(
            self.partition(topic, partition).iter().skip(usize::try_from(from).unwrap_or_default()),
        );
        entries.take_while(move |(offset, _)| *offset < to).filter_map(move |(offset, entry)| {
            let record = entry.record.as_ref()?;
            let is_read = !committed || entry.call_outcome == Written::Committed;
            is_read.then_some((offset, record))
        })
    }

    /// All records that a `read_committed` reader gets from a topic.
    pub(crate) fn read_all(&self, topic: Topic) -> Vec<Incoming> {
        (0..self.partitions).flat_map(|partition| self.read_from(topic, partition, 0)).collect()
    }

    /// The same for one partition, from an offset.
    pub(crate) fn read_from(&self, topic: Topic, partition: i32, offset: i64) -> Vec<Incoming> {
        self.read(topic, partition, offset, self.stable(topic, partition))
            .map(|(offset, record)| incoming(Source::Commands, partition, offset, record))
            .collect()
    }
}

fn offset_of(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}
