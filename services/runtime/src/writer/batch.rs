//! What a step has decided but not yet committed.

use std::collections::BTreeMap;

use recourse_kernel::Folded;

use super::log::{InputId, Outgoing};
use crate::reply::Reply;

/// Staged states and records to write; dropped as a whole when the transaction fails.
pub(super) struct Batch<S> {
    /// The states after the batch, by partition and key.
    pub(super) staged: BTreeMap<(i32, String), Folded<S>>,
    pub(super) outgoing: Vec<Outgoing>,
    pub(super) replies: Vec<Promised>,
    /// The answered inputs, to find the one that makes every transaction fail.
    pub(super) inputs: Vec<InputId>,
    /// The purchases that were woken, by partition and key: a deadline, too, may make every
    /// transaction fail.
    pub(super) woken: Vec<(i32, String)>,
}

/// A reply to send once the transaction is committed.
pub(super) struct Promised {
    pub(super) to: i32,
    pub(super) reply: Reply,
    pub(super) partition: i32,
    /// Index in the batch of the answer's last record; `None` if it was answered earlier.
    pub(super) last: Option<usize>,
}

impl Promised {
    /// Where the answer can be read: at its last event, or at the partition's last if it was
    /// answered earlier.
    pub(super) fn position(
        &self,
        written: &[i64],
        last_event: impl Fn(i32) -> i64,
    ) -> Option<(i32, i64)> {
        match self.last {
            Some(index) => written.get(index).map(|offset| (self.partition, *offset)),
            None => Some((self.partition, last_event(self.partition))),
        }
    }
}

impl<S> Batch<S> {
    pub(super) fn is_empty(&self) -> bool {
        self.outgoing.is_empty() && self.replies.is_empty()
    }

    /// How many inputs and wakes it contains.
    pub(super) fn decided(&self) -> usize {
        self.inputs.len() + self.woken.len()
    }

    pub(super) fn touches(&self, partition: i32) -> bool {
        self.outgoing.iter().any(|record| record.partition == partition)
    }
}

impl<S> Default for Batch<S> {
    fn default() -> Self {
        Self {
            staged: BTreeMap::new(),
            outgoing: Vec::new(),
            replies: Vec::new(),
            inputs: Vec::new(),
            woken: Vec::new(),
        }
    }
}
