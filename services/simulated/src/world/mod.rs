//! The broker's state: topics, their transactions, and the groups; and the stores. Everything
//! changes under one lock.

mod flushes;
mod groups;
mod reading;
mod settling;
mod transactions;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use recourse_kernel::record::Header;
use recourse_runtime::reply::Reply;
use recourse_runtime::safeguards::{DisabledSafeguards, Safeguard};
use recourse_runtime::store::{Flush, Flushed, PartitionPosition, StoreError, StoredState};
use recourse_runtime::writer::log::{Incoming, Outgoing, Source, Target};

use super::Fault;
use super::model::ReadModel;
use groups::Members;
use transactions::Transaction;

pub(super) use groups::{Group, READS_UNTIL_REJOIN};

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

    fn partition(&self, topic: Topic, partition: i32) -> &[Entry] {
        let at = usize::try_from(partition).unwrap_or_default();
        self.topics.get(&topic).and_then(|topic| topic.get(at)).map_or(&[], Vec::as_slice)
    }

    fn partition_mut(&mut self, topic: Topic, partition: i32) -> Option<&mut Vec<Entry>> {
        self.topics.get_mut(&topic)?.get_mut(usize::try_from(partition).ok()?)
    }

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
