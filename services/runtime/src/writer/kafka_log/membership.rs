//! The writer's membership in its service's consumer group.

use std::sync::{Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};

use crate::failpoint::failpoint;

/// What the group told us, noted inside the rebalance callback.
pub(super) enum Change {
    /// The group has settled: what follows is all that is ours, and may be nothing.
    Settled,
    Assigned(i32),
    /// The group gives its partitions anew.
    Unsettled,
    Revoked(i32),
    Failed(String),
}

/// The group's consumer context: assigns paused, and notes what changed.
#[derive(Default)]
pub(super) struct Membership {
    changes: Mutex<Vec<Change>>,
}

impl Membership {
    /// Whether anything changed; only what polls the group's consumer makes it so.
    pub(super) fn has_changes(&self) -> bool {
        !self.changes.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// What changed since this was asked last.
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
                // Nothing is handed out before the partition's state was restored.
                if let Err(error) = consumer.pause(list) {
                    self.note([Change::Failed(format!("pausing what was assigned: {error}"))]);
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
