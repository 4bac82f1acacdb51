//! The states of one partition in memory: a cache of the state store, and everything that the
//! store does not have yet.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use recourse_kernel::{Decider, Folded};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::limits::Limits;
use crate::store::{Flush, Flushed, PartitionPosition, Store, StoreError, StoredState};

pub(super) struct Cache<S> {
    partition: i32,
    /// By key. Includes everything that the store does not have yet.
    states: HashMap<String, Folded<S>>,
    /// The keys whose states are newer than what was last flushed.
    changed: HashSet<String>,
    flushing: Option<Flushing>,
    stored: PartitionPosition,
    last_flush: Duration,
    flushes: u64,
}

/// The flush in progress: until it is done, its keys are only in memory.
struct Flushing {
    /// Without its states.
    flush: Flush,
    keys: HashSet<String>,
}

impl<S: Default + Clone + Serialize + DeserializeOwned> Cache<S> {
    pub(super) fn new(partition: i32, stored: PartitionPosition, now: Duration) -> Self {
        Self {
            partition,
            states: HashMap::new(),
            changed: HashSet::new(),
            flushing: None,
            stored,
            last_flush: now,
            flushes: 0,
        }
    }

    pub(super) fn stored(&self) -> &PartitionPosition {
        &self.stored
    }

    /// A copy of the state of a key; a default one if there is none.
    pub(super) fn fold(&self, key: &str) -> Folded<S> {
        self.states.get(key).cloned().unwrap_or_default()
    }

    /// The state of a key, if it is in memory.
    pub(super) fn peek(&self, key: &str) -> Option<&Folded<S>> {
        self.states.get(key)
    }

    /// Loads the states of the keys that are not in memory, in one query.
    pub(super) fn load<'a, D: Decider<State = S>, St: Store>(
        &mut self,
        store: &mut St,
        keys: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), StoreError> {
        let missing: BTreeSet<&str> =
            keys.into_iter().filter(|key| !self.states.contains_key(*key)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing: Vec<String> = missing.into_iter().map(str::to_owned).collect();
        let partition = self.partition;
        // Nothing was ever stored for a partition at offset zero.
        if self.stored.offset > 0 {
            for stored in store.load(partition, D::FOLD_VERSION, &missing)? {
                let StoredState { key, state, .. } = stored;
                match serde_json::from_slice(&state) {
                    Ok(fold) => self.states.insert(key, fold),
                    Err(error) => {
                        let why = error.to_string();
                        return Err(StoreError::Damaged { partition, key, why });
                    }
                };
            }
        }
        for key in missing {
            self.states.entry(key).or_default();
        }
        Ok(())
    }

    /// Takes a new state, and marks it for the store.
    pub(super) fn change(&mut self, key: String, fold: Folded<S>) {
        self.changed.insert(key.clone());
        self.states.insert(key, fold);
    }

    /// How many states the store does not have yet.
    pub(super) fn unflushed(&self) -> usize {
        self.changed.len() + self.flushing.as_ref().map_or(0, |flushing| flushing.keys.len())
    }

    pub(super) fn flush_is_due(&self, limits: &Limits, now: Duration) -> bool {
        !self.changed.is_empty()
            && (now.saturating_sub(self.last_flush) >= limits.flush_every
                || self.changed.len() >= limits.batch)
    }

    /// The changed states to store, with the position up to which they are folded; `None` while
    /// another flush is in progress.
    pub(super) fn flush<D: Decider<State = S>>(
        &mut self,
        to_offset: i64,
        to_head: &str,
        now: Duration,
    ) -> Option<Flush> {
        if self.flushing.is_some() || self.changed.is_empty() {
            return None;
        }
        let keys = std::mem::take(&mut self.changed);
        let states = keys
            .iter()
            .filter_map(|key| {
                let fold = self.states.get(key)?;
                Some(StoredState {
                    key: key.clone(),
                    state: serde_json::to_vec(fold).ok()?,
                    version: fold.version,
                    wake_at: fold.wake_at::<D>(),
                })
            })
            .collect();
        self.flushes += 1;
        self.last_flush = now;
        let flush = Flush {
            id: self.flushes,
            partition: self.partition,
            fold_version: D::FOLD_VERSION,
            from: self.stored.clone(),
            to_offset,
            to_head: to_head.to_owned(),
            states,
        };
        self.flushing =
            Some(Flushing { flush: Flush { states: Vec::new(), ..flush.clone() }, keys });
        Some(flush)
    }

    /// Notes that the store has a flush, if it is the one in progress.
    pub(super) fn flushed(&mut self, done: &Flushed) {
        let is_done = |flush: &Flush| (flush.id, flush.from.epoch) == (done.id, done.epoch);
        if let Some(Flushing { flush, .. }) =
            self.flushing.take_if(|flushing| is_done(&flushing.flush))
        {
            self.stored.offset = flush.to_offset;
            self.stored.head = flush.to_head;
        }
    }

    /// Evicts stored states when there are too many.
    pub(super) fn evict(&mut self, cached: usize) {
        if self.states.len() > cached + self.unflushed() {
            let flushing = self.flushing.as_ref().map(|flushing| &flushing.keys);
            let changed = &self.changed;
            self.states.retain(|key, _| {
                changed.contains(key) || flushing.is_some_and(|keys| keys.contains(key))
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Bank, PiggyBank};
    use super::*;

    const NOW: Duration = Duration::from_secs(1);

    fn cache() -> Cache<Bank> {
        Cache::new(2, PartitionPosition { epoch: 4, ..PartitionPosition::default() }, NOW)
    }

    fn fold(version: u64) -> Folded<Bank> {
        Folded { version, ..Folded::default() }
    }

    fn flush(cache: &mut Cache<Bank>, to_offset: i64) -> Option<Flush> {
        cache.flush::<PiggyBank>(to_offset, "head", NOW)
    }

    fn done(flush: &Flush) -> Flushed {
        let (id, partition, to_offset) = (flush.id, flush.partition, flush.to_offset);
        Flushed { id, partition, epoch: flush.from.epoch, to_offset }
    }

    #[test]
    fn a_flush_has_the_changed_states_and_continues_the_stored_position() {
        let mut cache = cache();
        assert_eq!(flush(&mut cache, 3), None, "nothing has changed");
        cache.change("anna".to_owned(), fold(1));
        let first = flush(&mut cache, 3).expect("one has changed");
        assert_eq!((first.partition, first.from.offset, first.to_offset), (2, 0, 3));
        assert_eq!(first.states.len(), 1);

        cache.change("anna".to_owned(), fold(2));
        assert_eq!(flush(&mut cache, 5), None, "one at a time");
        assert_eq!(cache.unflushed(), 2);
        cache.flushed(&done(&first));
        let second = flush(&mut cache, 5).expect("it has changed again");
        assert_eq!((second.from.offset, second.states[0].version), (3, 2));
    }

    #[test]
    fn a_flush_of_an_earlier_owner_is_not_taken_for_ours() {
        let mut cache = cache();
        cache.change("anna".to_owned(), fold(1));
        let flush = flush(&mut cache, 3).expect("one has changed");
        cache.flushed(&Flushed { epoch: 3, ..done(&flush) });
        assert_eq!((cache.unflushed(), cache.stored().offset), (1, 0));
        cache.flushed(&done(&flush));
        assert_eq!((cache.unflushed(), cache.stored().offset), (0, 3));
    }

    #[test]
    fn a_flush_is_due_after_a_while_or_when_there_is_much() {
        let mut cache = cache();
        let limits = Limits { batch: 2, ..Limits::default() };
        let later = NOW + limits.flush_every;
        assert!(!cache.flush_is_due(&limits, later), "nothing has changed");
        cache.change("anna".to_owned(), fold(1));
        assert!(!cache.flush_is_due(&limits, NOW) && cache.flush_is_due(&limits, later));
        cache.change("bert".to_owned(), fold(1));
        assert!(cache.flush_is_due(&limits, NOW));
    }

    #[test]
    fn only_what_the_store_has_is_evicted() {
        let mut cache = cache();
        for key in ["anna", "bert", "carl"] {
            cache.change(key.to_owned(), fold(1));
        }
        cache.evict(0);
        assert_eq!(cache.states.len(), 3, "nothing is stored");
        let flush = flush(&mut cache, 3).expect("they have changed");
        cache.change("carl".to_owned(), fold(2));
        cache.evict(0);
        assert_eq!(cache.states.len(), 3, "the flush is in progress");
        cache.flushed(&done(&flush));
        cache.evict(2);
        assert_eq!(cache.states.len(), 3, "there is room");
        cache.evict(1);
        assert_eq!(cache.peek("carl").map(|fold| fold.version), Some(2));
        assert!(cache.peek("anna").is_none());
        assert_eq!(cache.fold("anna"), Folded::default());
    }
}
