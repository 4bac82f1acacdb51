//! The writer's membership in its service's consumer group.

use std::sync::{Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};

use crate::failpoint::failpoint;

/// A change reported by the group, recorded inside the rebalance callback.
pub(super) enum Change {
    /// The group has settled: the assignments that follow are complete, and may be none.
    Settled,
    Assigned(i32),
    /// A rebalance has started.
    Unsettled,
    Revoked(i32),
    Failed(String),
}

/// The consumer context of the group: pauses newly assigned partitions and records changes.
#[derive(Default)]
pub(super) struct Membership {
    changes: Mutex<Vec<Change>>,
}

impl Membership {
    /// Whether anything changed; changes arrive only while the group's consumer is polled.
    pub(super) fn has_changes(&self) -> bool {
        !self.changes.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Takes the changes since the last call.
    pub(super) fn changes(&self) -> Vec<Change> {
        std::mem::take(&mut *self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, changes: impl IntoIterator<Item = Change>) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).extend(changes);
    }
}

impl ClientContext for Membership {}

impl ConsumerContext for Membership {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        failpoint!("writer.rebalance");
        if let Rebalance::Revoke(list) = rebalance {
            self.note([Change::Unsettled]);
            self.note(list.elements().iter().map(|element| Change::Revoked(element.partition())));
        }
    }

    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => {
                // No records are handed out before the partition's state is restored.
                if let Err(error) = consumer.pause(list) {
                    self.note([Change::Failed(format!("pausing assigned partitions: {error}"))]);
                }
                self.note([Change::Settled]);
                let partitions = list.elements();
                self.note(partitions.iter().map(|element| Change::Assigned(element.partition())));
            }
            Rebalance::Revoke(_) => {}
            Rebalance::Error(error) => {
                self.note([Change::Failed(format!("rebalancing: {error}"))]);
            }
        }
    }
}
