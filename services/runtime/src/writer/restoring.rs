//! The service's own events, folded again after a start: those that the store does not have yet.

use std::collections::BTreeMap;
use std::time::Duration;

use recourse_kernel::Decider;
use recourse_terms::TermsBook;

use super::flushing::FLUSH_WAIT;
use super::folding::fold_event;
use super::limits::Limits;
use super::log::{Incoming, Log, LogError};
use super::owned::Owned;
use super::reading::purchase_of;
use super::without::Safeguard;
use super::{Writer, WriterError};
use crate::failpoint::failpoint;
use crate::store::Store;
use crate::topics::is_genesis;

/// How many events are folded at once: their states are loaded with one query per partition.
const GROUP: usize = 2_000;

/// Folds events in groups, and flushes in between, so that memory is bounded.
struct Restoring<'a, D: Decider, S: Store> {
    owned: &'a mut BTreeMap<i32, Owned<D::State>>,
    store: &'a mut S,
    limits: &'a Limits,
    partitions: i32,
    now: Duration,
    group: Vec<Incoming>,
}

impl<D: Decider, S: Store> Restoring<'_, D, S> {
    fn add(&mut self, event: Incoming) -> Result<(), WriterError> {
        self.group.push(event);
        if self.group.len() == GROUP { self.fold() } else { Ok(()) }
    }

    fn fold(&mut self) -> Result<(), WriterError> {
        self.load()?;
        for event in self.group.drain(..) {
            let Some(owned) = self.owned.get_mut(&event.partition) else { continue };
            owned.next_event = event.offset + 1;
            if !is_genesis(&event.headers) {
                fold_event::<D>(owned, event, self.partitions);
                failpoint!("writer.restore");
            }
        }
        self.flush()?;
        for owned in self.owned.values_mut() {
            owned.cache.evict(self.limits.cached);
        }
        Ok(())
    }

    /// Loads the states of the group's purchases.
    fn load(&mut self) -> Result<(), WriterError> {
        let mut keys: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
        for event in &self.group {
            if let Ok(key) = purchase_of(event, self.partitions) {
                keys.entry(event.partition).or_default().push(key);
            }
        }
        for (partition, keys) in keys {
            if let Some(owned) = self.owned.get_mut(&partition) {
                owned.cache.load::<D, S>(self.store, keys)?;
            }
        }
        Ok(())
    }

    /// Stores what has changed in partitions where that is too much to keep.
    fn flush(&mut self) -> Result<(), WriterError> {
        let mut flushed = Vec::new();
        for owned in self.owned.values_mut() {
            if owned.cache.unflushed() > self.limits.unflushed
                && let Some(flush) = owned.flush::<D>(self.now)
            {
                self.store.flush(flush)?;
                self.store.wait_flushed(FLUSH_WAIT);
                flushed.extend(self.store.flushed());
            }
        }
        // For any partition, including one that was given up meanwhile.
        for done in flushed {
            let done = done?;
            if let Some(owned) = self.owned.get_mut(&done.partition) {
                owned.cache.flushed(&done);
            }
        }
        Ok(())
    }
}

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// Folds the service's own events that the store does not have yet.
    pub(super) fn restore(&mut self, from: &[(i32, i64)]) -> Result<(), WriterError> {
        let spans = self.spans_to_the_end(from)?;
        let mut restoring = Restoring::<D, S> {
            owned: &mut self.owned,
            store: &mut self.store,
            limits: &self.limits,
            partitions: self.partitions,
            now: self.clock.elapsed(),
            group: Vec::with_capacity(GROUP),
        };
        // The log passes on only its own errors.
        let mut failure = None;
        let read = self.log.restore(&spans, &mut |event| {
            restoring.add(event).map_err(|error| {
                let text = error.to_string();
                failure = Some(error);
                LogError(text)
            })
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        read?;
        restoring.fold()
    }

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
}
