//! The service's own events, folded again after a start.
//!
//! Only the writer of a partition should have written there. A foreign event under a purchase's
//! key, or one that this release cannot read, blocks only that purchase: the fold records it
//! (`Folded::unread`).

use recourse_kernel::folded::Unread;
use recourse_kernel::{Decider, Record};

use super::answering::{guarded, plain, shortened};
use super::log::{Incoming, Log, LogError};
use super::owned::Owned;
use super::without::Safeguard;
use super::{Writer, WriterError};
use crate::store::Store;
use crate::topics::{is_genesis, partition_of, readable_key};

/// The purchase of an event's key, or why the event does not belong to this partition.
pub(super) fn key_of(event: &Incoming, partitions: i32) -> Result<&str, String> {
    let key = event.key.as_deref().and_then(readable_key);
    let key = key.ok_or_else(|| "the record has no readable key".to_owned())?;
    if partition_of(key.as_bytes(), partitions) == event.partition {
        Ok(key)
    } else {
        Err(format!("its key {key} belongs to another partition"))
    }
}

/// Folds one event into its purchase's state, or records there why it cannot.
pub(super) fn fold_event<D: Decider>(
    owned: &mut Owned<D::State>,
    event: Incoming,
    partitions: i32,
) {
    let key = match key_of(&event, partitions) {
        Ok(key) => key.to_owned(),
        Err(why) => {
            let (context, partition, offset) = (D::CONTEXT, event.partition, event.offset);
            tracing::error!(context, partition, offset, why, "an event has no valid key");
            owned.strays.push((event, why));
            return;
        }
    };
    let mut fold = owned.fold(&key);
    let body = event.value.as_deref().unwrap_or_default();
    let read = Record::read(key.as_bytes(), &event.headers, body);
    let of_stream = format!("{}/{key}", D::CONTEXT);
    let read = read.map_err(|error| error.to_string()).and_then(|record| {
        if record.stream == of_stream {
            Ok(record)
        } else {
            Err(format!("its stream is {}, but its key belongs to {of_stream}", record.stream))
        }
    });
    let folded = match &read {
        Ok(record) => guarded(|| fold.replay::<D>(record)),
        Err(why) => Err(why.clone()),
    };
    if let Err(reason) = folded {
        let position = own_position::<D>(&event);
        tracing::error!(position, reason, "an event cannot be folded; its purchase is blocked");
        let type_name = plain(&event, "ce_type");
        // Discard the partial fold.
        fold = owned.fold(&key);
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

impl<D: Decider, L: Log, S: Store> Writer<D, L, S> {
    /// The service's own events from these offsets to the high watermark: a transaction that is
    /// still open may yet be committed, and belongs to the state.
    pub(super) fn spans_to_the_end(
        &mut self,
        from: &[(i32, i64)],
    ) -> Result<Vec<(i32, i64, i64)>, LogError> {
        let only_stable = self.without.is_without(Safeguard::HighWatermark);
        let log = &mut self.log;
        let mut end = |partition| {
            if only_stable { log.stable_end(partition) } else { log.end(partition) }
        };
        from.iter().map(|&(partition, from)| Ok((partition, from, end(partition)?))).collect()
    }

    /// Reads the offsets between the events written here, so that a foreign writer's record is
    /// noticed while the writer runs, and before a position after it is stored.
    pub(super) fn read_gaps(&mut self) -> Result<(), WriterError> {
        let partitions: Vec<i32> = self.owned.keys().copied().collect();
        for partition in partitions {
            let Some(owned) = self.owned.get_mut(&partition) else { continue };
            let Some(&(_, last)) = owned.between.last() else { continue };
            // Nothing after a foreign writer's open transaction can be read yet; do not wait for
            // it.
            if self.log.stable_end(partition)? < last {
                continue;
            }
            let between = std::mem::take(&mut owned.between);
            let Some((from, _)) = between.first() else { continue };
            let mut found = Vec::new();
            self.log.restore(&[(partition, *from, last)], &mut |event| {
                if between.iter().any(|(from, to)| (*from..*to).contains(&event.offset)) {
                    found.push(event);
                }
                Ok(())
            })?;
            found.retain(|event| !is_genesis(&event.headers));
            let head = owned.head.clone();
            for event in found {
                if let Ok(key) = key_of(&event, self.partitions) {
                    owned.load::<D, S>(partition, &mut self.store, [key])?;
                }
                fold_event::<D>(owned, event, self.partitions);
            }
            owned.head = head;
        }
        Ok(())
    }
}

/// The position of one of the service's own events, as text.
pub(super) fn own_position<D: Decider>(event: &Incoming) -> String {
    format!("recourse.{}.events.v1/{}/{}", D::CONTEXT, event.partition, event.offset)
}
