//! An in-memory log, state store and read model, with the same traits as Kafka and PostgreSQL, for
//! tests, the simulation and case files that are played in memory. They keep what makes the real
//! ones hard: offsets taken by commit markers, group generations that fence, transactions that are
//! open, aborted, torn or of unknown outcome, and flushes that lag. A [`FaultInjector`] decides
//! what goes wrong at each call of each process.

#![warn(missing_docs)]

mod fault_injector;
mod log;
mod model;
mod projector;
mod store;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use recourse_kernel::record::Header;
use recourse_runtime::reply::Reply;
use recourse_runtime::safeguards::DisabledSafeguards;
use recourse_runtime::topics::partition_of;
use recourse_runtime::writer::log::{Incoming, Source};

use world::{Stored, Topic, World, incoming, topic_of};

pub use fault_injector::{Call, CallOutcome, FaultInjector, Smooth};
pub use log::SimulatedLog;
pub use model::SimulatedModel;
pub use projector::SimulatedProjector;
pub use store::SimulatedStore;

/// A fault of the next transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is aborted, and the writer is notified.
    Abort,
    /// It is aborted, because one of its records is always rejected.
    Unacceptable,
    /// It is committed, but the writer is not notified.
    CommittedUnreported,
    /// It is aborted, but the writer is not notified.
    AbortedUnreported,
}

/// How a transaction of another service ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is committed at once, and readers see it.
    Committed,
    /// Its request to commit is delayed.
    Late,
    /// It is aborted, and must stay invisible.
    Aborted,
}

/// The cluster: one service's topics, groups, state store and read model. Clones share state.
#[derive(Clone)]
pub struct Cluster(Arc<Mutex<World>>);

impl Cluster {
    /// An empty cluster with this many partitions and foreign topics.
    pub fn new(partitions: i32, foreign: usize) -> Self {
        Self(Arc::new(Mutex::new(World::new(partitions, foreign))))
    }

    /// The same cluster with one safeguard disabled; for simulations only.
    #[cfg(debug_assertions)]
    #[must_use]
    pub fn without(self, without: DisabledSafeguards) -> Self {
        self.lock().without = without;
        self
    }

    /// The disabled safeguard, if any.
    pub fn is_without(&self) -> DisabledSafeguards {
        self.lock().without
    }

    /// A new member of the service's group. The rebalance is immediate.
    pub fn join(&self) -> SimulatedLog {
        let name = format!("member {}", self.lock().joined + 1);
        self.join_as(&name, Smooth)
    }

    /// A new member whose producer has this name: an earlier process of that name is fenced.
    pub fn join_as<F: FaultInjector>(&self, name: &str, fault_injector: F) -> SimulatedLog<F> {
        SimulatedLog::new(self.clone(), name, fault_injector)
    }

    /// Makes the group declare a member dead, by its [`SimulatedLog::id`]. Its process may still be
    /// running.
    pub fn expel(&self, member: u64) {
        self.lock().writers.leave(member);
    }

    /// Makes both groups declare their n-th member dead (modulo their size); it may still be
    /// running.
    pub fn expel_nth(&self, n: usize) {
        let mut world = self.lock();
        world.writers.expel_nth(n);
        world.projectors.expel_nth(n);
    }

    /// Removes dead processes from both groups, as after their session timeout; the groups
    /// rebalance.
    pub fn notice_dead(&self) {
        self.lock().notice_dead();
    }

    /// The state store as used by one writer.
    pub fn store(&self) -> SimulatedStore {
        self.store_as(Smooth)
    }

    /// The state store as used by a writer with injected faults.
    pub fn store_as<F: FaultInjector>(&self, fault_injector: F) -> SimulatedStore<F> {
        let mut world = self.lock();
        world.joined += 1;
        let (id, restarts) = (world.joined, world.store_restarts);
        drop(world);
        SimulatedStore::new(self.clone(), id, restarts, fault_injector)
    }

    /// Writes a record to the commands topic (`None`) or to a foreign topic.
    pub fn write(&self, foreign: Option<usize>, key: &str, headers: Vec<Header>, value: Vec<u8>) {
        if let Some(n) = foreign {
            // Foreign topics are written in transactions, so a marker follows.
            self.write_foreign(n, key, headers, value, Ending::Committed);
            return;
        }
        let mut world = self.lock();
        let partition = partition_of(key.as_bytes(), world.partitions);
        let key = key.as_bytes().to_vec();
        world.append(Topic::Commands, partition, Stored { key, headers, value });
    }

    /// Writes a fact to a foreign topic, in its own transaction. Returns its partition and offset.
    pub fn write_foreign(
        &self,
        foreign: usize,
        key: &str,
        headers: Vec<Header>,
        value: Vec<u8>,
        ending: Ending,
    ) -> (i32, i64) {
        let mut world = self.lock();
        let topic = Topic::Foreign(foreign);
        let partition = partition_of(key.as_bytes(), world.partitions);
        let offset = world.end(topic, partition);
        let key = key.as_bytes().to_vec();
        world.foreign_transaction(topic, partition, Stored { key, headers, value }, ending);
        (partition, offset)
    }

    /// A foreign writer starts a transaction on the service's events and leaves it open.
    pub fn leave_transaction_open(&self, partition: i32) {
        let mut world = self.lock();
        let record = Stored { key: Vec::new(), headers: Vec::new(), value: Vec::new() };
        world.leave_transaction_open(Topic::Events, partition, record);
    }

    /// Expires the group's offsets, as after a long time without members.
    pub fn forget_offsets(&self) {
        self.lock().committed.clear();
    }

    /// Whether the writers' group has a member.
    pub fn has_members(&self) -> bool {
        !self.lock().writers.members.is_empty()
    }

    /// Removes the last offsets of every events partition, as if the broker was restored from a
    /// copy.
    pub fn lose_events(&self, offsets: usize) {
        self.lock().truncate_events(offsets);
    }

    /// Injects these faults into the next transactions, in order.
    pub fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().faults.extend(faults);
    }

    /// Writes the next marker of an ended transaction; false if none is missing.
    pub fn marker_comes(&self) -> bool {
        self.lock().marker_comes()
    }

    /// Delivers a delayed request to commit; false if there is none.
    pub fn request_arrives(&self) -> bool {
        self.lock().request_arrives()
    }

    /// The oldest open transaction times out and is aborted; false if none is open.
    pub fn time_passes(&self) -> bool {
        self.lock().time_passes()
    }

    /// Writes a delayed flush, if it is still valid; false if there is none.
    pub fn flush_arrives(&self) -> bool {
        self.lock().flush_arrives()
    }

    /// Completes every transaction and every flush.
    pub fn settle(&self) {
        let mut world = self.lock();
        world.end_all();
        while world.flush_arrives() {}
    }

    /// Saves the current state of the databases, for [`Cluster::store_loses`] and
    /// [`Cluster::model_loses`].
    pub fn checkpoint(&self) {
        let mut world = self.lock();
        world.states_before = world.states.clone();
        world.model_before = world.model.clone();
    }

    /// Crashes the state store's database, which loses everything since the last checkpoint.
    pub fn store_loses(&self) {
        let mut world = self.lock();
        world.states = world.states_before.clone();
        world.store_restarts += 1;
    }

    /// Makes the stored state of a purchase unreadable.
    pub fn damage_state(&self, key: &str) {
        let mut world = self.lock();
        for rows in world.states.rows.values_mut() {
            if let Some(row) = rows.get_mut(key) {
                row.state = b"no state".to_vec();
            }
        }
    }

    /// Crashes the read model's database, likewise.
    pub fn model_loses(&self) {
        let mut world = self.lock();
        let restarts = world.model.restarts();
        world.model = world.model_before.clone().restarted(restarts);
    }

    /// The read model as text: rows, outcomes of commands, heads of streams.
    pub fn dump(&self) -> String {
        self.lock().model.dump()
    }

    /// Empties the read model. Open connections to it break, as by a restart of the database.
    pub fn clear_model(&self) {
        let mut world = self.lock();
        let restarts = world.model.restarts();
        world.model = model::ReadModel::default().restarted(restarts);
    }

    /// All events, in the order of each partition.
    pub fn events(&self) -> Vec<Incoming> {
        self.lock().read_all(Topic::Events)
    }

    /// The committed events of one partition at `offset` and after it, up to the first open
    /// transaction.
    pub fn events_from(&self, partition: i32, offset: i64) -> Vec<Incoming> {
        self.lock().read_from(Topic::Events, partition, offset)
    }

    /// All dead letters, in the order of each partition.
    pub fn dead_letter(&self) -> Vec<Incoming> {
        self.lock().read_all(Topic::DeadLetter)
    }

    /// The committed input record at this offset, if there is one.
    pub fn came_in(&self, source: Source, partition: i32, offset: i64) -> Option<Incoming> {
        let world = self.lock();
        let (at, record) = world.read(topic_of(source)?, partition, offset, offset + 1).next()?;
        Some(incoming(source, partition, at, record))
    }

    /// The last reply to the command with this id; `None` if none has arrived.
    pub fn reply_to(&self, command_id: &str) -> Option<Reply> {
        let world = self.lock();
        let mut replies = world.replies.iter().rev().map(|(_, reply)| reply);
        replies.find(|reply| reply.command_id == command_id).cloned()
    }

    /// The replies sent so far, each with its partition.
    pub fn replies(&self) -> Vec<(i32, Reply)> {
        self.lock().replies.clone()
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
