//! The service's own events, folded again after a start.
//!
//! Only the writer of a partition should have written there. What another put under a purchase's key, or what this
//! release cannot read, stops that purchase and no other: the fold notes it, and is held for it (`Folded::unread`).

use recourse_kernel::folded::Unread;
use recourse_kernel::{Decider, Record};

use super::answering::{guarded, plain, shortened};
use super::log::{Incoming, Log};
use super::owned::Owned;
use super::{Writer, WriterError};
use crate::store::Store;
use crate::topics::{is_genesis, partition_of, readable_key};

/// The purchase under whose key an event stands, or why it is none of this partition.
pub(super) fn key_of(event: &Incoming, partitions: i32) -> Result<&str, String> {
    let key = event.key.as_deref().and_then(readable_key);
    let key = key.ok_or_else(|| "it has no readable key".to_owned())?;
    if partition_of(key.as_bytes(), partitions) == event.partition {
        Ok(key)
    } else {
        Err(format!("its key {key} does not belong in this partition"))
    }
}

/// Takes one event into the fold of its purchase, or notes there why it cannot.
pub(super) fn fold_event<D: Decider>(
    owned: &mut Owned<D::State>,
    event: Incoming,
    partitions: i32,
) {
    let key = match key_of(&event, partitions) {
        Ok(key) => key.to_owned(),
        Err(why) => {
            let (context, partition, offset) = (D::CONTEXT, event.partition, event.offset);
            tracing::error!(context, partition, offset, why, "an event is under no purchase's key");
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
            Err(format!("it says that it is of {}, and stands in {of_stream}", record.stream))
        }
    });
    let folded = match &read {
        Ok(record) => guarded(|| fold.replay::<D>(record)),
        Err(why) => Err(why.clone()),
    };
    if let Err(reason) = folded {
        let position = own_position::<D>(&event);
        tracing::error!(position, reason, "an event cannot be folded; its purchase is held");
        let type_name = plain(&event, "ce_type");
        // What failed half-way must not be seen.
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
    /// Looks at what came to stand between the events that were written here, so that a stranger's record is noticed
    /// while the writer runs, and not behind a position that is stored.
    pub(super) fn look_between(&mut self) -> Result<(), WriterError> {
        let partitions: Vec<i32> = self.owned.keys().copied().collect();
        for partition in partitions {
            let Some(owned) = self.owned.get_mut(&partition) else { continue };
            let Some(&(_, last)) = owned.between.last() else { continue };
            // Behind a stranger's open transaction nothing can be read yet, and nobody else waits for it.
            if self.log.stable_end(partition)? < last {
                continue;
            }
            let between = std::mem::take(&mut owned.between);
            let Some((from, _)) = between.first() else { continue };
            let mut found = Vec::new();
            self.log.restore(&[(partition, *from)], &mut |event| {
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

/// How the place of one of the service's own events is written.
pub(super) fn own_position<D: Decider>(event: &Incoming) -> String {
    format!("recourse.{}.events.v1/{}/{}", D::CONTEXT, event.partition, event.offset)
}
