//! A partition that this writer owns: the states in memory, what is not yet stored, and what waits.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use recourse_kernel::{Decider, Folded, Instant};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Limits;
use super::following::Following;
use super::log::{Incoming, Source};
use super::status::PartitionStatus;
use crate::store::{Flush, Flushed, PartitionPosition, Store, StoreError, StoredState};

/// One owned partition of the service.
pub(super) struct Owned<S> {
    /// States in memory, by key. Includes everything that the store does not have yet.
    states: HashMap<String, Folded<S>>,
    changed: HashSet<String>,
    /// The flush in progress: until it is done, its keys are only here.
    flushing: Option<(Flush, HashSet<String>)>,
    /// The position that the store has.
    pub(super) stored: PartitionPosition,
    last_flush: Duration,
    flushes: u64,
    /// One past the last event of the partition.
    pub(super) next_event: i64,
    /// The hash of the last event of the partition.
    pub(super) head: String,
    /// The committed offset of each source.
    pub(super) committed: HashMap<Source, i64>,
    /// Inputs that wait until what they refer to has been read, by source.
    pub(super) stalls: BTreeMap<Source, Stall>,
    pub(super) wakes: Wakes,
    /// Events that the restore found under no key of this partition, to be dead-lettered.
    pub(super) strays: Vec<(Incoming, String)>,
    /// Offset ranges of the service's own topic between the events written here that were not read
    /// yet.
    pub(super) between: Vec<(i64, i64)>,
    /// How far each foreign stream was read since the partition was taken over.
    pub(super) following: Following,
}

/// An input that refers to something unknown, and the later ones of its source.
pub(super) struct Stall {
    /// How far the other topics must be read before it may be refused.
    pub(super) until: Vec<(Source, i64)>,
    /// The inputs, the waiting one first.
    pub(super) queue: VecDeque<Incoming>,
}

/// The purchases to be woken soon.
pub(super) struct Wakes {
    pub(super) by_time: BTreeSet<(Instant, String)>,
    times: HashMap<String, Instant>,
    /// All wakes up to this time are in `by_time`; later ones may be in the store only.
    pub(super) horizon: Instant,
    /// A time that has passed, and how far the inputs must be read before its deadlines fire.
    pub(super) gate: Option<(Instant, Vec<(Source, i64)>)>,
}

impl<S: Default + Clone + Serialize + DeserializeOwned> Owned<S> {
    pub(super) fn new(stored: PartitionPosition, now: Duration) -> Self {
        Self {
            states: HashMap::new(),
            changed: HashSet::new(),
            flushing: None,
            next_event: stored.offset,
            head: stored.head.clone(),
            stored,
            last_flush: now,
            flushes: 0,
            committed: HashMap::new(),
            stalls: BTreeMap::new(),
            wakes: Wakes {
                by_time: BTreeSet::new(),
                times: HashMap::new(),
                horizon: Instant::MIN_UTC,
                gate: None,
            },
            strays: Vec::new(),
            between: Vec::new(),
            following: Following::default(),
        }
    }

    /// A copy of the state of a key; a default one if there is none.
    pub(super) fn fold(&self, key: &str) -> Folded<S> {
        self.states.get(key).cloned().unwrap_or_default()
    }

    /// The state of a key, if it is in memory.
    pub(super) fn peek(&self, key: &str) -> Option<&Folded<S>> {
        self.states.get(key)
    }

    /// Loads the states of the keys that are not in memory.
    pub(super) fn load<'a, D: Decider<State = S>, St: Store>(
        &mut self,
        partition: i32,
        store: &mut St,
        keys: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), StoreError> {
        let missing: BTreeSet<&str> =
            keys.into_iter().filter(|key| !self.states.contains_key(*key)).collect();
        // Nothing was ever stored for a partition at offset zero.
        if missing.is_empty() {
            return Ok(());
        }
        let missing: Vec<String> = missing.into_iter().map(str::to_owned).collect();
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
    pub(super) fn promote<D: Decider<State = S>>(&mut self, key: String, fold: Folded<S>) {
        self.wakes.set(&key, fold.wake_at::<D>());
        self.changed.insert(key.clone());
        self.states.insert(key, fold);
    }

    /// After a rewind: inputs are read again, so nothing waits any more.
    pub(super) fn rewound(&mut self) {
        self.stalls.clear();
        self.wakes.gate = None;
        self.committed.clear();
    }

    /// The offset of the waiting input of this source, if any.
    pub(super) fn stalled_at(&self, source: Source) -> Option<i64> {
        self.stalls.get(&source)?.queue.front().map(|waiting| waiting.offset)
    }

    /// How many states the store does not have yet.
    pub(super) fn unflushed(&self) -> usize {
        self.changed.len() + self.flushing.as_ref().map_or(0, |(_, keys)| keys.len())
    }

    pub(super) fn flush_is_due(&self, limits: &Limits, now: Duration) -> bool {
        !self.changed.is_empty()
            && (now.saturating_sub(self.last_flush) >= limits.flush_every
                || self.changed.len() >= limits.batch)
    }

    /// The changed states to store; `None` while another flush is in progress.
    pub(super) fn flush<D: Decider<State = S>>(
        &mut self,
        partition: i32,
        now: Duration,
    ) -> Option<Flush> {
        // Ranges in between must be read before a position after them is stored.
        if self.flushing.is_some() || self.changed.is_empty() || !self.between.is_empty() {
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
            partition,
            fold_version: D::FOLD_VERSION,
            from: self.stored.clone(),
            to_offset: self.next_event,
            to_head: self.head.clone(),
            states,
        };
        self.flushing = Some((Flush { states: Vec::new(), ..flush.clone() }, keys));
        Some(flush)
    }

    pub(super) fn flushed(&mut self, done: &Flushed) {
        if let Some((flush, _)) = self
            .flushing
            .take_if(|(flush, _)| (flush.id, flush.from.epoch) == (done.id, done.epoch))
        {
            self.stored.offset = flush.to_offset;
            self.stored.head = flush.to_head;
        }
    }

    /// Evicts stored states when there are too many.
    pub(super) fn evict(&mut self, cached: usize) {
        if self.states.len() > cached + self.unflushed() {
            let flushing = self.flushing.as_ref().map(|(_, keys)| keys);
            let changed = &self.changed;
            self.states.retain(|key, _| {
                changed.contains(key) || flushing.is_some_and(|keys| keys.contains(key))
            });
        }
    }

    pub(super) fn status(&self, now: Instant, reached: Vec<i64>) -> PartitionStatus {
        PartitionStatus {
            next_event: self.next_event,
            reached,
            waiting: !self.stalls.is_empty()
                || self.wakes.horizon <= now
                || self.wakes.first().is_some_and(|at| at <= now),
            unflushed: self.unflushed(),
        }
    }
}

impl Wakes {
    /// When the next wake is due.
    pub(super) fn first(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Sets or clears the time at which a key is to be woken.
    pub(super) fn set(&mut self, key: &str, at: Option<Instant>) {
        if let Some(before) = self.times.remove(key) {
            self.by_time.remove(&(before, key.to_owned()));
        }
        if let Some(at) = at.filter(|at| *at <= self.horizon) {
            self.by_time.insert((at, key.to_owned()));
            self.times.insert(key.to_owned(), at);
        }
    }
}
