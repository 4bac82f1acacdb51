//! The log on Kafka: group membership, foreign partitions, transactions, replies.
//!
//! One thread owns all of it. It polls the group's consumer itself, so a revoked partition is given
//! up before anything else can be committed for it.
//!
//! Long because it implements the whole trait; what can be separated is in files of its own.

mod committing;
mod errors;
mod membership;
mod reading;
mod transactions;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerGroupMetadata};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers as _, Message as _};
use rdkafka::producer::{BaseProducer, BaseRecord};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::log::{
    Incoming, Log, LogError, Offsets, Outgoing, Source, Taken, Target, TransactError,
};
use crate::kafka::ends::Ends;
use crate::kafka::poll::{Polled, poll};
use crate::kafka::stall_detector::StallDetector;
use crate::kafka::{Connection, owned};
use crate::reply::Reply;
use crate::topics::{TERMS_CONTEXT, Topics};
use errors::{reconnects, retried};
use membership::{Change, Membership};
pub use reading::genesis;
use transactions::Transactions;

const CALL: Duration = Duration::from_secs(10);
/// One take stops after this many bytes, so it exceeds them by one record at most.
const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024;
const TRANSACTION: Duration = Duration::from_secs(6);
/// How long to sleep between polls when there is no input.
const IDLE_PAUSE: Duration = Duration::from_millis(1);

/// The log of one service on Kafka.
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
    /// What is paused.
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

/// The names of one service's topics, group and producer.
#[derive(Debug, Clone)]
pub struct LogNames<'a> {
    /// The service's context, such as `claims`.
    pub context: &'static str,
    /// The contexts that it reacts to.
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

    /// Reads what the group's consumer has.
    fn take_commands(&mut self, limit: usize, records: &mut Vec<Incoming>) -> Result<(), LogError> {
        let mut bytes = 0;
        while records.len() < limit && bytes < MAX_BATCH_BYTES {
            let Some(polled) = self.group.poll(Duration::ZERO) else { break };
            let message = match polled {
                Ok(message) => message,
                Err(KafkaError::PartitionEOF(partition)) => {
                    self.reached_the_end(partition)?;
                    continue;
                }
                Err(error) if reconnects(&error) => {
                    tracing::debug!(%error, "the commands consumer reconnects by itself");
                    break;
                }
                Err(error) => return Err(LogError(format!("reading commands: {error}"))),
            };
            let incoming = Incoming {
                source: Source::Commands,
                partition: message.partition(),
                offset: message.offset(),
                key: message.key().map(<[u8]>::to_vec),
                headers: message.headers().map_or_else(Vec::new, |headers| {
                    headers
                        .iter()
                        .map(|header| {
                            let value = header.value.map(<[u8]>::to_vec).unwrap_or_default();
                            (header.key.to_owned(), value)
                        })
                        .collect()
                }),
                value: message.payload().map(<[u8]>::to_vec),
            };
            if self.advance(incoming.source, incoming.partition, incoming.offset) {
                bytes += incoming.value.as_ref().map_or(0, Vec::len);
                records.push(incoming);
            }
        }
        Ok(())
    }

    /// Everything of a commands partition was handed out, including markers.
    fn reached_the_end(&mut self, partition: i32) -> Result<(), LogError> {
        let positions = self.group.position();
        let positions =
            positions.map_err(|error| LogError(format!("reading a consumer position: {error}")))?;
        if let Some(position) = positions.find_partition(&self.topics.commands, partition)
            && let Offset::Offset(offset) = position.offset()
            && let Some(reached) = self.reached.get_mut(&(Source::Commands, partition))
        {
            *reached = offset.max(*reached);
        }
        Ok(())
    }

    fn take_foreign(&mut self, limit: usize, records: &mut Vec<Incoming>) -> Result<(), LogError> {
        let mut bytes = 0;
        while records.len() < limit && bytes < MAX_BATCH_BYTES {
            let polled = match poll(&self.foreign, Duration::ZERO) {
                Err(error) if reconnects(&error) => break,
                polled => polled,
            };
            match polled.map_err(|error| LogError(format!("reading foreign facts: {error}")))? {
                Polled::Nothing => break,
                Polled::End { topic, partition, offset } => {
                    if let Some(source) = self.source_of(&topic)
                        && let Some(reached) = self.reached.get_mut(&(source, partition))
                    {
                        *reached = offset.max(*reached);
                    }
                }
                Polled::Record(record) => {
                    let Some(source) = self.source_of(&record.topic) else { continue };
                    if self.advance(source, record.partition, record.offset) {
                        bytes += record.value.as_ref().map_or(0, Vec::len);
                        records.push(Incoming {
                            source,
                            partition: record.partition,
                            offset: record.offset,
                            key: record.key,
                            headers: record.headers,
                            value: record.value,
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a record is the next of a resumed partition, and not left over from before a seek or
    /// revocation.
    fn advance(&mut self, source: Source, partition: i32, offset: i64) -> bool {
        match self.reached.get_mut(&(source, partition)) {
            Some(reached) if offset >= *reached => {
                *reached = offset + 1;
                true
            }
            _ => false,
        }
    }

    fn source_of(&self, topic: &str) -> Option<Source> {
        self.topics.foreign.iter().position(|foreign| foreign == topic).map(Source::Foreign)
    }

    /// Fails if a consumer has lost a partition: it and this log cannot be used any more.
    fn check_for_stall(&mut self) -> Result<(), LogError> {
        let (topics, reached, paused) = (&self.topics, &self.reached, &self.paused);
        let lost = self.stall_detector.lost(|| {
            reached
                .iter()
                .filter(|(input, _)| !paused.contains(input))
                .map(|(&(source, partition), &offset)| {
                    (topics.of(source).to_owned(), partition, offset)
                })
                .collect()
        });
        lost.map_or(Ok(()), |lost| Err(LogError(lost)))
    }

    fn let_go(&mut self, partition: i32) {
        self.reached.retain(|(_, owned), _| *owned != partition);
        self.paused.retain(|(_, owned)| *owned != partition);
        let mut list = TopicPartitionList::new();
        for topic in &self.topics.foreign {
            list.add_partition(topic, partition);
        }
        if !self.topics.foreign.is_empty() {
            // Fails if the partition was never resumed; there is nothing to unassign then.
            let _ = self.foreign.incremental_unassign(&list);
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
        let deadline = Instant::now() + wait;
        let mut records = Vec::new();
        let (mut assigned, mut revoked) = (Vec::new(), Vec::new());
        // Alternate, so that of two full topics neither starves the other: commands wait for facts.
        let facts_first = self.facts_first;
        self.facts_first = !facts_first;
        loop {
            if facts_first {
                self.take_foreign(limit, &mut records)?;
            }
            self.take_commands(limit, &mut records)?;
            self.take_foreign(limit, &mut records)?;
            if records.len() < limit {
                self.check_for_stall()?;
            }
            let rest = deadline.saturating_duration_since(Instant::now());
            if !records.is_empty() || self.group.context().has_changes() || rest.is_zero() {
                // Read here: later it could be a membership under which these records were not
                // handed out.
                let membership = self.group.group_metadata();
                for change in self.group.context().changes() {
                    match change {
                        Change::Settled => self.is_member = true,
                        Change::Unsettled => self.is_member = false,
                        Change::Assigned(partition) => assigned.push(partition),
                        Change::Revoked(partition) => {
                            self.let_go(partition);
                            assigned.retain(|other| *other != partition);
                            revoked.push(partition);
                        }
                        Change::Failed(reason) => return Err(LogError(reason)),
                    }
                }
                records
                    .retain(|record| self.reached.contains_key(&(record.source, record.partition)));
                let membership = membership.filter(|_| self.is_member).map(Arc::new);
                return Ok(Taken { assigned, revoked, records, membership });
            }
            std::thread::sleep(rest.min(IDLE_PAUSE));
        }
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
