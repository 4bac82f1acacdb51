//! The state store: flushes arrive one by one, each guarded by position and epoch.

use recourse_runtime::safeguards::Safeguard;
use recourse_runtime::store::{Flush, Flushed, StoreError};

use super::World;

impl World {
    /// Writes the oldest flush in progress, of any store connection.
    pub(crate) fn flush_arrives(&mut self) -> bool {
        let Some((&store, waiting)) = self.flushes.iter_mut().next() else { return false };
        let flush = waiting.pop_front();
        if waiting.is_empty() {
            self.flushes.remove(&store);
        }
        let Some(flush) = flush else { return false };
        let ended = self.write_flush(flush);
        self.flushed.entry(store).or_default().push(ended);
        true
    }

    /// Writes a flush if it is valid; fails if it is not. PostgreSQL compares position and epoch in
    /// the statement that moves them, so this is where the safeguard is disabled.
    pub(crate) fn write_flush(&mut self, flush: Flush) -> Result<Flushed, StoreError> {
        let stored_as = (flush.partition, flush.fold_version);
        let unguarded = self.is_without(Safeguard::StoreGuard);
        let position = self.states.positions.entry(stored_as).or_default();
        let is_unchanged =
            (position.offset, position.epoch) == (flush.from.offset, flush.from.epoch);
        if !is_unchanged && !unguarded {
            return Err(StoreError::Superseded { id: flush.id, partition: flush.partition });
        }
        position.offset = flush.to_offset;
        position.head = flush.to_head;
        let rows = self.states.rows.entry(stored_as).or_default();
        rows.extend(flush.states.into_iter().map(|state| (state.key.clone(), state)));
        Ok(Flushed {
            id: flush.id,
            partition: flush.partition,
            epoch: flush.from.epoch,
            to_offset: flush.to_offset,
        })
    }
}
