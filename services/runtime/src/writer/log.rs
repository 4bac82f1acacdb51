//! The log as the writer sees it: a narrow trait with two real sides, Kafka and the simulation.

use std::time::Duration;

use recourse_kernel::Instant;
use recourse_kernel::record::Header;

use crate::reply::Reply;

/// Where an input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The service's own command topic, owned through the consumer group.
    Commands,
    /// The events of `Decider::FOREIGN[n]`, assigned by hand to the same partitions.
    Foreign(usize),
    /// The terms topic, which is followed apart. It is never an input, but may have to be waited for.
    Terms,
}

impl Source {
    /// The inputs of a service that reacts to so many contexts: its commands first.
    pub fn inputs(foreign: usize) -> impl Iterator<Item = Self> {
        std::iter::once(Self::Commands).chain((0..foreign).map(Self::Foreign))
    }
}

/// A record that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Where from.
    pub source: Source,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
    /// The key, if any.
    pub key: Option<Vec<u8>>,
    /// The headers.
    pub headers: Vec<Header>,
    /// The value, if any.
    pub value: Option<Vec<u8>>,
}

/// What one look at the log brought.
#[derive(Debug)]
pub struct Taken<M> {
    /// Partitions that are ours from now on. Nothing is read from them before [`Log::resume`].
    pub assigned: Vec<i32>,
    /// Partitions that are no longer ours. Nothing of them may be committed.
    pub revoked: Vec<i32>,
    /// Records of partitions that were resumed, in order within each source and partition.
    pub records: Vec<Incoming>,
    /// The group's membership right after the poll that brought them; nothing before the first assignment.
    pub membership: Option<M>,
}

/// Which of the service's own topics a record goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// What happened.
    Events,
    /// What could not be read or decided.
    DeadLetter,
}

/// A record to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The topic.
    pub target: Target,
    /// The partition.
    pub partition: i32,
    /// The key.
    pub key: Vec<u8>,
    /// The headers.
    pub headers: Vec<Header>,
    /// The value.
    pub value: Vec<u8>,
}

/// How far the inputs of a transaction go: the next offset of each source and partition.
pub type Offsets = Vec<(Source, i32, i64)>;

/// A failure to reach or read the log. The writer starts afresh.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LogError(pub String);

/// How a transaction can fail.
#[derive(Debug, thiserror::Error)]
pub enum TransactError {
    /// It was aborted for certain, and can be tried again from the committed offsets.
    #[error("the transaction was aborted: {0}")]
    Aborted(String),
    /// It was aborted for certain, because Kafka does not take one of its records, and never will.
    #[error("a record of the transaction is not acceptable: {0}")]
    Unacceptable(String),
    /// The group has moved on: these partitions may be another's by now. Aborted for certain.
    #[error("the group has moved on: {0}")]
    FencedByGroup(String),
    /// Nobody knows whether it was committed.
    #[error("the transaction's outcome is not known: {0}")]
    Unknown(String),
    /// Another process runs under the same instance name.
    #[error("another process has taken this instance's name: {0}")]
    FencedByDuplicate(String),
}

/// The log: inputs come in, transactions go out.
pub trait Log {
    /// The group's membership, which fences a transaction by the group's generation (KIP-447).
    type Membership;

    /// Waits up to `wait` for something to come in, and takes at most `limit` records.
    fn take(&mut self, wait: Duration, limit: usize) -> Result<Taken<Self::Membership>, LogError>;

    /// Everything of this source and partition below this offset was handed out by [`Log::take`].
    fn reached(&self, source: Source, partition: i32) -> i64;

    /// The high watermark, open transactions included.
    fn watermark(&mut self, source: Source, partition: i32) -> Result<i64, LogError>;

    /// One past the last offset of the service's own events, open transactions included.
    fn end(&mut self, partition: i32) -> Result<i64, LogError>;

    /// The id of the events log, from its genesis record.
    fn log_id(&mut self) -> Result<String, LogError>;

    /// Reads the service's own events from the given offsets to the high watermark of this moment, and
    /// gives each record, with its offset, to `each`. Waits for open transactions to end.
    fn restore(
        &mut self,
        from: &[(i32, i64)],
        each: &mut dyn FnMut(Incoming) -> Result<(), LogError>,
    ) -> Result<(), LogError>;

    /// The group's stable committed offset of each input of a partition; nothing where it has none.
    fn committed(&mut self, partition: i32) -> Result<Vec<(Source, Option<i64>)>, LogError>;

    /// Begins to hand out inputs of a partition from these offsets. Also rewinds, after an abort.
    fn resume(&mut self, partition: i32, from: &[(Source, i64)]) -> Result<(), LogError>;

    /// Hands out nothing more of a source and partition, or again what comes after what was handed out.
    /// [`Log::resume`] ends it, too.
    fn pause(&mut self, source: Source, partition: i32, is_blocked: bool) -> Result<(), LogError>;

    /// The committed record at a place of an input; nothing where there is none.
    fn input_at(
        &mut self,
        source: Source,
        partition: i32,
        offset: i64,
    ) -> Result<Option<Incoming>, LogError>;

    /// One past the last offset of the service's own events that can be read: no transaction is open before it.
    fn stable_end(&mut self, partition: i32) -> Result<i64, LogError>;

    /// Writes all of it with the inputs' offsets in one transaction. Gives the offset of each record.
    fn transact(
        &mut self,
        outgoing: &[Outgoing],
        offsets: &Offsets,
        membership: &Self::Membership,
    ) -> Result<Vec<i64>, TransactError>;

    /// Ends whatever transaction is open under this name and begins with a new producer.
    fn renew(&mut self) -> Result<(), TransactError>;

    /// Sends a hint to an edge. Never fails: a lost one is answered by the projected outcome.
    fn reply(&mut self, partition: i32, reply: &Reply, now: Instant);
}
