//! The writer: takes inputs, decides them, and commits events and input offsets in one transaction.
//!
//! A plain synchronous state machine over two narrow traits, [`Log`] and [`Store`], so that the
//! same code runs over Kafka and PostgreSQL and over the seeded in-memory ones. One call of
//! [`Writer::step`]:
//!
//! 1. takes records, and gives up and takes over partitions;
//! 2. loads the states of the purchases concerned, with one query per partition;
//! 3. answers each input on a staged copy ([`answering`]), and wakes what is due ([`waking`]);
//! 4. commits; then promotes the staged states, sends replies, and passes changed states to the
//!    store.
//!
//! Long because these four steps are one state machine.

mod answering;
mod batch;
mod following;
pub mod kafka_log;
pub mod log;
mod owned;
mod restoring;
mod resuming;
pub mod status;
mod waking;

pub use answering::{DISCARD_HEADER, ORIGIN_HEADER, REDRIVE_HEADER};

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use recourse_kernel::Decider;
use recourse_kernel::record::header;

use crate::clock::Clock;
use crate::failpoint::failpoint;
use crate::safeguards::{self as without, DisabledSafeguards, Safeguard};
use crate::store::{Store, StoreError};
use crate::topics::{is_genesis, readable_key};
use batch::Batch;
use log::{Incoming, Log, LogError, Source, TransactError};
use owned::Owned;
use status::WriterStatus;

/// Limits on the writer's batches, timing and memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most records read for one transaction.
    pub batch: usize,
    /// How long to wait for input.
    pub wait: Duration,
    /// The minimum time between the end of a transaction and the start of the next: one that starts
    /// at once runs into the broker's back-off of 20 ms.
    pub gap: Duration,
    /// How often changed states are flushed to the store.
    pub flush_every: Duration,
    /// The most unflushed states of a partition; beyond it, no input is read.
    pub unflushed: usize,
    /// The most unchanged states of a partition kept in memory.
    pub cached: usize,
    /// How often a transaction of one record may fail before the record is dead-lettered.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            batch: 2_000,
            wait: Duration::from_millis(20),
            gap: Duration::from_millis(4),
            flush_every: Duration::from_millis(100),
            unflushed: 20_000,
            cached: 20_000,
            attempts: 3,
        }
    }
}

/// Why a writer stopped.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    /// The log failed or gave an invalid answer: restart.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The state store failed, or another process owns the partition: restart.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log is older than the state store: it was replaced or restored from an older copy.
    #[error(
        "partition {partition} of the {context} events ends at {end}, but was folded to {folded}: \
         the log was restored from an older copy. Nothing is decided without the missing events: \
         restore them, or give the service a new log"
    )]
    LogTooShort {
        /// The context of the service concerned.
        context: &'static str,
        /// The partition concerned.
        partition: i32,
        /// One past the log's last offset.
        end: i64,
        /// The offset it was folded to.
        folded: i64,
    },
    /// The events are not the ones that were folded: the topic was recreated.
    #[error(
        "the topic of the {context} events was recreated since partition {partition} was folded \
         to {folded}. Nothing is decided without the missing events: restore the topic, or, to \
         give up its events, delete the folds of {context} (the positions and states in its \
         writer's schema)"
    )]
    AnotherLog {
        /// The context of the service concerned.
        context: &'static str,
        /// The partition concerned.
        partition: i32,
        /// The offset to which the previous log was folded.
        folded: i64,
    },
    /// An input topic is shorter than what was read of it.
    #[error(
        "partition {partition} of {topic}, an input of {context}, ends at {end}, but was read to \
         {read}: it was recreated or restored from an older copy. Restore the missing records"
    )]
    InputTooShort {
        /// The context of the service concerned.
        context: &'static str,
        /// The topic of the input concerned.
        topic: String,
        /// The partition concerned.
        partition: i32,
        /// One past the input's last offset.
        end: i64,
        /// The offset it was read to.
        read: i64,
    },
    /// The commands are not the ones that were answered: the topic was recreated.
    #[error(
        "the command at {offset} of partition {partition} of the {context} commands is not the \
         one that was answered there: the topic was recreated or lost records. Restore the topic, \
         or, to give up its commands, set the group's offsets to where the new topic is to be \
         read from"
    )]
    AnotherInput {
        /// The context of the service concerned.
        context: &'static str,
        /// The partition concerned.
        partition: i32,
        /// The offset of the last answered command.
        offset: i64,
    },
    /// Another process runs under the same instance name. A new producer would only fence the other
    /// one, and so on forever.
    #[error("{0}; give each process its own instance name")]
    DuplicateInstance(TransactError),
}

/// The result of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stepped {
    /// How many events were committed.
    pub events: usize,
    /// How many inputs were read.
    pub inputs: usize,
}

/// The currently known terms, tariffs and shops, and the next offset of their topic.
type Reference<R> = Box<dyn Fn() -> (Arc<R>, i64) + Send>;

/// The writer of one service: the only one that appends to the partitions it owns.
pub struct Writer<D: Decider, L: Log, S: Store> {
    log: L,
    store: S,
    clock: Clock,
    reference: Reference<D::Reference>,
    partitions: i32,
    limits: Limits,
    status: Arc<WriterStatus>,
    owned: BTreeMap<i32, Owned<D::State>>,
    /// How many records may be read for one batch: halved after an abort, to find the record that
    /// causes it.
    batch_limit: usize,
    failures: u32,
    /// Records whose transaction failed on every attempt: they are dead-lettered unread.
    poisoned: HashMap<(Source, i32, i64), String>,
    /// By [`Clock::elapsed`], like all times here.
    last_commit: Duration,
    fenced_since: Option<Duration>,
    /// When the group stopped being settled with this member in it.
    unsettled_since: Option<Duration>,
    /// Recent fencings by a newer producer of the same name.
    fenced_by_name: Vec<Duration>,
    without: DisabledSafeguards,
}

/// After being fenced, how long the group may take to assign partitions again.
const REJOIN: Duration = Duration::from_secs(30);
/// How long the group may take to settle, even during a broker outage; then a new client joins.
const SETTLES: Duration = Duration::from_secs(60);
/// More fencings than this within [`FENCING_IS_RECENT`] mean another process with the same name.
const FENCINGS: usize = 2;
/// The same for a process that has run for [`ESTABLISHED`]. It tolerates more fencings, so of two
/// processes with one name the newcomer exits first. With equal limits, both could exit.
const FENCINGS_OF_THE_ESTABLISHED: usize = 30;
const ESTABLISHED: Duration = Duration::from_secs(15);
const FENCING_IS_RECENT: Duration = Duration::from_secs(60);
const FLUSH_WAIT: Duration = Duration::from_secs(30);
/// How long the final flush may take; states that are not stored by then are folded again after a
/// restart.
const FINAL_FLUSH: Duration = Duration::from_secs(5);

impl<D: Decider, L: Log, S: Store> Writer<D, L, S> {
    /// A writer over this log and store. `reference` returns the currently known terms, tariffs and
    /// shops, and the next offset of their topic.
    pub fn new(
        log: L,
        store: S,
        clock: Clock,
        reference: impl Fn() -> (Arc<D::Reference>, i64) + Send + 'static,
        partitions: i32,
        limits: Limits,
        status: Arc<WriterStatus>,
    ) -> Self {
        let last_commit = clock.elapsed();
        Self {
            log,
            store,
            clock,
            reference: Box::new(reference),
            partitions,
            limits,
            status,
            owned: BTreeMap::new(),
            batch_limit: limits.batch,
            failures: 0,
            poisoned: HashMap::new(),
            last_commit,
            fenced_since: None,
            unsettled_since: None,
            fenced_by_name: Vec::new(),
            without: DisabledSafeguards::default(),
        }
    }

    /// The same writer with one safeguard disabled.
    #[cfg(debug_assertions)]
    #[must_use]
    pub fn without(mut self, without: DisabledSafeguards) -> Self {
        self.without = without;
        self
    }

    /// The time since `instant`.
    fn since(&self, instant: Duration) -> Duration {
        self.clock.elapsed().saturating_sub(instant)
    }

    /// Reads, decides and commits one batch.
    pub fn step(&mut self) -> Result<Stepped, WriterError> {
        let stepped = self.one_step();
        if let Err(WriterError::Store(StoreError::Damaged { partition, .. })) = &stepped {
            self.forget(*partition)?;
        }
        stepped
    }

    /// Resets a damaged partition in the store, to be folded from offset zero: the log has
    /// everything.
    fn forget(&mut self, partition: i32) -> Result<(), WriterError> {
        let Some(stored) = self.owned.get(&partition).map(|owned| owned.stored.clone()) else {
            return Ok(());
        };
        self.store.wait_flushed(FLUSH_WAIT);
        self.store.reset(partition, D::FOLD_VERSION, stored.epoch, &stored.log_id)?;
        Ok(())
    }

    fn one_step(&mut self) -> Result<Stepped, WriterError> {
        if self.owned.values().any(|owned| owned.unflushed() > self.limits.unflushed) {
            self.store.wait_flushed(FLUSH_WAIT);
        }
        let taken = self.log.take(self.limits.wait, self.batch_limit)?;
        failpoint!("writer.after_poll" if !taken.records.is_empty());
        for partition in &taken.revoked {
            self.owned.remove(partition);
        }
        if !taken.assigned.is_empty() {
            self.take_over(&taken.assigned)?;
            self.fenced_since = None;
        }
        if self.fenced_since.is_some_and(|fenced| self.since(fenced) > REJOIN) {
            return Err(LogError("no partitions were assigned again".to_owned()).into());
        }
        self.check_settled(taken.membership.is_some())?;
        self.settle_flushes()?;

        let (reference, terms_read) = (self.reference)();
        let mut batch = Batch::default();
        let inputs = taken.records.len();
        self.load_states(&taken.records)?;
        for incoming in taken.records {
            failpoint!("writer.before_decide");
            self.answer(incoming, &reference, &mut batch)?;
        }
        self.answer_stalled(&reference, terms_read, &mut batch)?;
        self.wake_due(&reference, &mut batch)?;
        self.dead_letter_strays(&mut batch);

        let is_member = taken.membership.is_some() && self.fenced_since.is_none();
        let events = match taken.membership {
            Some(membership) => self.commit(batch, &membership)?,
            None => 0,
        };
        self.read_gaps()?;
        self.flush_changed()?;
        self.report(is_member);
        Ok(Stepped { events, inputs })
    }

    /// Fails if the group does not settle: a client that its group has forgotten may wait forever,
    /// so a new client must take its place.
    fn check_settled(&mut self, is_member: bool) -> Result<(), WriterError> {
        let now = self.clock.elapsed();
        let since = if is_member { None } else { Some(self.unsettled_since.unwrap_or(now)) };
        self.unsettled_since = since;
        if since.is_some_and(|since| now.saturating_sub(since) > SETTLES) {
            return Err(LogError("the group has not settled for a minute".to_owned()).into());
        }
        Ok(())
    }

    /// Waits until all decided states are stored, before the process exits.
    pub fn finish(&mut self) {
        let now = self.clock.elapsed();
        for (partition, owned) in &mut self.owned {
            if let Some(flush) = owned.flush::<D>(*partition, now) {
                let _ = self.store.flush(flush);
            }
        }
        self.store.wait_flushed(FINAL_FLUSH);
    }

    /// Claims partitions: bumps the epoch, replays events past the stored position, resumes inputs.
    fn take_over(&mut self, partitions: &[i32]) -> Result<(), WriterError> {
        // Read each time: a topic can be recreated while a writer runs.
        let log_id = self.log.log_id()?;
        self.store.wait_flushed(FLUSH_WAIT);
        self.store.flushed();
        let mut from = Vec::new();
        for &partition in partitions {
            let mut position = self.store.take_over(partition, D::FOLD_VERSION)?;
            failpoint!("writer.take_over");
            // Of any fold version: a new release starts at zero, and must not do so on a log that
            // has lost events.
            let furthest = self.store.furthest(partition)?;
            let folded = furthest.as_ref().map_or(0, |(_, folded)| *folded);
            let context = D::CONTEXT;
            if furthest.is_some_and(|(id, _)| id != log_id) {
                return Err(WriterError::AnotherLog { context, partition, folded });
            }
            if position.log_id != log_id {
                let epoch = position.epoch;
                position = self.store.reset(partition, D::FOLD_VERSION, epoch, &log_id)?;
            }
            let end = self.log.end(partition)?;
            if end < folded {
                return Err(WriterError::LogTooShort { context, partition, end, folded });
            }
            from.push((partition, position.offset));
            self.owned.insert(partition, Owned::new(position, self.clock.elapsed()));
        }
        self.restore(&from)?;
        for &partition in partitions {
            self.resume(partition)?;
        }
        Ok(())
    }

    /// Folds the service's own events that the store does not have yet, in groups.
    fn restore(&mut self, from: &[(i32, i64)]) -> Result<(), WriterError> {
        const GROUP: usize = 2_000;
        let spans = self.spans_to_the_end(from)?;
        let mut group = Vec::with_capacity(GROUP);
        let mut failure = None;
        let (owned, store, limits) = (&mut self.owned, &mut self.store, &self.limits);
        let (partitions, now) = (self.partitions, self.clock.elapsed());
        let mut fold = |group: &mut Vec<Incoming>| -> Result<(), LogError> {
            fold_group::<D, S>(owned, store, limits, (partitions, now), group).map_err(|error| {
                let text = error.to_string();
                failure = Some(error);
                LogError(text)
            })
        };
        let read = self.log.restore(&spans, &mut |incoming| {
            group.push(incoming);
            if group.len() == GROUP { fold(&mut group) } else { Ok(()) }
        });
        let read = read.and_then(|()| fold(&mut group));
        match (failure, read) {
            (Some(failure), _) => Err(failure),
            (None, read) => Ok(read?),
        }
    }

    fn commit(
        &mut self,
        batch: Batch<D::State>,
        membership: &L::Membership,
    ) -> Result<usize, WriterError> {
        let offsets = self.offsets(&batch);
        let idle = self.since(self.last_commit) > Duration::from_secs(1);
        if offsets.is_empty() || (batch.is_empty() && !idle) {
            return Ok(0);
        }
        if let Some(rest) = self.limits.gap.checked_sub(self.since(self.last_commit)) {
            std::thread::sleep(rest);
        }
        failpoint!("writer.before_transaction");
        let outcome = self.log.transact(&batch.outgoing, &offsets, membership);
        self.last_commit = self.clock.elapsed();
        match outcome {
            Ok(written) => {
                self.failures = 0;
                self.batch_limit = (self.batch_limit * 2).min(self.limits.batch);
                for input in &batch.inputs {
                    self.poisoned.remove(input);
                }
                for (source, partition, offset) in offsets {
                    if let Some(owned) = self.owned.get_mut(&partition) {
                        owned.committed.insert(source, offset);
                    }
                }
                let is_further = |(record, offset): (&log::Outgoing, &i64)| {
                    let owned = self.owned.get(&record.partition);
                    record.target != log::Target::Events
                        || owned.is_none_or(|owned| *offset >= owned.next_event)
                };
                if !batch.outgoing.iter().zip(&written).all(is_further) {
                    let why = "events landed at offsets already read: the topic was recreated";
                    return Err(LogError(why.to_owned()).into());
                }
                Ok(self.promote(batch, &written))
            }
            Err(error) => self.recover(error, &batch).map(|()| 0),
        }
    }

    /// The next offset of each input, where it has changed; a stalled input does not count as
    /// consumed.
    fn offsets(&self, batch: &Batch<D::State>) -> log::Offsets {
        let mut offsets = Vec::new();
        for (&partition, owned) in &self.owned {
            let touched = batch.touches(partition);
            for source in Source::inputs(D::FOREIGN.len()) {
                let next =
                    owned.stalled_at(source).unwrap_or_else(|| self.log.reached(source, partition));
                let moved = owned.committed.get(&source).is_none_or(|committed| *committed != next);
                // Every transaction commits offsets, even one that only wakes purchases: they fence
                // it.
                if moved || (touched && source == Source::Commands) {
                    offsets.push((source, partition, next));
                }
            }
        }
        offsets
    }

    /// Makes the staged states current, after the commit.
    fn promote(&mut self, batch: Batch<D::State>, written: &[i64]) -> usize {
        let mut events = 0;
        let mut begun = HashSet::new();
        for (record, &offset) in batch.outgoing.iter().zip(written) {
            if record.target == log::Target::Events
                && let Some(owned) = self.owned.get_mut(&record.partition)
            {
                // The last transaction's marker precedes the first record; any other gap holds
                // foreign or aborted records.
                let marker = i64::from(begun.insert(record.partition));
                if offset > owned.next_event + marker {
                    owned.between.push((owned.next_event, offset));
                }
                owned.next_event = offset + 1;
                header(&record.headers, "ce_hash").unwrap_or_default().clone_into(&mut owned.head);
                events += 1;
            }
        }
        for ((partition, key), fold) in batch.staged {
            if let Some(owned) = self.owned.get_mut(&partition) {
                owned.promote::<D>(key, fold);
            }
        }
        for owned in self.owned.values_mut() {
            owned.strays.clear();
        }
        failpoint!("writer.before_answering" if !batch.replies.is_empty());
        let now = self.clock.now();
        for reply in batch.replies {
            let position = reply.position(written, |partition| {
                self.owned.get(&partition).map_or(0, |owned| owned.next_event - 1)
            });
            let mut message = reply.reply;
            message.position =
                position.map(|(partition, offset)| format!("{}/{partition}/{offset}", D::CONTEXT));
            self.log.reply(reply.to, &message, now);
        }
        failpoint!("writer.after_answering");
        self.status.committed(events, batch.outgoing.len() - events);
        events
    }

    /// Decides how to continue after a failed transaction. Nothing staged survives it.
    fn recover(
        &mut self,
        error: TransactError,
        batch: &Batch<D::State>,
    ) -> Result<(), WriterError> {
        tracing::warn!(context = D::CONTEXT, %error, "a transaction failed");
        self.status.failed();
        match error {
            // An outage: retry, whatever the batch contains.
            TransactError::Aborted(_) => {
                self.batch_limit = (batch.decided() / 2).max(1);
                self.rewind()
            }
            TransactError::Unacceptable(why) => {
                self.failures += 1;
                if batch.decided() == 1 && self.failures > self.limits.attempts {
                    self.mark_poison(batch, &why);
                    self.failures = 0;
                } else {
                    self.batch_limit = (batch.decided() / 2).max(1);
                }
                self.rewind()
            }
            TransactError::FencedByGroup(_) => {
                self.owned.clear();
                let now = self.clock.elapsed();
                self.fenced_since.get_or_insert(now);
                Ok(())
            }
            // A transaction that outlived its time-out is also fenced as by a duplicate instance,
            // so the first fencings do not count: this process may only have been suspended for a
            // while.
            TransactError::FencedByDuplicate(_) if self.is_duplicate_instance() => {
                Err(WriterError::DuplicateInstance(error))
            }
            TransactError::FencedByDuplicate(_) | TransactError::Unknown(_) => {
                self.batch_limit = (batch.decided() / 2).max(1);
                // It may have been committed: only the log knows. A new producer ends it in any
                // case.
                self.log.renew().map_err(|error| match error {
                    TransactError::FencedByDuplicate(_) => WriterError::DuplicateInstance(error),
                    other => WriterError::Log(LogError(other.to_string())),
                })?;
                if self.without.is_without(Safeguard::RereadTail) {
                    return self.rewind();
                }
                let partitions: Vec<i32> = self.owned.keys().copied().collect();
                self.owned.clear();
                self.take_over(&partitions)
            }
        }
    }

    /// Marks the one input or deadline with which no transaction can be committed.
    fn mark_poison(&mut self, batch: &Batch<D::State>, why: &str) {
        self.poisoned.extend(batch.inputs.iter().map(|input| (*input, why.to_owned())));
        for (partition, key) in &batch.woken {
            tracing::error!(
                context = D::CONTEXT,
                key,
                why,
                "a deadline's events cannot be written; the purchase sleeps until its next input"
            );
            if let Some(owned) = self.owned.get_mut(partition) {
                owned.wakes.set(key, None);
            }
        }
    }

    /// Rewinds the inputs to the committed offsets.
    fn rewind(&mut self) -> Result<(), WriterError> {
        let partitions: Vec<i32> = self.owned.keys().copied().collect();
        for partition in partitions {
            self.resume(partition)?;
            if let Some(owned) = self.owned.get_mut(&partition) {
                owned.rewound();
            }
        }
        Ok(())
    }

    /// Whether another process uses this instance name: this one was fenced repeatedly within a
    /// short time.
    fn is_duplicate_instance(&mut self) -> bool {
        let now = self.clock.elapsed();
        self.fenced_by_name.retain(|instant| now.saturating_sub(*instant) < FENCING_IS_RECENT);
        self.fenced_by_name.push(now);
        let is_established = self.fenced_by_name.first().is_some_and(|first| *first > ESTABLISHED);
        let most = if is_established { FENCINGS_OF_THE_ESTABLISHED } else { FENCINGS };
        self.fenced_by_name.len() > most
    }

    fn flush_changed(&mut self) -> Result<(), WriterError> {
        let now = self.clock.elapsed();
        for (&partition, owned) in &mut self.owned {
            if owned.flush_is_due(&self.limits, now)
                && let Some(flush) = owned.flush::<D>(partition, now)
            {
                self.store.flush(flush)?;
            }
            owned.evict(self.limits.cached);
        }
        Ok(())
    }

    fn settle_flushes(&mut self) -> Result<(), WriterError> {
        for done in self.store.flushed() {
            match done {
                Ok(done) => {
                    if let Some(owned) = self.owned.get_mut(&done.partition) {
                        owned.flushed(&done);
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

    /// Loads the states of these inputs' purchases into memory, with one query per partition.
    fn load_states(&mut self, records: &[Incoming]) -> Result<(), WriterError> {
        let mut wanted: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
        for record in records {
            if let Some(key) = record.key.as_deref().and_then(readable_key) {
                wanted.entry(record.partition).or_default().push(key);
            }
        }
        for (partition, keys) in wanted {
            if let Some(owned) = self.owned.get_mut(&partition) {
                owned.load::<D, S>(partition, &mut self.store, keys)?;
            }
        }
        Ok(())
    }

    fn report(&self, is_member: bool) {
        let now = self.clock.now();
        let partitions = self.owned.iter().map(|(&partition, owned)| {
            let reached = Source::inputs(D::FOREIGN.len())
                .map(|source| self.log.reached(source, partition))
                .collect();
            (partition, owned.status(now, reached))
        });
        self.status.partitions(is_member, partitions);
        self.status.at(now);
    }
}

/// Folds a group of the service's own events into the states in memory.
fn fold_group<D: Decider, S: Store>(
    all: &mut BTreeMap<i32, Owned<D::State>>,
    store: &mut S,
    limits: &Limits,
    (partitions, now): (i32, Duration),
    group: &mut Vec<Incoming>,
) -> Result<(), WriterError> {
    let mut keys: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
    for event in group.iter() {
        if let Ok(key) = restoring::key_of(event, partitions) {
            keys.entry(event.partition).or_default().push(key);
        }
    }
    for (partition, keys) in keys {
        if let Some(owned) = all.get_mut(&partition) {
            owned.load::<D, S>(partition, store, keys)?;
        }
    }
    for event in group.drain(..) {
        let Some(owned) = all.get_mut(&event.partition) else { continue };
        owned.next_event = event.offset + 1;
        if !is_genesis(&event.headers) {
            restoring::fold_event::<D>(owned, event, partitions);
            failpoint!("writer.restore");
        }
    }
    let mut flushed = Vec::new();
    for (&partition, owned) in all.iter_mut() {
        if owned.unflushed() > limits.unflushed
            && let Some(flush) = owned.flush::<D>(partition, now)
        {
            store.flush(flush)?;
            store.wait_flushed(FLUSH_WAIT);
            flushed.extend(store.flushed());
        }
    }
    // For any partition, including one that was given up meanwhile.
    for done in flushed {
        let done = done?;
        if let Some(owned) = all.get_mut(&done.partition) {
            owned.flushed(&done);
        }
    }
    for owned in all.values_mut() {
        owned.evict(limits.cached);
    }
    Ok(())
}
