//! Between memory and the state store: loads the states of a batch, and stores those that changed.

use std::collections::BTreeMap;
use std::time::Duration;

use recourse_kernel::Decider;
use recourse_terms::TermsBook;

use super::log::{Incoming, Log};
use super::{Writer, WriterError};
use crate::store::{Store, StoreError};
use crate::topics::readable_key;

/// How long to wait for flushes in progress.
pub(super) const FLUSH_WAIT: Duration = Duration::from_secs(30);
/// How long the final flush may take; states that are not stored by then are folded again after a
/// restart.
const FINAL_FLUSH: Duration = Duration::from_secs(5);
/// How long a step waits for the store; the next step waits again, and the group is polled in
/// between.
const STORED_WITHIN: Duration = Duration::from_millis(500);

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// Loads the states of these inputs' purchases into memory, with one query per partition.
    pub(super) fn load_states(&mut self, records: &[Incoming]) -> Result<(), WriterError> {
        let mut wanted: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
        for record in records {
            if let Some(key) = record.key.as_deref().and_then(readable_key) {
                wanted.entry(record.partition).or_default().push(key);
            }
        }
        for (partition, keys) in wanted {
            if let Some(owned) = self.owned.get_mut(&partition) {
                owned.cache.load::<D, S>(&mut self.store, keys)?;
            }
        }
        Ok(())
    }

    /// Waits if too much is decided that the store does not have yet.
    pub(super) fn limit_unflushed(&mut self) {
        if self.owned.values().any(|owned| owned.cache.unflushed() > self.limits.unflushed) {
            self.store.wait_flushed(FLUSH_WAIT);
        }
    }

    /// Passes changed states to the store.
    pub(super) fn flush_changed(&mut self) -> Result<(), WriterError> {
        let now = self.clock.elapsed();
        for owned in self.owned.values_mut() {
            if owned.cache.flush_is_due(&self.limits, now)
                && let Some(flush) = owned.flush::<D>(now)
            {
                self.store.flush(flush)?;
            }
            owned.cache.evict(self.limits.cached);
        }
        Ok(())
    }

    /// Notes which flushes are done.
    pub(super) fn settle_flushes(&mut self) -> Result<(), WriterError> {
        for done in self.store.flushed() {
            match done {
                Ok(done) => {
                    if let Some(owned) = self.owned.get_mut(&done.partition) {
                        owned.cache.flushed(&done);
                    }
                }
                // A partition that was given up meanwhile belongs to another writer.
                Err(StoreError::Superseded { partition, .. })
                    if !self.owned.contains_key(&partition) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Waits until the store has every change of a partition; false if it does not in time.
    pub(super) fn store_everything(&mut self, partition: i32) -> Result<bool, WriterError> {
        // One flush may be in progress, and another needed after it.
        for _ in 0..2 {
            let Some(owned) = self.owned.get_mut(&partition) else { return Ok(false) };
            if owned.cache.unflushed() == 0 {
                break;
            }
            if let Some(flush) = owned.flush::<D>(self.clock.elapsed()) {
                self.store.flush(flush)?;
            }
            if !self.store.wait_flushed(STORED_WITHIN) {
                return Ok(false);
            }
            self.settle_flushes()?;
        }
        Ok(self.owned.get(&partition).is_some_and(|owned| owned.cache.unflushed() == 0))
    }

    /// Waits until all decided states are stored, before the process exits.
    pub fn finish(&mut self) {
        let now = self.clock.elapsed();
        for owned in self.owned.values_mut() {
            if let Some(flush) = owned.flush::<D>(now) {
                let _ = self.store.flush(flush);
            }
        }
        self.store.wait_flushed(FINAL_FLUSH);
    }
}
