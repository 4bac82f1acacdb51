//! A partition that this writer owns: its states, how far it was read and written, and what waits.

use std::collections::HashMap;
use std::time::Duration;

use recourse_kernel::{Decider, Folded, Instant};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cache::Cache;
use super::following::Following;
use super::log::{Incoming, Source};
use super::stalls::Stalls;
use super::status::PartitionStatus;
use super::wakes::Wakes;
use crate::store::{Flush, PartitionPosition};

pub(super) struct Owned<S> {
    pub(super) cache: Cache<S>,
    /// One past the last event of the partition.
    pub(super) next_event: i64,
    /// The hash of the last event of the partition.
    pub(super) head: String,
    /// Offset ranges of the service's own topic between the events written here that were not read
    /// yet.
    pub(super) between: Vec<(i64, i64)>,
    pub(super) committed: HashMap<Source, i64>,
    /// Inputs that wait until what they refer to has been read, by source.
    pub(super) stalls: Stalls,
    pub(super) wakes: Wakes,
    /// Events that the restore found under no key of this partition, to be dead-lettered.
    pub(super) strays: Vec<(Incoming, String)>,
    /// How far each foreign stream was read since the partition was taken over.
    pub(super) following: Following,
}

impl<S: Default + Clone + Serialize + DeserializeOwned> Owned<S> {
    pub(super) fn new(partition: i32, stored: PartitionPosition, now: Duration) -> Self {
        Self {
            next_event: stored.offset,
            head: stored.head.clone(),
            between: Vec::new(),
            cache: Cache::new(partition, stored, now),
            committed: HashMap::new(),
            stalls: Stalls::default(),
            wakes: Wakes::default(),
            strays: Vec::new(),
            following: Following::default(),
        }
    }

    /// Takes a new state of a purchase.
    pub(super) fn promote<D: Decider<State = S>>(&mut self, key: String, fold: Folded<S>) {
        self.wakes.set(&key, fold.wake_at::<D>());
        self.cache.change(key, fold);
    }

    /// Notes an event that was committed at this offset; `is_first` of its transaction here.
    pub(super) fn wrote(&mut self, offset: i64, head: &str, is_first: bool) {
        // The last transaction's marker precedes the first record; any other gap holds foreign or
        // aborted records.
        let marker = i64::from(is_first);
        if offset > self.next_event + marker {
            self.between.push((self.next_event, offset));
        }
        self.next_event = offset + 1;
        head.clone_into(&mut self.head);
    }

    /// The changed states to store, if they can be stored now.
    pub(super) fn flush<D: Decider<State = S>>(&mut self, now: Duration) -> Option<Flush> {
        // Ranges in between must be read before a position after them is stored.
        if !self.between.is_empty() {
            return None;
        }
        self.cache.flush::<D>(self.next_event, &self.head, now)
    }

    /// After a rewind: inputs are read again, so nothing waits any more.
    pub(super) fn rewound(&mut self) {
        self.stalls.clear();
        self.wakes.drop_gate();
        self.committed.clear();
    }

    pub(super) fn status(&self, now: Instant, reached: Vec<i64>) -> PartitionStatus {
        PartitionStatus {
            next_event: self.next_event,
            reached,
            waiting: !self.stalls.is_empty()
                || self.wakes.horizon() <= now
                || self.wakes.is_due(now),
            unflushed: self.cache.unflushed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Bank, PiggyBank};
    use super::*;

    /// A partition whose events are folded up to offset 10.
    fn owned() -> Owned<Bank> {
        let stored = PartitionPosition { offset: 10, ..PartitionPosition::default() };
        Owned::new(0, stored, Duration::ZERO)
    }

    #[test]
    fn a_marker_before_the_first_event_of_a_transaction_is_no_gap() {
        let mut owned = owned();
        owned.wrote(11, "a", true);
        owned.wrote(12, "b", false);
        assert_eq!((owned.next_event, owned.head.as_str()), (13, "b"));
        assert!(owned.between.is_empty());
        owned.wrote(14, "c", true);
        assert!(owned.between.is_empty());
    }

    #[test]
    fn offsets_that_others_may_have_written_are_read_before_a_flush() {
        let mut owned = owned();
        owned.wrote(12, "a", true);
        owned.wrote(15, "b", false);
        assert_eq!(owned.between, [(10, 12), (13, 15)]);
        owned.promote::<PiggyBank>("anna".to_owned(), Folded::default());
        assert_eq!(owned.flush::<PiggyBank>(Duration::ZERO), None);
        owned.between.clear();
        let flush = owned.flush::<PiggyBank>(Duration::ZERO).expect("one has changed");
        assert_eq!((flush.from.offset, flush.to_offset, flush.to_head.as_str()), (10, 16, "b"));
    }
}
