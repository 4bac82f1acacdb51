//! A log and a state store in memory, behind the same traits as Kafka and PostgreSQL, for tests and
//! simulation only. They keep what makes the real ones hard: offsets taken by commit markers, group
//! generations that fence, transactions that are aborted or whose outcome nobody knows, flushes that lag.
//!
//! Long because the log and the store share one world of faults.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use recourse_kernel::Instant;
use recourse_kernel::record::Header;

use crate::reply::Reply;
use crate::store::{Flush, Flushed, PartitionPosition, Store, StoreError, StoredState};
use crate::topics::partition_of;
use crate::writer::log::{
    Incoming, Log, LogError, Offsets, Outgoing, Source, Taken, Target, TransactError,
};

/// A topic's partition: a record, or a commit marker that only takes an offset.
type Partition = Vec<Option<Stored>>;

#[derive(Debug, Clone)]
struct Stored {
    key: Vec<u8>,
    headers: Vec<Header>,
    value: Vec<u8>,
}

/// What goes wrong with the next transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is aborted, and everyone knows.
    Abort,
    /// It is committed, and the writer is not told.
    CommittedUntold,
    /// It is aborted, and the writer is not told.
    AbortedUntold,
}

/// The cluster: one service's topics, its group, its state store. Clones are the same one.
#[derive(Clone)]
pub struct Cluster(Arc<Mutex<World>>);

struct World {
    partitions: i32,
    commands: Vec<Partition>,
    foreign: Vec<Vec<Partition>>,
    events: Vec<Partition>,
    parked: Vec<Partition>,
    committed: BTreeMap<(Source, i32), i64>,
    members: BTreeSet<u64>,
    joined: u64,
    generation: u64,
    faults: VecDeque<Fault>,
    replies: Vec<(i32, Reply)>,
    rows: BTreeMap<(i32, u32), BTreeMap<String, StoredState>>,
    positions: BTreeMap<(i32, u32), PartitionPosition>,
}

impl Cluster {
    /// An empty cluster with this many partitions and foreign topics.
    pub fn new(partitions: i32, foreign: usize) -> Self {
        let empty = || (0..partitions).map(|_| Partition::new()).collect::<Vec<_>>();
        Self(Arc::new(Mutex::new(World {
            partitions,
            commands: empty(),
            foreign: (0..foreign).map(|_| empty()).collect(),
            events: empty(),
            parked: empty(),
            committed: BTreeMap::new(),
            members: BTreeSet::new(),
            joined: 0,
            generation: 0,
            faults: VecDeque::new(),
            replies: Vec::new(),
            rows: BTreeMap::new(),
            positions: BTreeMap::new(),
        })))
    }

    /// A new member of the service's group. The partitions move at once.
    pub fn join(&self) -> SimulatedLog {
        let mut world = self.lock();
        world.joined += 1;
        world.generation += 1;
        let id = world.joined;
        world.members.insert(id);
        SimulatedLog { cluster: self.clone(), id, seen_generation: 0, reached: BTreeMap::new() }
    }

    /// A member, by its [`SimulatedLog::id`], is declared dead by the group. It may still believe that it
    /// lives.
    pub fn expel(&self, member: u64) {
        let mut world = self.lock();
        world.members.remove(&member);
        world.generation += 1;
    }

    /// The state store, as one writer uses it.
    pub fn store(&self) -> SimulatedStore {
        SimulatedStore { cluster: self.clone(), ended: VecDeque::new() }
    }

    /// Something is written to the commands (`None`) or a foreign topic.
    pub fn write(&self, foreign: Option<usize>, key: &str, headers: Vec<Header>, value: Vec<u8>) {
        let mut world = self.lock();
        let partition = partition_of(key.as_bytes(), world.partitions);
        let stored = Stored { key: key.as_bytes().to_vec(), headers, value };
        let at = usize::try_from(partition).unwrap_or_default();
        match foreign {
            None => world.commands[at].push(Some(stored)),
            // Foreign topics are written in transactions, so a marker follows.
            Some(n) => world.foreign[n][at].extend([Some(stored), None]),
        }
    }

    /// The group has been without members for so long that its offsets are gone.
    pub fn forget_offsets(&self) {
        self.lock().committed.clear();
    }

    /// The broker is restored from a copy that lacks the last offsets of every partition of the events.
    pub fn lose_events(&self, offsets: usize) {
        for partition in &mut self.lock().events {
            partition.truncate(partition.len().saturating_sub(offsets));
        }
    }

    /// The next transactions go wrong in this order.
    pub fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().faults.extend(faults);
    }

    /// All events, in the order of each partition.
    pub fn events(&self) -> Vec<Incoming> {
        read_all(&self.lock().events)
    }

    /// The events of one partition from an offset on.
    pub fn events_from(&self, partition: i32, offset: i64) -> Vec<Incoming> {
        let world = self.lock();
        let records = usize::try_from(partition).ok().and_then(|at| world.events.get(at));
        read(records.map(Vec::as_slice).unwrap_or_default(), partition, offset)
    }

    /// All parked records, in the order of each partition.
    pub fn parked(&self) -> Vec<Incoming> {
        read_all(&self.lock().parked)
    }

    /// The last reply to a command.
    pub fn reply_to(&self, command_id: &str) -> Option<Reply> {
        let world = self.lock();
        let replies = world.replies.iter().rev().map(|(_, reply)| reply);
        replies.into_iter().find(|reply| reply.command_id == command_id).cloned()
    }

    /// The replies sent so far, with the partition that each went to.
    pub fn replies(&self) -> Vec<(i32, Reply)> {
        self.lock().replies.clone()
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_all(topic: &[Partition]) -> Vec<Incoming> {
    (0_i32..).zip(topic).flat_map(|(partition, records)| read(records, partition, 0)).collect()
}

fn read(records: &[Option<Stored>], partition: i32, from: i64) -> Vec<Incoming> {
    let skipped = usize::try_from(from).unwrap_or_default().min(records.len());
    (from..)
        .zip(&records[skipped..])
        .filter_map(|(offset, record)| {
            record.as_ref().map(|record| incoming(Source::Commands, partition, offset, record))
        })
        .collect()
}

fn incoming(source: Source, partition: i32, offset: i64, record: &Stored) -> Incoming {
    Incoming {
        source,
        partition,
        offset,
        key: Some(record.key.clone()),
        headers: record.headers.clone(),
        value: Some(record.value.clone()),
    }
}

impl World {
    fn topic(&self, source: Source) -> &[Partition] {
        match source {
            Source::Commands => &self.commands,
            Source::Foreign(n) => &self.foreign[n],
            // Terms are fixed in a simulation.
            Source::Terms => &[],
        }
    }

    fn end(&self, source: Source, partition: i32) -> i64 {
        end_of(self.topic(source), partition)
    }

    /// Each member's partitions: every n-th, by its place among the members.
    fn partitions_of(&self, member: u64) -> Vec<i32> {
        let count = self.members.len();
        match self.members.iter().position(|other| *other == member) {
            Some(place) => (0..self.partitions)
                .filter(|partition| usize::try_from(*partition).unwrap_or(0) % count == place)
                .collect(),
            None => Vec::new(),
        }
    }
}

fn end_of(topic: &[Partition], partition: i32) -> i64 {
    let records = usize::try_from(partition).ok().and_then(|at| topic.get(at));
    records.map_or(0, |records| i64::try_from(records.len()).unwrap_or(i64::MAX))
}

/// The log as one member of the group sees it.
pub struct SimulatedLog {
    cluster: Cluster,
    id: u64,
    seen_generation: u64,
    reached: BTreeMap<(Source, i32), i64>,
}

impl SimulatedLog {
    /// The member's number in the group.
    pub fn id(&self) -> u64 {
        self.id
    }
}

impl Log for SimulatedLog {
    /// The generation in which the records were taken.
    type Membership = u64;

    fn take(&mut self, _: Duration, limit: usize) -> Result<Taken<u64>, LogError> {
        let world = self.cluster.lock();
        let mut taken = Taken {
            assigned: Vec::new(),
            revoked: Vec::new(),
            records: Vec::new(),
            membership: Some(self.seen_generation),
        };
        // Whoever was expelled hears nothing more from the group, as a stalled process does not.
        if world.generation != self.seen_generation && world.members.contains(&self.id) {
            taken.revoked = self.reached.keys().map(|(_, partition)| *partition).collect();
            self.reached.clear();
            taken.assigned = world.partitions_of(self.id);
            self.seen_generation = world.generation;
            taken.membership = Some(self.seen_generation);
            return Ok(taken);
        }
        for (&(source, partition), reached) in &mut self.reached {
            let records = world.topic(source).get(usize::try_from(partition).unwrap_or_default());
            for record in
                records.into_iter().flatten().skip(usize::try_from(*reached).unwrap_or_default())
            {
                if taken.records.len() >= limit {
                    break;
                }
                if let Some(record) = record {
                    taken.records.push(incoming(source, partition, *reached, record));
                }
                *reached += 1;
            }
        }
        Ok(taken)
    }

    fn reached(&self, source: Source, partition: i32) -> i64 {
        self.reached.get(&(source, partition)).copied().unwrap_or(0)
    }

    fn watermark(&mut self, source: Source, partition: i32) -> Result<i64, LogError> {
        Ok(self.cluster.lock().end(source, partition))
    }

    fn end(&mut self, partition: i32) -> Result<i64, LogError> {
        Ok(end_of(&self.cluster.lock().events, partition))
    }

    fn log_id(&mut self) -> Result<String, LogError> {
        Ok("simulated".to_owned())
    }

    fn restore(
        &mut self,
        from: &[(i32, i64)],
        each: &mut dyn FnMut(Incoming) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        let all = self.cluster.events();
        for event in all {
            let wanted = from.iter().find(|(partition, _)| *partition == event.partition);
            if wanted.is_some_and(|(_, offset)| event.offset >= *offset) {
                each(event)?;
            }
        }
        Ok(())
    }

    fn committed(&mut self, partition: i32) -> Result<Vec<(Source, Option<i64>)>, LogError> {
        let world = self.cluster.lock();
        let of = |source| (source, world.committed.get(&(source, partition)).copied());
        Ok(Source::inputs(world.foreign.len()).map(of).collect())
    }

    fn resume(&mut self, partition: i32, from: &[(Source, i64)]) -> Result<(), LogError> {
        for &(source, offset) in from {
            self.reached.insert((source, partition), offset);
        }
        Ok(())
    }

    fn transact(
        &mut self,
        outgoing: &[Outgoing],
        offsets: &Offsets,
        membership: &u64,
    ) -> Result<Vec<i64>, TransactError> {
        let mut world = self.cluster.lock();
        if *membership != world.generation || !world.members.contains(&self.id) {
            return Err(TransactError::FencedByGroup("another generation".to_owned()));
        }
        let fault = world.faults.pop_front();
        let mut written = Vec::with_capacity(outgoing.len());
        let commits = matches!(fault, None | Some(Fault::CommittedUntold));
        let mut touched = BTreeSet::new();
        for record in outgoing {
            let at = usize::try_from(record.partition).unwrap_or_default();
            let (topic, name) = match record.target {
                Target::Events => (&mut world.events, 0),
                Target::Parked => (&mut world.parked, 1),
            };
            written.push(end_of(topic, record.partition));
            // What was aborted takes offsets too, and nobody sees it.
            topic[at].push(commits.then(|| Stored {
                key: record.key.clone(),
                headers: record.headers.clone(),
                value: record.value.clone(),
            }));
            touched.insert((name, at));
        }
        for (name, at) in touched {
            let topic = if name == 0 { &mut world.events } else { &mut world.parked };
            topic[at].push(None);
        }
        if commits {
            for &(source, partition, offset) in offsets {
                world.committed.insert((source, partition), offset);
            }
        }
        match fault {
            None => Ok(written),
            Some(Fault::Abort) => Err(TransactError::Aborted("as told".to_owned())),
            Some(_) => Err(TransactError::Unknown("as told".to_owned())),
        }
    }

    fn renew(&mut self) -> Result<(), TransactError> {
        Ok(())
    }

    fn reply(&mut self, partition: i32, reply: &Reply) {
        self.cluster.lock().replies.push((partition, reply.clone()));
    }
}

/// The state store as one writer uses it.
pub struct SimulatedStore {
    cluster: Cluster,
    ended: VecDeque<Result<Flushed, StoreError>>,
}

impl Store for SimulatedStore {
    fn take_over(
        &mut self,
        partition: i32,
        fold_version: u32,
    ) -> Result<PartitionPosition, StoreError> {
        let mut world = self.cluster.lock();
        let position = world.positions.entry((partition, fold_version)).or_default();
        position.epoch += 1;
        Ok(position.clone())
    }

    fn reset(
        &mut self,
        partition: i32,
        fold_version: u32,
        epoch: i64,
        log_id: &str,
    ) -> Result<PartitionPosition, StoreError> {
        let mut world = self.cluster.lock();
        world.rows.remove(&(partition, fold_version));
        let position =
            PartitionPosition { log_id: log_id.to_owned(), epoch, ..PartitionPosition::default() };
        world.positions.insert((partition, fold_version), position.clone());
        Ok(position)
    }

    fn load(
        &mut self,
        partition: i32,
        fold_version: u32,
        keys: &[String],
    ) -> Result<Vec<StoredState>, StoreError> {
        let world = self.cluster.lock();
        let rows = world.rows.get(&(partition, fold_version));
        Ok(keys.iter().filter_map(|key| rows?.get(key).cloned()).collect())
    }

    fn due(
        &mut self,
        partition: i32,
        fold_version: u32,
        until: Instant,
        limit: usize,
    ) -> Result<Vec<(String, Instant)>, StoreError> {
        let world = self.cluster.lock();
        let rows = world.rows.get(&(partition, fold_version));
        let mut due: Vec<_> = rows
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter_map(|row| Some((row.key.clone(), row.wake_at.filter(|at| *at <= until)?)))
            .collect();
        due.sort_by_key(|(_, at)| *at);
        due.truncate(limit);
        Ok(due)
    }

    fn flush(&mut self, batch: Flush) -> Result<(), StoreError> {
        let mut world = self.cluster.lock();
        let place = (batch.partition, batch.fold_version);
        let position = world.positions.entry(place).or_default();
        let stands = (position.offset, position.epoch) == (batch.from.offset, batch.from.epoch);
        if !stands {
            let (id, partition) = (batch.id, batch.partition);
            self.ended.push_back(Err(StoreError::Superseded { id, partition }));
            return Ok(());
        }
        position.offset = batch.to_offset;
        position.head = batch.to_head;
        let rows = world.rows.entry(place).or_default();
        rows.extend(batch.states.into_iter().map(|state| (state.key.clone(), state)));
        self.ended.push_back(Ok(Flushed {
            id: batch.id,
            partition: batch.partition,
            to_offset: batch.to_offset,
        }));
        Ok(())
    }

    fn flushed(&mut self) -> Vec<Result<Flushed, StoreError>> {
        self.ended.drain(..).collect()
    }

    fn wait_flushed(&mut self, _: Duration) -> bool {
        true
    }
}
