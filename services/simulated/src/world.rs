//! The broker's state: topics, their transactions, and the groups.
//!
//! Long because topics, groups, transactions and stores change together, under one lock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use recourse_kernel::record::Header;
use recourse_runtime::reply::Reply;
use recourse_runtime::safeguards::{DisabledSafeguards, Safeguard};
use recourse_runtime::store::{Flush, Flushed, PartitionPosition, StoreError, StoredState};
use recourse_runtime::writer::log::{Incoming, Offsets, Outgoing, Source, Target, TransactError};

use super::model::ReadModel;
use super::{Ending, Fault};

/// A topic of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    Commands,
    Foreign(usize),
    Events,
    DeadLetter,
}

/// An entry that occupies an offset.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// `None` in a commit marker.
    record: Option<Stored>,
    call_outcome: Written,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// By the transaction with this number, whose marker is not written here yet.
    Open(u64),
    Committed,
    Aborted,
}

#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) key: Vec<u8>,
    pub(super) headers: Vec<Header>,
    pub(super) value: Vec<u8>,
}

/// A transaction with markers still to write.
#[derive(Debug, Clone)]
struct Transaction {
    name: String,
    /// The request to commit is delayed and may still arrive.
    late: bool,
    /// The decision to commit (true) or abort, once made.
    ending: Option<bool>,
    touched: BTreeSet<(Topic, i32)>,
    offsets: Offsets,
}

/// After this many reads without effect, an expelled member notices and joins again.
pub(super) const READS_UNTIL_REJOIN: u32 = 2;

/// One of the two consumer groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Writers,
    Projectors,
}

/// A consumer group's members.
#[derive(Debug, Clone, Default)]
pub(super) struct Members {
    pub(super) members: BTreeSet<u64>,
    pub(super) generation: u64,
}

impl Members {
    pub(super) fn join(&mut self, member: u64) {
        self.generation += 1;
        self.members.insert(member);
    }

    pub(super) fn leave(&mut self, member: u64) {
        if self.members.remove(&member) {
            self.generation += 1;
        }
    }

    pub(super) fn expel_nth(&mut self, n: usize) {
        let count = self.members.len().max(1);
        if let Some(member) = self.members.iter().nth(n % count).copied() {
            self.leave(member);
        }
    }

    /// A member's partitions: every n-th, by its index among the members.
    pub(super) fn partitions_of(&self, member: u64, partitions: i32) -> Vec<i32> {
        let count = self.members.len();
        match self.members.iter().position(|other| *other == member) {
            Some(index) => (0..partitions)
                .filter(|partition| usize::try_from(*partition).unwrap_or(0) % count == index)
                .collect(),
            None => Vec::new(),
        }
    }
}

pub(super) struct World {
    pub(super) partitions: i32,
    topics: BTreeMap<Topic, Vec<Vec<Entry>>>,
    pub(super) foreign: usize,
    pub(super) committed: BTreeMap<(Source, i32), i64>,
    transactions: BTreeMap<u64, Transaction>,
    begun: u64,
    /// The current epoch of each producer name.
    names: BTreeMap<String, u64>,
    pub(super) writers: Members,
    pub(super) projectors: Members,
    pub(super) joined: u64,
    /// Members whose process is dead, unnoticed by the groups so far.
    pub(super) dead: BTreeSet<u64>,
    pub(super) faults: VecDeque<Fault>,
    pub(super) replies: Vec<(i32, Reply)>,
    pub(super) states: States,
    /// The state store at the last checkpoint, to which a crash resets it.
    pub(super) states_before: States,
    /// How often the state store was restarted, which breaks earlier connections.
    pub(super) store_restarts: u64,
    /// Flushes in progress, by store connection.
    pub(super) flushes: BTreeMap<u64, VecDeque<Flush>>,
    /// Results of flushes that arrived by themselves, by store connection.
    pub(super) flushed: BTreeMap<u64, Vec<Result<Flushed, StoreError>>>,
    pub(super) model: ReadModel,
    pub(super) model_before: ReadModel,
    pub(super) without: DisabledSafeguards,
}

/// The content of the state store.
#[derive(Debug, Clone, Default)]
pub(super) struct States {
    pub(super) rows: BTreeMap<(i32, u32), BTreeMap<String, StoredState>>,
    pub(super) positions: BTreeMap<(i32, u32), PartitionPosition>,
}

impl World {
    pub(super) fn new(partitions: i32, foreign: usize) -> Self {
        let topics = [Topic::Commands, Topic::Events, Topic::DeadLetter]
            .into_iter()
            .chain((0..foreign).map(Topic::Foreign));
        let empty = || (0..partitions).map(|_| Vec::new()).collect::<Vec<_>>();
        Self {
            partitions,
            topics: topics.map(|topic| (topic, empty())).collect(),
            foreign,
            committed: BTreeMap::new(),
            transactions: BTreeMap::new(),
            begun: 0,
            names: BTreeMap::new(),
            writers: Members::default(),
            projectors: Members::default(),
            joined: 0,
            dead: BTreeSet::new(),
            faults: VecDeque::new(),
            replies: Vec::new(),
            states: States::default(),
            states_before: States::default(),
            store_restarts: 0,
            flushes: BTreeMap::new(),
            flushed: BTreeMap::new(),
            model: ReadModel::default(),
            model_before: ReadModel::default(),
            without: DisabledSafeguards::default(),
        }
    }

    pub(super) fn is_without(&self, safeguard: Safeguard) -> bool {
        self.without.is_without(safeguard)
    }

    // ------------------------------------------------------------ reading

    fn partition(&self, topic: Topic, partition: i32) -> &[Entry] {
        let at = usize::try_from(partition).unwrap_or_default();
        self.topics.get(&topic).and_then(|topic| topic.get(at)).map_or(&[], Vec::as_slice)
    }

    fn partition_mut(&mut self, topic: Topic, partition: i32) -> Option<&mut Vec<Entry>> {
        self.topics.get_mut(&topic)?.get_mut(usize::try_from(partition).ok()?)
    }

    /// The high watermark.
    pub(super) fn end(&self, topic: Topic, partition: i32) -> i64 {
        offset_of(self.partition(topic, partition).len())
    }

    /// The last stable offset: the first record of an open transaction, or the end.
    pub(super) fn stable(&self, topic: Topic, partition: i32) -> i64 {
        let entries = self.partition(topic, partition);
        if self.transactions.is_empty() {
            return offset_of(entries.len());
        }
        let is_open = |entry: &Entry| matches!(entry.call_outcome, Written::Open(_));
        offset_of(entries.iter().position(is_open).unwrap_or(entries.len()))
    }

    /// The records that a `read_committed` reader gets within these offsets.
    pub(super) fn read(
        &self,
        topic: Topic,
        partition: i32,
        from: i64,
        to: i64,
    ) -> impl Iterator<Item = (i64, &Stored)> {
        self.read_as(true, topic, partition, from, to)
    }

    /// The records of an input from an offset, and how far they were read. That aborted ones are
    /// left out is up to Kafka and its client, so this is where the safeguard is disabled.
    pub(super) fn read_input(
        &self,
        topic: Topic,
        partition: i32,
        from: i64,
    ) -> (i64, impl Iterator<Item = (i64, &Stored)>) {
        let committed = !self.is_without(Safeguard::ReadCommitted);
        let to = if committed { self.stable(topic, partition) } else { self.end(topic, partition) };
        (to, self.read_as(committed, topic, partition, from, to))
    }

    fn read_as(
        &self,
        committed: bool,
        topic: Topic,
        partition: i32,
        from: i64,
        to: i64,
    ) -> impl Iterator<Item = (i64, &Stored)> {
        let entries = (from..).zip(
            self.partition(topic, partition).iter().skip(usize::try_from(from).unwrap_or_default()),
        );
        entries.take_while(move |(offset, _)| *offset < to).filter_map(move |(offset, entry)| {
            let record = entry.record.as_ref()?;
            let is_read = !committed || entry.call_outcome == Written::Committed;
            is_read.then_some((offset, record))
        })
    }

    /// All records that a `read_committed` reader gets from a topic.
    pub(super) fn read_all(&self, topic: Topic) -> Vec<Incoming> {
        (0..self.partitions).flat_map(|partition| self.read_from(topic, partition, 0)).collect()
    }

    /// The same for one partition, from an offset.
    pub(super) fn read_from(&self, topic: Topic, partition: i32, offset: i64) -> Vec<Incoming> {
        self.read(topic, partition, offset, self.stable(topic, partition))
            .map(|(offset, record)| incoming(Source::Commands, partition, offset, record))
            .collect()
    }

    // ------------------------------------------------------------ writing

    /// Writes a record outside any transaction.
    pub(super) fn append(&mut self, topic: Topic, partition: i32, record: Stored) {
        if let Some(entries) = self.partition_mut(topic, partition) {
            entries.push(Entry { record: Some(record), call_outcome: Written::Committed });
        }
    }

    pub(super) fn truncate_events(&mut self, offsets: usize) {
        for partition in self.topics.get_mut(&Topic::Events).into_iter().flatten() {
            partition.truncate(partition.len().saturating_sub(offsets));
        }
    }

    /// Writes one record of another service, in its own transaction.
    pub(super) fn foreign_transaction(
        &mut self,
        topic: Topic,
        partition: i32,
        record: Stored,
        ending: Ending,
    ) {
        let number = self.leave_transaction_open(topic, partition, record);
        match ending {
            Ending::Late => self.is_late(number),
            Ending::Committed | Ending::Aborted => {
                self.decide(number, ending == Ending::Committed);
                self.finish(number);
            }
        }
    }

    /// Writes one record of a foreign writer, in a transaction that is left open. Returns its
    /// number.
    pub(super) fn leave_transaction_open(
        &mut self,
        topic: Topic,
        partition: i32,
        record: Stored,
    ) -> u64 {
        self.begun += 1;
        let number = self.begun;
        let transaction = Transaction {
            name: format!("foreign writer {number}"),
            late: false,
            ending: None,
            touched: [(topic, partition)].into(),
            offsets: Vec::new(),
        };
        self.transactions.insert(number, transaction);
        if let Some(entries) = self.partition_mut(topic, partition) {
            entries.push(Entry { record: Some(record), call_outcome: Written::Open(number) });
        }
        number
    }

    /// Starts a new producer with this name, which ends what an earlier one left open. Returns its
    /// epoch.
    pub(super) fn take_name(&mut self, name: &str) -> u64 {
        let left: Vec<u64> = self.numbers_of(|other| other.name == name);
        for number in left {
            self.decide(number, false);
            self.finish(number);
        }
        let epoch = self.names.entry(name.to_owned()).or_default();
        *epoch += 1;
        *epoch
    }

    pub(super) fn begin(&mut self, name: &str, epoch: u64) -> Result<u64, TransactError> {
        self.check_name(name, epoch)?;
        // The coordinator lets no transaction begin before the previous one's markers are written.
        let left: Vec<u64> = self.numbers_of(|other| other.name == name);
        for number in left {
            self.decide(number, false);
            self.finish(number);
        }
        self.begun += 1;
        let transaction = Transaction {
            name: name.to_owned(),
            late: false,
            ending: None,
            touched: BTreeSet::new(),
            offsets: Vec::new(),
        };
        self.transactions.insert(self.begun, transaction);
        Ok(self.begun)
    }

    fn check_name(&self, name: &str, epoch: u64) -> Result<(), TransactError> {
        if self.names.get(name) == Some(&epoch) {
            return Ok(());
        }
        Err(TransactError::FencedByDuplicate(format!("{name} has a newer producer")))
    }

    /// The transaction, if its producer has not been fenced meanwhile.
    fn open(&mut self, number: u64) -> Result<&mut Transaction, TransactError> {
        let fenced = || TransactError::FencedByDuplicate("the transaction timed out".into());
        let open = self.transactions.get_mut(&number).filter(|open| open.ending.is_none());
        open.ok_or_else(fenced)
    }

    pub(super) fn produce(
        &mut self,
        number: u64,
        topic: Topic,
        partition: i32,
        record: Stored,
    ) -> Result<i64, TransactError> {
        self.open(number)?.touched.insert((topic, partition));
        let end = self.end(topic, partition);
        if let Some(entries) = self.partition_mut(topic, partition) {
            entries.push(Entry { record: Some(record), call_outcome: Written::Open(number) });
        }
        Ok(end)
    }

    /// Adds the inputs' offsets to the transaction, unless the group has a newer generation
    /// (KIP-447). Kafka's group coordinator compares the generations, so this is where the
    /// safeguard is disabled.
    pub(super) fn send_offsets(
        &mut self,
        number: u64,
        offsets: &Offsets,
        member: u64,
        generation: u64,
    ) -> Result<(), TransactError> {
        self.open(number)?;
        let is_current =
            self.writers.generation == generation && self.writers.members.contains(&member);
        if !is_current && !self.is_without(Safeguard::GroupFencing) {
            self.decide(number, false);
            self.finish(number);
            return Err(TransactError::FencedByGroup("another generation".to_owned()));
        }
        self.open(number)?.offsets.clone_from(offsets);
        Ok(())
    }

    /// The coordinator decides to commit or abort; the markers are not written yet.
    pub(super) fn end_transaction(
        &mut self,
        number: u64,
        commit: bool,
    ) -> Result<(), TransactError> {
        self.open(number)?;
        self.decide(number, commit);
        Ok(())
    }

    fn decide(&mut self, number: u64, commit: bool) {
        if let Some(open) = self.transactions.get_mut(&number) {
            open.ending.get_or_insert(commit);
        }
    }

    /// Delays the request to commit.
    pub(super) fn is_late(&mut self, number: u64) {
        if let Some(open) = self.transactions.get_mut(&number) {
            open.late = true;
        }
    }

    /// Writes one marker of a decided transaction; false once there is none left.
    pub(super) fn write_marker(&mut self, number: u64) -> bool {
        let Some(open) = self.transactions.get_mut(&number) else { return false };
        let Some(commit) = open.ending else { return false };
        let Some((topic, partition)) = open.touched.pop_first() else {
            if let Some(ended) = self.transactions.remove(&number)
                && commit
            {
                let offsets = ended.offsets.into_iter();
                self.committed.extend(
                    offsets.map(|(source, partition, offset)| ((source, partition), offset)),
                );
            }
            return false;
        };
        let call_outcome = if commit { Written::Committed } else { Written::Aborted };
        if let Some(entries) = self.partition_mut(topic, partition) {
            for entry in
                entries.iter_mut().filter(|entry| entry.call_outcome == Written::Open(number))
            {
                entry.call_outcome = call_outcome;
            }
            entries.push(Entry { record: None, call_outcome });
        }
        true
    }

    pub(super) fn finish(&mut self, number: u64) {
        while self.write_marker(number) {}
    }

    fn numbers_of(&self, which: impl Fn(&Transaction) -> bool) -> Vec<u64> {
        self.transactions
            .iter()
            .filter(|(_, open)| which(open))
            .map(|(number, _)| *number)
            .collect()
    }

    /// Waits until a transaction has ended: its request arrives, or it times out.
    fn wait_for(&mut self, number: u64) {
        let Some(open) = self.transactions.get(&number) else { return };
        if open.ending.is_none() {
            if open.late {
                self.decide(number, true);
            } else {
                self.time_out(number);
            }
        }
        self.finish(number);
    }

    /// The coordinator aborts a transaction and fences its producer.
    fn time_out(&mut self, number: u64) {
        let Some(open) = self.transactions.get(&number) else { return };
        *self.names.entry(open.name.clone()).or_default() += 1;
        self.decide(number, false);
    }

    /// Waits until no transaction is open in a partition before an offset.
    pub(super) fn settle(&mut self, topic: Topic, partition: i32, before: i64) {
        let before = usize::try_from(before).unwrap_or_default();
        let entries = self.partition(topic, partition).iter().take(before);
        let open: BTreeSet<u64> = entries
            .filter_map(|entry| match entry.call_outcome {
                Written::Open(number) => Some(number),
                Written::Committed | Written::Aborted => None,
            })
            .collect();
        for number in open {
            self.wait_for(number);
        }
    }

    /// Waits until no offsets of a partition are pending.
    pub(super) fn settle_offsets(&mut self, partition: i32) {
        let pending = |open: &Transaction| open.offsets.iter().any(|(_, at, _)| *at == partition);
        for number in self.numbers_of(pending) {
            self.wait_for(number);
        }
    }

    // ------------------------------------------------------------ spontaneous events

    /// Writes one marker of the oldest ended transaction.
    pub(super) fn marker_comes(&mut self) -> bool {
        let ended = self.numbers_of(|open| open.ending.is_some());
        ended.first().is_some_and(|number| {
            self.write_marker(*number);
            true
        })
    }

    /// Delivers the oldest delayed request to commit.
    pub(super) fn request_arrives(&mut self) -> bool {
        let late = self.numbers_of(|open| open.late && open.ending.is_none());
        late.first().is_some_and(|number| {
            self.decide(*number, true);
            true
        })
    }

    /// Times out the oldest open transaction.
    pub(super) fn time_passes(&mut self) -> bool {
        let open = self.numbers_of(|open| open.ending.is_none() && !open.late);
        open.first().is_some_and(|number| {
            self.time_out(*number);
            true
        })
    }

    /// Makes the groups notice dead processes.
    pub(super) fn notice_dead(&mut self) {
        for member in std::mem::take(&mut self.dead) {
            self.writers.leave(member);
            self.projectors.leave(member);
        }
    }

    /// A process ends; a dead one leaves without notice.
    pub(super) fn leave(&mut self, member: u64, is_dead: bool) {
        self.dead.insert(member);
        if !is_dead {
            self.notice_dead();
        }
    }

    /// Whether a process is a member of its group. An expelled member gets nothing from the group,
    /// as a stalled process would not; after a while it notices and joins again.
    pub(super) fn hear(
        &mut self,
        group: Group,
        id: &mut u64,
        unheard: &mut u32,
        rejoins: bool,
    ) -> bool {
        let members = match group {
            Group::Writers => &mut self.writers,
            Group::Projectors => &mut self.projectors,
        };
        if members.members.contains(id) {
            *unheard = 0;
        } else {
            *unheard += 1;
            if rejoins && *unheard > READS_UNTIL_REJOIN {
                self.joined += 1;
                *id = self.joined;
                members.join(*id);
            }
        }
        members.members.contains(id)
    }

    /// Ends everything that is open or pending.
    pub(super) fn end_all(&mut self) {
        for number in self.numbers_of(|_| true) {
            self.wait_for(number);
        }
    }

    // ------------------------------------------------------------ the state store

    /// Writes the oldest flush in progress, of any store connection.
    pub(super) fn flush_arrives(&mut self) -> bool {
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
    pub(super) fn write_flush(&mut self, flush: Flush) -> Result<Flushed, StoreError> {
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

fn offset_of(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

pub(super) fn topic_of(source: Source) -> Option<Topic> {
    match source {
        Source::Commands => Some(Topic::Commands),
        Source::Foreign(n) => Some(Topic::Foreign(n)),
        // Terms are fixed in a simulation.
        Source::Terms => None,
    }
}

pub(super) fn stored(outgoing: &Outgoing) -> (Topic, Stored) {
    let topic = match outgoing.target {
        Target::Events => Topic::Events,
        Target::DeadLetter => Topic::DeadLetter,
    };
    let (key, headers) = (outgoing.key.clone(), outgoing.headers.clone());
    (topic, Stored { key, headers, value: outgoing.value.clone() })
}

pub(super) fn incoming(source: Source, partition: i32, offset: i64, record: &Stored) -> Incoming {
    Incoming {
        source,
        partition,
        offset,
        key: Some(record.key.clone()),
        headers: record.headers.clone(),
        value: Some(record.value.clone()),
    }
}
