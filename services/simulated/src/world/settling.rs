//! Open transactions end: because a reader waits for them, or by themselves.

use std::collections::BTreeSet;

use super::transactions::Transaction;
use super::{Topic, World, Written};

impl World {
    /// Waits until a transaction has ended: its request arrives, or it times out.
    fn wait_for(&mut self, number: u64) {
        let Some(open) = self.transactions.get(&number) else { return };
        if open.ending.is_none() {
            if open.late {
                self.decide(number, true);
            } else {
                self.time_out(number);
            }
        }
        self.finish(number);
    }

    /// The coordinator aborts a transaction and fences its producer.
    fn time_out(&mut self, number: u64) {
        let Some(open) = self.transactions.get(&number) else { return };
        *self.names.entry(open.name.clone()).or_default() += 1;
        self.decide(number, false);
    }

    /// Waits until no transaction is open in a partition before an offset.
    pub(crate) fn settle(&mut self, topic: Topic, partition: i32, before: i64) {
        let before = usize::try_from(before).unwrap_or_default();
        let entries = self.partition(topic, partition).iter().take(before);
        let open: BTreeSet<u64> = entries
            .filter_map(|entry| match entry.call_outcome {
                Written::Open(number) => Some(number),
                Written::Committed | Written::Aborted => None,
            })
            .collect();
        for number in open {
            self.wait_for(number);
        }
    }

    /// Waits until no offsets of a partition are pending.
    pub(crate) fn settle_offsets(&mut self, partition: i32) {
        let pending = |open: &Transaction| open.offsets.iter().any(|(_, at, _)| *at == partition);
        for number in self.numbers_of(pending) {
            self.wait_for(number);
        }
    }

    /// Writes one marker of the oldest ended transaction.
    pub(crate) fn marker_comes(&mut self) -> bool {
        let ended = self.numbers_of(|open| open.ending.is_some());
        ended.first().is_some_and(|number| {
            self.write_marker(*number);
            true
        })
    }

    /// Delivers the oldest delayed request to commit.
    pub(crate) fn request_arrives(&mut self) -> bool {
        let late = self.numbers_of(|open| open.late && open.ending.is_none());
        late.first().is_some_and(|number| {
            self.decide(*number, true);
            true
        })
    }

    /// Times out the oldest open transaction.
    pub(crate) fn time_passes(&mut self) -> bool {
        let open = self.numbers_of(|open| open.ending.is_none() && !open.late);
        open.first().is_some_and(|number| {
            self.time_out(*number);
            true
        })
    }

    /// Ends everything that is open or pending.
    pub(crate) fn end_all(&mut self) {
        for number in self.numbers_of(|_| true) {
            self.wait_for(number);
        }
    }
}
