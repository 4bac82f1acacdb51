//! A log, a state store and a read model in memory, behind the same traits as Kafka and PostgreSQL, for tests
//! and simulation only. They keep what makes the real ones hard: offsets taken by commit markers, group
//! generations that fence, transactions that are open, aborted, torn, or whose outcome nobody knows, flushes
//! that lag. What goes wrong is decided by a [`FaultInjector`] at each call of each process.

mod fault_injector;
mod log;
mod model;
mod projector;
mod store;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use recourse_kernel::record::Header;

use crate::reply::Reply;
use crate::topics::partition_of;
use crate::writer::log::{Incoming, Source};
use crate::writer::without::DisabledSafeguards;
use world::{Stored, Topic, World, incoming, topic_of};

pub use fault_injector::{Call, CallOutcome, FaultInjector, Smooth};
pub use log::SimulatedLog;
pub use model::SimulatedModel;
pub use projector::SimulatedProjector;
pub use store::SimulatedStore;

/// What goes wrong with the next transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is aborted, and everyone knows.
    Abort,
    /// It is aborted, because one of its records is never taken.
    Unacceptable,
    /// It is committed, and the writer is not told.
    CommittedUntold,
    /// It is aborted, and the writer is not told.
    AbortedUntold,
}

/// How a transaction of another service ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// At once.
    Committed,
    /// Its request to commit is under way.
    Late,
    /// It is aborted, and nobody may see it.
    Aborted,
}

/// The cluster: one service's topics, its groups, its state store, its read model. Clones are the same one.
#[derive(Clone)]
pub struct Cluster(Arc<Mutex<World>>);

impl Cluster {
    /// An empty cluster with this many partitions and foreign topics.
    pub fn new(partitions: i32, foreign: usize) -> Self {
        Self(Arc::new(Mutex::new(World::new(partitions, foreign))))
    }

    /// The same without what protects against a fault; for a simulation only.
    #[cfg(debug_assertions)]
    #[must_use]
    pub fn without(self, without: DisabledSafeguards) -> Self {
        self.lock().without = without;
        self
    }

    /// What it is without.
    pub fn is_without(&self) -> DisabledSafeguards {
        self.lock().without
    }

    /// A new member of the service's group. The partitions move at once.
    pub fn join(&self) -> SimulatedLog {
        let name = format!("member {}", self.lock().joined + 1);
        self.join_as(&name, Smooth)
    }

    /// A new member whose producer has this name: a process that had it before is fenced.
    pub fn join_as<F: FaultInjector>(&self, name: &str, fault_injector: F) -> SimulatedLog<F> {
        SimulatedLog::new(self.clone(), name, fault_injector)
    }

    /// A member, by its [`SimulatedLog::id`], is declared dead by the group. It may still believe that it
    /// lives.
    pub fn expel(&self, member: u64) {
        self.lock().writers.leave(member);
    }

    /// Both groups declare their n-th member dead, counted around; it may still believe that it lives.
    pub fn expel_nth(&self, n: usize) {
        let mut world = self.lock();
        world.writers.expel_nth(n);
        world.projectors.expel_nth(n);
    }

    /// The groups notice whose process is dead.
    pub fn notice_dead(&self) {
        self.lock().notice_dead();
    }

    /// The state store, as one writer uses it.
    pub fn store(&self) -> SimulatedStore {
        self.store_as(Smooth)
    }

    /// The state store, as a writer uses it to whom things happen.
    pub fn store_as<F: FaultInjector>(&self, fault_injector: F) -> SimulatedStore<F> {
        let mut world = self.lock();
        world.joined += 1;
        let (id, restarts) = (world.joined, world.store_restarts);
        drop(world);
        SimulatedStore::new(self.clone(), id, restarts, fault_injector)
    }

    /// Something is written to the commands (`None`) or a foreign topic.
    pub fn write(&self, foreign: Option<usize>, key: &str, headers: Vec<Header>, value: Vec<u8>) {
        if let Some(n) = foreign {
            // Foreign topics are written in transactions, so a marker follows.
            return self.write_foreign(n, key, headers, value, Ending::Committed);
        }
        let mut world = self.lock();
        let partition = partition_of(key.as_bytes(), world.partitions);
        let key = key.as_bytes().to_vec();
        world.append(Topic::Commands, partition, Stored { key, headers, value });
    }

    /// A fact is written to a foreign topic, in a transaction of its own.
    pub fn write_foreign(
        &self,
        foreign: usize,
        key: &str,
        headers: Vec<Header>,
        value: Vec<u8>,
        ending: Ending,
    ) {
        let mut world = self.lock();
        let partition = partition_of(key.as_bytes(), world.partitions);
        let key = key.as_bytes().to_vec();
        world.foreign_transaction(
            Topic::Foreign(foreign),
            partition,
            Stored { key, headers, value },
            ending,
        );
    }

    /// A stranger begins a transaction on the service's events and leaves it open.
    pub fn hang(&self, partition: i32) {
        let mut world = self.lock();
        let record = Stored { key: Vec::new(), headers: Vec::new(), value: Vec::new() };
        world.hang(Topic::Events, partition, record);
    }

    /// The group has been without members for so long that its offsets are gone.
    pub fn forget_offsets(&self) {
        self.lock().committed.clear();
    }

    /// Whether the writers' group has a member.
    pub fn has_members(&self) -> bool {
        !self.lock().writers.members.is_empty()
    }

    /// The broker is restored from a copy that lacks the last offsets of every partition of the events.
    pub fn lose_events(&self, offsets: usize) {
        self.lock().truncate_events(offsets);
    }

    /// The next transactions go wrong in this order.
    pub fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().faults.extend(faults);
    }

    /// The next marker of a transaction that has ended is written; false if none is missing.
    pub fn marker_comes(&self) -> bool {
        self.lock().marker_comes()
    }

    /// A request to commit that was under way arrives; false if none is.
    pub fn request_arrives(&self) -> bool {
        self.lock().request_arrives()
    }

    /// The oldest open transaction outlives its time and is aborted; false if none is open.
    pub fn time_passes(&self) -> bool {
        self.lock().time_passes()
    }

    /// A flush that was under way is written, if it counts; false if none is.
    pub fn flush_arrives(&self) -> bool {
        self.lock().flush_arrives()
    }

    /// Every transaction and every flush comes to its end.
    pub fn settle(&self) {
        let mut world = self.lock();
        world.end_all();
        while world.flush_arrives() {}
    }

    /// Notes what the databases hold now, for [`Cluster::store_loses`] and [`Cluster::model_loses`].
    pub fn checkpoint(&self) {
        let mut world = self.lock();
        world.states_before = world.states.clone();
        world.model_before = world.model.clone();
    }

    /// The state store's database crashes, and what it was told since the last checkpoint is lost.
    pub fn store_loses(&self) {
        let mut world = self.lock();
        world.states = world.states_before.clone();
        world.store_restarts += 1;
    }

    /// What the state store holds of a purchase becomes unreadable.
    pub fn damage_state(&self, key: &str) {
        let mut world = self.lock();
        for rows in world.states.rows.values_mut() {
            if let Some(row) = rows.get_mut(key) {
                row.state = b"no state".to_vec();
            }
        }
    }

    /// The same of the read model's.
    pub fn model_loses(&self) {
        let mut world = self.lock();
        let restarts = world.model.restarts();
        world.model = world.model_before.clone().restarted(restarts);
    }

    /// The read model as text: rows, outcomes of commands, heads of streams.
    pub fn dump(&self) -> String {
        self.lock().model.dump()
    }

    /// Empties the read model.
    pub fn clear_model(&self) {
        let mut world = self.lock();
        let restarts = world.model.restarts();
        world.model = model::ReadModel::default().restarted(restarts);
    }

    /// All events, in the order of each partition.
    pub fn events(&self) -> Vec<Incoming> {
        self.lock().read_all(Topic::Events)
    }

    /// The events of one partition from an offset on.
    pub fn events_from(&self, partition: i32, offset: i64) -> Vec<Incoming> {
        self.lock().read_from(Topic::Events, partition, offset)
    }

    /// All parked records, in the order of each partition.
    pub fn dead_letter(&self) -> Vec<Incoming> {
        self.lock().read_all(Topic::DeadLetter)
    }

    /// The record that came in at this place, if it is one that was committed.
    pub fn came_in(&self, source: Source, partition: i32, offset: i64) -> Option<Incoming> {
        let world = self.lock();
        let (at, record) = world.read(topic_of(source)?, partition, offset, offset + 1).next()?;
        Some(incoming(source, partition, at, record))
    }

    /// The last reply to a command.
    pub fn reply_to(&self, command_id: &str) -> Option<Reply> {
        let world = self.lock();
        let mut replies = world.replies.iter().rev().map(|(_, reply)| reply);
        replies.find(|reply| reply.command_id == command_id).cloned()
    }

    /// The replies sent so far, with the partition that each went to.
    pub fn replies(&self) -> Vec<(i32, Reply)> {
        self.lock().replies.clone()
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
