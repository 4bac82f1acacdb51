//! The feed's membership in its consumer group.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, ConsumerContext, Rebalance};

/// What the group assigned, recorded in the rebalance callback.
#[derive(Default)]
pub(super) struct Membership(Mutex<State>);

#[derive(Default)]
struct State {
    /// Whether the group has assigned partitions, possibly none.
    is_settled: bool,
    /// The assigned partitions whose committed offset is known.
    known: BTreeSet<i32>,
}

impl Membership {
    /// Whether the group has settled. A member without partitions is on standby.
    pub(super) fn is_settled(&self) -> bool {
        self.state().is_settled
    }

    /// Marks the committed offset of an assigned partition as known.
    pub(super) fn known(&self, partition: i32) {
        self.state().known.insert(partition);
    }

    pub(super) fn is_known(&self, partition: i32) -> bool {
        self.state().known.contains(&partition)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Membership {}

impl ConsumerContext for Membership {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if matches!(rebalance, Rebalance::Revoke(_)) {
            // Another member may get the partitions; the next assignment starts from scratch.
            *self.state() = State::default();
        }
    }

    fn post_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(_) => self.state().is_settled = true,
            Rebalance::Revoke(_) => {}
            Rebalance::Error(error) => tracing::warn!(%error, "feed rebalance failed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::ClientConfig;
    use rdkafka::TopicPartitionList;
    use rdkafka::consumer::Consumer as _;

    use super::*;

    #[test]
    fn a_member_without_partitions_is_settled_and_a_revocation_clears_what_was_known() {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", "127.0.0.1:1").set("group.id", "a-group");
        let consumer: BaseConsumer<Membership> =
            config.create_with_context(Membership::default()).unwrap();
        let (group, mut list) = (consumer.context(), TopicPartitionList::new());
        assert!(!group.is_settled(), "it has not joined yet");
        group.post_rebalance(&consumer, &Rebalance::Assign(&list));
        assert!(group.is_settled(), "with nothing to read");
        group.known(0);
        assert!(group.is_known(0) && !group.is_known(1));
        list.add_partition("marketplace.orders.v1", 0);
        group.pre_rebalance(&consumer, &Rebalance::Revoke(&list));
        assert!(!group.is_settled() && !group.is_known(0));
    }
}
