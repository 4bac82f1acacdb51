//! The log on Kafka: group membership, foreign partitions, transactions, replies.
//!
//! One thread owns all of it. It polls the group's consumer itself, so a revoked partition is given
//! up before anything else can be committed for it.

mod committing;
mod errors;
mod membership;
mod reading;
mod taking;
mod transactions;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerGroupMetadata};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, BaseRecord};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::log::{
    Incoming, Log, LogError, Offsets, Outgoing, Source, Taken, Target, TransactError,
};
use crate::kafka::ends::Ends;
use crate::kafka::stall_detector::StallDetector;
use crate::kafka::{Connection, owned};
use crate::reply::Reply;
use crate::topics::{TERMS_CONTEXT, Topics};
use errors::retried;
use membership::Membership;
pub use reading::genesis;
use transactions::Transactions;

const CALL: Duration = Duration::from_secs(10);
const TRANSACTION: Duration = Duration::from_secs(6);

/// The [`Log`] of one service on Kafka: a member of its group, such as `recourse.claims.writer`,
/// and a producer whose transactional id names the process.
pub struct KafkaLog {
    context: &'static str,
    connection: Connection,
    topics: Names,
    transactional_id: String,
    group: BaseConsumer<Membership>,
    foreign: BaseConsumer,
    /// Ends that include open transactions, which a `read_committed` client does not show.
    ends: Ends,
    /// Ends up to the first open transaction.
    stable_ends: Ends,
    stall_detector: StallDetector,
    transactions: Transactions,
    replies: BaseProducer,
    /// Whether the group has settled with this member in it, with or without partitions.
    is_member: bool,
    /// The next offset to hand out, for each resumed source and partition.
    reached: HashMap<(Source, i32), i64>,
    /// Not reported as stalled, though nothing is fetched.
    paused: HashSet<(Source, i32)>,
    /// Alternates which consumer is read first.
    facts_first: bool,
}

struct Names {
    commands: String,
    events: String,
    dead_letter: String,
    foreign: Vec<String>,
    terms: String,
    replies: String,
}

impl Names {
    fn of(&self, source: Source) -> &str {
        match source {
            Source::Commands => &self.commands,
            Source::Foreign(n) => &self.foreign[n],
            Source::Terms => &self.terms,
        }
    }
}

/// What the names of a service's topics, group and transactional id are made of.
#[derive(Debug, Clone)]
pub struct LogNames<'a> {
    /// The service's context, such as `claims`.
    pub context: &'static str,
    /// The contexts that it reacts to; [`Source::Foreign`] is an index into them.
    pub foreign: &'static [&'static str],
    /// The process's instance name, part of its transactional id.
    pub instance: &'a str,
}

impl KafkaLog {
    /// Joins the service's group and aborts what an earlier process of the same instance left open.
    pub fn open(
        connection: &Connection,
        topics: &Topics,
        names: &LogNames<'_>,
    ) -> Result<Self, TransactError> {
        let unknown = |error: KafkaError| TransactError::Unknown(error.to_string());
        let group_name = topics.named(&format!("recourse.{}.writer", names.context));
        let transactional_id =
            topics.named(&format!("recourse.{}.writer.{}", names.context, names.instance));
        let group: BaseConsumer<Membership> = connection
            .member(&group_name)
            // A marker at the end is not a record, but must be passed as well.
            .set("enable.partition.eof", "true")
            .create_with_context(Membership::default())
            .map_err(unknown)?;
        let mut reads_all = connection.reader();
        reads_all.set("isolation.level", "read_uncommitted");
        let topics = Names {
            commands: topics.commands(names.context),
            events: topics.events(names.context),
            dead_letter: topics.dead_letters(names.context),
            foreign: names.foreign.iter().map(|context| topics.events(context)).collect(),
            terms: topics.events(TERMS_CONTEXT),
            replies: topics.replies(),
        };
        let transactions = Transactions::open(connection, &transactional_id)?;
        group.subscribe(&[&topics.commands]).map_err(unknown)?;
        Ok(Self {
            connection: connection.clone(),
            group,
            foreign: connection.reader().create().map_err(unknown)?,
            ends: Ends::new(reads_all),
            stable_ends: Ends::new(connection.reader()),
            stall_detector: StallDetector::new(connection.reader()),
            paused: HashSet::new(),
            transactions,
            replies: connection
                .producer()
                .set("enable.idempotence", "false")
                .set("acks", "1")
                .create()
                .map_err(unknown)?,
            is_member: false,
            reached: HashMap::new(),
            facts_first: false,
            topics,
            context: names.context,
            transactional_id,
        })
    }

    fn topic(&self, source: Source) -> &str {
        self.topics.of(source)
    }

    fn sources(&self) -> impl Iterator<Item = Source> + use<> {
        Source::inputs(self.topics.foreign.len())
    }

    fn let_go(&mut self, partition: i32) {
        let is_foreign =
            |(source, owned): &(Source, i32)| *source != Source::Commands && *owned == partition;
        let was_resumed = self.reached.keys().any(is_foreign);
        self.reached.retain(|(_, owned), _| *owned != partition);
        self.paused.retain(|(_, owned)| *owned != partition);
        let mut list = TopicPartitionList::new();
        for topic in &self.topics.foreign {
            list.add_partition(topic, partition);
        }
        // The client warns about a partition that it does not have.
        if was_resumed && let Err(error) = self.foreign.incremental_unassign(&list) {
            tracing::debug!(partition, %error, "cannot stop reading foreign facts");
        }
    }

    fn low_watermark(&self, source: Source, partition: i32) -> Result<i64, LogError> {
        watermarks(&self.ends, self.topic(source), partition).map(|(low, _)| low)
    }

    fn high_watermark(&self, topic: &str, partition: i32) -> Result<i64, LogError> {
        watermarks(&self.ends, topic, partition).map(|(_, high)| high)
    }
}

fn watermarks(ends: &Ends, topic: &str, partition: i32) -> Result<(i64, i64), LogError> {
    ends.of(topic, partition).map_err(|error| LogError(format!("reading a watermark: {error}")))
}

impl Log for KafkaLog {
    type Membership = Arc<ConsumerGroupMetadata>;

    fn take(&mut self, wait: Duration, limit: usize) -> Result<Taken<Self::Membership>, LogError> {
        self.take_inputs(wait, limit)
    }

    fn reached(&self, source: Source, partition: i32) -> i64 {
        self.reached.get(&(source, partition)).copied().unwrap_or(0)
    }

    fn watermark(&mut self, source: Source, partition: i32) -> Result<i64, LogError> {
        self.high_watermark(self.topic(source), partition)
    }

    fn end(&mut self, partition: i32) -> Result<i64, LogError> {
        self.high_watermark(&self.topics.events, partition)
    }

    fn log_id(&mut self) -> Result<String, LogError> {
        genesis(&self.connection, &self.topics.events)
    }

    fn restore(
        &mut self,
        spans: &[(i32, i64, i64)],
        each: &mut dyn FnMut(Incoming) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        reading::span(&self.connection, &self.topics.events, spans, each)
    }

    fn committed(&mut self, partition: i32) -> Result<Vec<(Source, Option<i64>)>, LogError> {
        let mut list = TopicPartitionList::new();
        for source in self.sources() {
            list.add_partition(self.topic(source), partition);
        }
        let committed = retried(|| self.group.committed_offsets(list.clone(), CALL))
            .map_err(|error| LogError(format!("reading committed offsets: {error}")))?;
        let of = |source| match committed.find_partition(self.topic(source), partition)?.offset() {
            Offset::Offset(offset) => Some(offset),
            _ => None,
        };
        Ok(self.sources().map(|source| (source, of(source))).collect())
    }

    fn resume(&mut self, partition: i32, from: &[(Source, i64)]) -> Result<(), LogError> {
        let failed = |error: KafkaError| LogError(format!("resuming a partition: {error}"));
        let mut starts = Vec::with_capacity(from.len());
        for &(source, offset) in from {
            // A topic whose oldest records were deleted does not start at zero.
            let first = if offset == 0 { self.low_watermark(source, partition)? } else { offset };
            starts.push((source, first));
        }
        self.let_go(partition);
        let mut foreign = TopicPartitionList::new();
        for &(source, offset) in &starts {
            let topic = self.topics.of(source);
            self.stall_detector.repositioned(topic, partition);
            if source == Source::Commands {
                retried(|| self.group.seek(topic, partition, Offset::Offset(offset), CALL))
                    .map_err(failed)?;
            } else {
                foreign
                    .add_partition_offset(topic, partition, Offset::Offset(offset))
                    .map_err(failed)?;
            }
        }
        if foreign.count() > 0 {
            self.foreign.incremental_assign(&foreign).map_err(failed)?;
            self.foreign.resume(&foreign).map_err(failed)?;
        }
        let mut commands = TopicPartitionList::new();
        commands.add_partition(&self.topics.commands, partition);
        self.group.resume(&commands).map_err(failed)?;
        self.reached
            .extend(starts.into_iter().map(|(source, offset)| ((source, partition), offset)));
        Ok(())
    }

    fn pause(&mut self, source: Source, partition: i32, is_blocked: bool) -> Result<(), LogError> {
        let mut list = TopicPartitionList::new();
        list.add_partition(self.topic(source), partition);
        let done = match (source, is_blocked) {
            (Source::Commands, true) => self.group.pause(&list),
            (Source::Commands, false) => self.group.resume(&list),
            (_, true) => self.foreign.pause(&list),
            (_, false) => self.foreign.resume(&list),
        };
        if is_blocked {
            self.paused.insert((source, partition));
        } else {
            self.paused.remove(&(source, partition));
        }
        done.map_err(|error| LogError(format!("pausing or resuming an input: {error}")))
    }

    fn input_at(
        &mut self,
        source: Source,
        partition: i32,
        offset: i64,
    ) -> Result<Option<Incoming>, LogError> {
        if self.low_watermark(source, partition)? > offset {
            return Ok(None);
        }
        let mut found = None;
        let span = [(partition, offset, offset.saturating_add(1))];
        reading::span(&self.connection, self.topic(source), &span, &mut |incoming| {
            if incoming.offset == offset {
                found = Some(Incoming { source, ..incoming });
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn stable_end(&mut self, partition: i32) -> Result<i64, LogError> {
        watermarks(&self.stable_ends, &self.topics.events, partition).map(|(_, end)| end)
    }

    fn transact(
        &mut self,
        outgoing: &[Outgoing],
        offsets: &Offsets,
        membership: &Self::Membership,
    ) -> Result<Vec<i64>, TransactError> {
        let mut list = TopicPartitionList::new();
        for &(source, partition, offset) in offsets {
            list.add_partition_offset(self.topic(source), partition, Offset::Offset(offset))
                .map_err(|error| TransactError::Unknown(error.to_string()))?;
        }
        let topic_of = |target: Target| match target {
            Target::Events => self.topics.events.as_str(),
            Target::DeadLetter => self.topics.dead_letter.as_str(),
        };
        self.transactions.transact(outgoing, topic_of, list, membership)
    }

    fn renew(&mut self) -> Result<(), TransactError> {
        self.transactions = Transactions::open(&self.connection, &self.transactional_id)?;
        Ok(())
    }

    fn reply(&mut self, partition: i32, reply: &Reply, now: recourse_kernel::Instant) {
        let Ok(value) = serde_json::to_vec(reply) else { return };
        let record = BaseRecord::to(&self.topics.replies)
            .partition(partition)
            .key(&reply.command_id)
            .headers(owned(&reply.headers(self.context, now)))
            .payload(&value);
        let _ = self.replies.send(record);
        self.replies.poll(Duration::ZERO);
    }
}
