//! The log as the writer sees it: a narrow trait with two implementations, Kafka and the
//! simulation.

use std::time::Duration;

use recourse_kernel::Instant;
use recourse_kernel::record::Header;

use crate::reply::Reply;

/// Where an input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The service's own command topic, owned through the consumer group.
    Commands,
    /// The events of `Decider::FOREIGN[n]`; the same partitions, assigned manually.
    Foreign(usize),
    /// The terms topic, which is read separately. Never an input, but inputs may have to wait for
    /// it.
    Terms,
}

impl Source {
    /// The inputs of a service that reacts to `foreign` other contexts, its commands first.
    pub fn inputs(foreign: usize) -> impl Iterator<Item = Self> {
        std::iter::once(Self::Commands).chain((0..foreign).map(Self::Foreign))
    }
}

/// A record of an input, or one of the service's own events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Where it comes from; [`Source::Commands`] for the service's own events.
    pub source: Source,
    /// The partition it was read from. A record whose key belongs to another one is dead-lettered.
    pub partition: i32,
    /// Its offset in the partition. Offsets have gaps, because commit markers take some.
    pub offset: i64,
    /// The key, normally a purchase's.
    pub key: Option<Vec<u8>>,
    /// The headers, in the order of the record.
    pub headers: Vec<Header>,
    /// The body; `None` for a tombstone.
    pub value: Option<Vec<u8>>,
}

/// Identifies an input: its source, partition and offset.
pub(super) type InputId = (Source, i32, i64);

impl Incoming {
    pub(super) fn id(&self) -> InputId {
        (self.source, self.partition, self.offset)
    }
}

/// The result of one [`Log::take`].
#[derive(Debug)]
pub struct Taken<M> {
    /// Partitions newly assigned to us. Nothing is read from them before [`Log::resume`].
    pub assigned: Vec<i32>,
    /// Partitions that are no longer ours. Nothing may be committed for them.
    pub revoked: Vec<i32>,
    /// Records of resumed partitions, in order within each source and partition.
    pub records: Vec<Incoming>,
    /// The group membership right after the poll that returned the records; `None` unless the group
    /// has settled with this member in it.
    pub membership: Option<M>,
}

/// The service's own topic that a record goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The events that the service decides: `recourse.claims.events.v1`.
    Events,
    /// The dead-letter topic: inputs that could not be read or decided.
    DeadLetter,
}

/// A record to write in a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Events and dead letters may be in one transaction.
    pub target: Target,
    /// The partition, the same on both topics.
    pub partition: i32,
    /// The key: the purchase's, or that of the dead-lettered record.
    pub key: Vec<u8>,
    /// CloudEvents attributes as `ce_…` (`ce_id`, `ce_type`), `content-type`, and `traceparent` if
    /// there is one.
    pub headers: Vec<Header>,
    /// JSON: the body of the event, or a [`DeadLetter`](crate::dead_letter::DeadLetter).
    pub value: Vec<u8>,
}

/// How far a transaction consumes its inputs: the next offset of each source and partition.
pub type Offsets = Vec<(Source, i32, i64)>;

/// The log could not be reached or read. The writer restarts.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LogError(pub String);

/// How a transaction failed, which decides what the writer must read again.
#[derive(Debug, thiserror::Error)]
pub enum TransactError {
    /// Definitely aborted; can be retried from the committed offsets.
    #[error("the transaction was aborted: {0}")]
    Aborted(String),
    /// Definitely aborted, because Kafka rejects one of its records and always will.
    #[error("Kafka rejects a record of the transaction: {0}")]
    Unacceptable(String),
    /// Definitely aborted: the group has a new generation, and these partitions may belong to
    /// another member.
    #[error("fenced by a newer generation of the consumer group: {0}")]
    FencedByGroup(String),
    /// It may have been committed or not.
    #[error("the transaction's outcome is unknown: {0}")]
    Unknown(String),
    /// A newer producer has this transactional id: another process runs under the same instance
    /// name, or a transaction outlived its time-out.
    #[error("another process uses this instance name: {0}")]
    FencedByDuplicate(String),
}

/// The log: inputs are read from it, transactions are written to it.
pub trait Log {
    /// The group membership, which fences a transaction by group generation (KIP-447).
    type Membership;

    /// Waits up to `wait` for input or a group change; returns about `limit` records at most.
    fn take(&mut self, wait: Duration, limit: usize) -> Result<Taken<Self::Membership>, LogError>;

    /// One past the last offset of this source and partition that [`Log::take`] has passed.
    fn reached(&self, source: Source, partition: i32) -> i64;

    /// The high watermark, including open transactions.
    fn watermark(&mut self, source: Source, partition: i32) -> Result<i64, LogError>;

    /// One past the last offset of the service's own events, including open transactions.
    fn end(&mut self, partition: i32) -> Result<i64, LogError>;

    /// The id of the events log, from its genesis record.
    fn log_id(&mut self) -> Result<String, LogError>;

    /// Reads the service's own events, `(partition, from, to)` with `to` excluded, and passes each
    /// record to `each`. Waits for transactions that are open before `to` to end.
    fn restore(
        &mut self,
        spans: &[(i32, i64, i64)],
        each: &mut dyn FnMut(Incoming) -> Result<(), LogError>,
    ) -> Result<(), LogError>;

    /// The group's stable committed offset of each input of a partition; `None` where it has none.
    fn committed(&mut self, partition: i32) -> Result<Vec<(Source, Option<i64>)>, LogError>;

    /// Starts reading the inputs of a partition from these offsets. Also rewinds after an abort.
    fn resume(&mut self, partition: i32, from: &[(Source, i64)]) -> Result<(), LogError>;

    /// Pauses a source and partition, or continues it where it was paused. [`Log::resume`] also
    /// ends a pause.
    fn pause(&mut self, source: Source, partition: i32, is_blocked: bool) -> Result<(), LogError>;

    /// The committed input record at an offset, if there is one.
    fn input_at(
        &mut self,
        source: Source,
        partition: i32,
        offset: i64,
    ) -> Result<Option<Incoming>, LogError>;

    /// One past the last readable offset of the service's own events: no transaction is open before
    /// it.
    fn stable_end(&mut self, partition: i32) -> Result<i64, LogError>;

    /// Writes all records and the inputs' offsets in one transaction. Returns the offset of each
    /// record.
    fn transact(
        &mut self,
        outgoing: &[Outgoing],
        offsets: &Offsets,
        membership: &Self::Membership,
    ) -> Result<Vec<i64>, TransactError>;

    /// Ends any open transaction of this writer and starts a new producer.
    fn renew(&mut self) -> Result<(), TransactError>;

    /// Sends a reply to an edge, best effort: if it is lost, the edge answers from the projected
    /// outcome.
    fn reply(&mut self, partition: i32, reply: &Reply, now: Instant);
}
