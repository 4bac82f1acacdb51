//! Folds one of the service's own events into the states in memory.
//!
//! Only the writer of a partition should have written there. A foreign event under a purchase's
//! key, or one that this release cannot read, blocks only that purchase: the fold records it
//! (`Folded::unread`).

use recourse_kernel::folded::Unread;
use recourse_kernel::{Decider, Record};

use super::excerpt::{plain, shortened};
use super::guarded::guarded;
use super::log::Incoming;
use super::owned::Owned;
use super::positions::own_position;
use super::reading::purchase_of;

/// Folds one event into its purchase's state, or records there why it cannot.
pub(super) fn fold_event<D: Decider>(
    owned: &mut Owned<D::State>,
    event: Incoming,
    partitions: i32,
) {
    let key = match purchase_of(&event, partitions) {
        Ok(key) => key.to_owned(),
        Err(why) => {
            let (context, partition, offset) = (D::CONTEXT, event.partition, event.offset);
            tracing::error!(context, partition, offset, why, "an event has no valid key");
            owned.strays.push((event, why));
            return;
        }
    };
    let mut fold = owned.cache.fold(&key);
    let read = read_own::<D>(&event, &key);
    let folded = match &read {
        Ok(record) => guarded(|| fold.replay::<D>(record)),
        Err(why) => Err(why.clone()),
    };
    if let Err(reason) = folded {
        let position = own_position::<D>(&event);
        tracing::error!(position, reason, "an event cannot be folded; its purchase is blocked");
        let type_name = plain(&event, "ce_type");
        // Discard the partial fold.
        fold = owned.cache.fold(&key);
        let reason = shortened(&reason);
        fold.set_aside(
            read.as_ref().ok(),
            Unread { position, type_name, reason, is_blocked: false },
        );
    }
    if let Ok(record) = &read {
        owned.head = record.hash.to_string();
    }
    owned.promote::<D>(key, fold);
}

/// Reads an event of the stream of this key.
fn read_own<D: Decider>(event: &Incoming, key: &str) -> Result<Record, String> {
    let body = event.value.as_deref().unwrap_or_default();
    let record = Record::read(key.as_bytes(), &event.headers, body);
    let record = record.map_err(|error| error.to_string())?;
    let of_stream = format!("{}/{key}", D::CONTEXT);
    if record.stream == of_stream {
        Ok(record)
    } else {
        Err(format!("its stream is {}, but its key belongs to {of_stream}", record.stream))
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::Source;
    use super::super::toy::{Bank, PiggyBank, event_of};
    use super::*;
    use crate::store::PartitionPosition;

    const ANNA: &str = "anna";

    fn folded(context: &str, version: u64, type_name: &str, partition: i32) -> Owned<Bank> {
        let mut owned =
            Owned::new(partition, PartitionPosition::default(), std::time::Duration::ZERO);
        let (headers, value) = event_of(context, ANNA, version, type_name);
        let event = Incoming {
            source: Source::Commands,
            partition,
            offset: 7,
            key: Some(ANNA.as_bytes().to_vec()),
            headers,
            value: Some(value),
        };
        fold_event::<PiggyBank>(&mut owned, event, 1);
        owned
    }

    #[test]
    fn the_next_event_of_a_stream_changes_its_state() {
        let owned = folded("claims", 1, "recourse.claim.policy_noted.v1", 0);
        let fold = owned.cache.fold(ANNA);
        assert!(fold.state.insured && fold.unread.is_empty());
        assert_eq!((fold.version, &owned.head), (1, &fold.head.to_string()));
    }

    #[test]
    fn an_event_that_does_not_fit_blocks_its_purchase() {
        for (context, version, type_name) in [
            ("claims", 2, "recourse.claim.policy_noted.v1"),
            ("claims", 1, "recourse.claim.unknown.v1"),
            ("policies", 1, "recourse.claim.policy_noted.v1"),
        ] {
            let owned = folded(context, version, type_name, 0);
            let fold = owned.cache.fold(ANNA);
            assert!(fold.must_be_blocked() && !fold.state.insured, "{context}/{version}");
            assert_eq!(fold.unread[0].position, "recourse.claims.events.v1/0/7");
        }
    }

    #[test]
    fn an_event_under_no_key_of_its_partition_is_a_stray() {
        let owned = folded("claims", 1, "recourse.claim.policy_noted.v1", 1);
        assert_eq!(owned.strays.len(), 1);
        assert!(owned.cache.peek(ANNA).is_none());
    }
}
