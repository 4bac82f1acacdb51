//! The state store as used by one writer.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use recourse_kernel::Instant;
use recourse_runtime::store::{
    Epochs, Flush, Flushed, PartitionPosition, Store, StoreError, StoredState,
};

use super::Cluster;
use super::fault_injector::{Call, CallOutcome, FaultInjector, Smooth};

/// The state store as used by one writer.
pub struct SimulatedStore<F = Smooth> {
    cluster: Cluster,
    id: u64,
    restarts: u64,
    ended: VecDeque<Result<Flushed, StoreError>>,
    epochs: Epochs,
    fault_injector: F,
}

impl<F: FaultInjector> SimulatedStore<F> {
    pub(super) fn new(cluster: Cluster, id: u64, restarts: u64, fault_injector: F) -> Self {
        let epochs = Epochs::new(cluster.is_without());
        Self { cluster, id, restarts, ended: VecDeque::new(), epochs, fault_injector }
    }

    fn ask(&self, call: Call) -> Result<(), StoreError> {
        let call_outcome = self.fault_injector.at(call);
        let is_broken = self.cluster.lock().store_restarts != self.restarts;
        match if is_broken { CallOutcome::Fails } else { call_outcome } {
            CallOutcome::Fails | CallOutcome::Dies => {
                Err(StoreError::Unavailable(format!("{call:?} was not answered")))
            }
            CallOutcome::Goes | CallOutcome::Untold | CallOutcome::Late | CallOutcome::Torn => {
                Ok(())
            }
        }
    }

    /// Writes the flushes in progress, in order.
    fn write_all(&mut self) {
        let mut world = self.cluster.lock();
        for flush in world.flushes.remove(&self.id).unwrap_or_default() {
            let ended = world.write_flush(flush);
            self.ended.push_back(ended);
        }
    }
}

impl<F: FaultInjector> Store for SimulatedStore<F> {
    fn take_over(
        &mut self,
        partition: i32,
        fold_version: u32,
    ) -> Result<PartitionPosition, StoreError> {
        self.ask(Call::TakeOver)?;
        let mut world = self.cluster.lock();
        let position = world.states.positions.entry((partition, fold_version)).or_default();
        position.epoch += 1;
        self.epochs.taken_over(partition, fold_version, position.epoch);
        Ok(position.clone())
    }

    fn furthest(&mut self, partition: i32) -> Result<Option<(String, i64)>, StoreError> {
        self.ask(Call::TakeOver)?;
        let world = self.cluster.lock();
        let folded = world.states.positions.iter().filter(|((of, _), _)| *of == partition);
        let folded = folded.map(|(_, position)| (position.log_id.clone(), position.offset));
        Ok(folded.filter(|(_, offset)| *offset > 0).max_by_key(|(_, offset)| *offset))
    }

    fn reset(
        &mut self,
        partition: i32,
        fold_version: u32,
        epoch: i64,
        log_id: &str,
    ) -> Result<PartitionPosition, StoreError> {
        self.ask(Call::TakeOver)?;
        let mut world = self.cluster.lock();
        let stored_as = (partition, fold_version);
        let is_ours =
            world.states.positions.get(&stored_as).is_some_and(|stored| stored.epoch == epoch);
        if !is_ours {
            return Err(StoreError::Superseded { id: 0, partition });
        }
        world.states.rows.remove(&stored_as);
        let position =
            PartitionPosition { log_id: log_id.to_owned(), epoch, ..PartitionPosition::default() };
        world.states.positions.insert(stored_as, position.clone());
        Ok(position)
    }

    fn load(
        &mut self,
        partition: i32,
        fold_version: u32,
        keys: &[String],
    ) -> Result<Vec<StoredState>, StoreError> {
        self.ask(Call::Load)?;
        let world = self.cluster.lock();
        let stored_as = (partition, fold_version);
        let rows = world.states.rows.get(&stored_as);
        let epoch = world.states.positions.get(&stored_as).map(|position| position.epoch);
        self.epochs.check(partition, fold_version, epoch)?;
        Ok(keys.iter().filter_map(|key| rows?.get(key).cloned()).collect())
    }

    fn due(
        &mut self,
        partition: i32,
        fold_version: u32,
        until: Instant,
        limit: usize,
    ) -> Result<Vec<(String, Instant)>, StoreError> {
        self.ask(Call::Load)?;
        let world = self.cluster.lock();
        let rows = world.states.rows.get(&(partition, fold_version));
        let mut due: Vec<_> = rows
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter_map(|row| Some((row.key.clone(), row.wake_at.filter(|at| *at <= until)?)))
            .collect();
        due.sort_by_key(|(_, at)| *at);
        due.truncate(limit);
        Ok(due)
    }

    /// A late flush stays in progress until its writer waits for it, or [`Cluster::flush_arrives`].
    fn flush(&mut self, batch: Flush) -> Result<(), StoreError> {
        let call_outcome = self.fault_injector.at(Call::Flush);
        if call_outcome == CallOutcome::Dies {
            return Err(StoreError::Unavailable("the process is dead".to_owned()));
        }
        self.cluster.lock().flushes.entry(self.id).or_default().push_back(batch);
        if call_outcome == CallOutcome::Goes {
            self.write_all();
        }
        Ok(())
    }

    fn flushed(&mut self) -> Vec<Result<Flushed, StoreError>> {
        let mut world = self.cluster.lock();
        let arrived = world.flushed.remove(&self.id).unwrap_or_default();
        drop(world);
        self.ended.extend(arrived);
        self.ended.drain(..).collect()
    }

    fn wait_flushed(&mut self, _: Duration) -> bool {
        if self.fault_injector.at(Call::WaitFlushed) != CallOutcome::Goes {
            return !self.cluster.lock().flushes.contains_key(&self.id);
        }
        self.write_all();
        true
    }
}
