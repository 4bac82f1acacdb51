//! The log on Kafka: group membership, foreign partitions, transactions, replies.
//!
//! One thread owns all of it. The group's consumer is polled by that thread, so a partition is let go
//! before anything else can be committed for it.
//!
//! Long because the consumers and the producer of a transaction are owned together.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, ConsumerGroupMetadata};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header as KafkaHeader, Headers as _, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use recourse_kernel::record::{Header, header};

use super::log::{
    Incoming, Log, LogError, Offsets, Outgoing, Source, Taken, Target, TransactError,
};
use crate::kafka::Connection;
use crate::kafka::poll::{Polled, poll};
use crate::reply::Reply;
use crate::topics::{GENESIS_HEADER, TERMS_CONTEXT, Topics};

const CALL: Duration = Duration::from_secs(10);
const TRANSACTION: Duration = Duration::from_secs(6);
/// How long nothing is looked at when nothing came in.
const IDLE_PAUSE: Duration = Duration::from_millis(1);
/// How long a delivery is not looked after.
const DELIVERY_PAUSE: Duration = Duration::from_micros(200);

/// The log of one service on Kafka.
pub struct KafkaLog {
    connection: Connection,
    topics: Names,
    transactional_id: String,
    group: BaseConsumer<Membership>,
    foreign: BaseConsumer,
    /// Reads watermarks past open transactions, which a `read_committed` client does not show.
    watermarks: BaseConsumer,
    producer: BaseProducer<Deliveries>,
    replies: BaseProducer,
    /// The next offset to hand out, for every source and partition that was resumed.
    reached: HashMap<(Source, i32), i64>,
}

struct Names {
    commands: String,
    events: String,
    parked: String,
    foreign: Vec<String>,
    terms: String,
    replies: String,
}

/// Which topics and names the log of one service has.
#[derive(Debug, Clone)]
pub struct LogNames<'a> {
    /// The service's context.
    pub context: &'static str,
    /// The contexts it reacts to.
    pub foreign: &'static [&'static str],
    /// The process's instance name.
    pub instance: &'a str,
}

impl KafkaLog {
    /// Joins the service's group and ends what a forerunner of the same instance left open.
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
            .create_with_context(Membership::default())
            .map_err(unknown)?;
        let mut reads_all = connection.reader();
        reads_all.set("isolation.level", "read_uncommitted");
        let topics = Names {
            commands: topics.commands(names.context),
            events: topics.events(names.context),
            parked: topics.parked(names.context),
            foreign: names.foreign.iter().map(|context| topics.events(context)).collect(),
            terms: topics.events(TERMS_CONTEXT),
            replies: topics.replies(),
        };
        let producer = producer(connection, &transactional_id)?;
        group.subscribe(&[&topics.commands]).map_err(unknown)?;
        Ok(Self {
            connection: connection.clone(),
            group,
            foreign: connection.reader().create().map_err(unknown)?,
            watermarks: reads_all.create().map_err(unknown)?,
            producer,
            replies: connection
                .producer()
                .set("enable.idempotence", "false")
                .set("acks", "1")
                .create()
                .map_err(unknown)?,
            reached: HashMap::new(),
            topics,
            transactional_id,
        })
    }

    fn topic(&self, source: Source) -> &str {
        match source {
            Source::Commands => &self.topics.commands,
            Source::Foreign(n) => &self.topics.foreign[n],
            Source::Terms => &self.topics.terms,
        }
    }

    fn sources(&self) -> impl Iterator<Item = Source> + use<> {
        Source::inputs(self.topics.foreign.len())
    }

    /// Takes what the group's consumer has.
    fn take_commands(&mut self, limit: usize, records: &mut Vec<Incoming>) -> Result<(), LogError> {
        while records.len() < limit {
            let Some(polled) = self.group.poll(Duration::ZERO) else { break };
            let message = polled.map_err(|error| LogError(format!("reading commands: {error}")))?;
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
                records.push(incoming);
            }
        }
        Ok(())
    }

    fn take_foreign(&mut self, limit: usize, records: &mut Vec<Incoming>) -> Result<(), LogError> {
        while records.len() < limit {
            let polled = poll(&self.foreign, Duration::ZERO)
                .map_err(|error| LogError(format!("reading foreign facts: {error}")))?;
            match polled {
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

    /// Whether a record is the next of a resumed partition; what a seek or a revocation left behind is not.
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

    fn let_go(&mut self, partition: i32) {
        self.reached.retain(|(_, owned), _| *owned != partition);
        let mut list = TopicPartitionList::new();
        for topic in &self.topics.foreign {
            list.add_partition(topic, partition);
        }
        if !self.topics.foreign.is_empty() {
            // Fails when the partition was never resumed, and then there is nothing to let go.
            let _ = self.foreign.incremental_unassign(&list);
        }
    }

    /// Where the group stands, with the beginning where it never committed.
    ///
    /// Reading from the beginning is slow but right: the state knows everything that was answered.
    fn committed(&self, partition: i32) -> Result<Vec<(Source, i64)>, LogError> {
        let mut list = TopicPartitionList::new();
        for source in self.sources() {
            list.add_partition(self.topic(source), partition);
        }
        let committed = retried(|| self.group.committed_offsets(list.clone(), CALL))
            .map_err(|error| LogError(format!("asking for committed offsets: {error}")))?;
        self.sources()
            .map(|source| {
                let offset = match committed.find_partition(self.topic(source), partition) {
                    Some(element) => match element.offset() {
                        Offset::Offset(offset) => offset,
                        _ => self.low_watermark(source, partition)?,
                    },
                    None => self.low_watermark(source, partition)?,
                };
                Ok((source, offset))
            })
            .collect()
    }

    fn low_watermark(&self, source: Source, partition: i32) -> Result<i64, LogError> {
        retried(|| self.watermarks.fetch_watermarks(self.topic(source), partition, CALL))
            .map(|(low, _)| low)
            .map_err(|error| LogError(format!("asking for a watermark: {error}")))
    }

    fn high_watermark(&self, topic: &str, partition: i32) -> Result<i64, LogError> {
        retried(|| self.watermarks.fetch_watermarks(topic, partition, CALL))
            .map(|(_, high)| high)
            .map_err(|error| LogError(format!("asking for a watermark: {error}")))
    }

    fn produce(&self, outgoing: &[Outgoing]) -> Result<Vec<i64>, KafkaError> {
        self.producer.context().reset(outgoing.len());
        for (index, record) in outgoing.iter().enumerate() {
            let topic = match record.target {
                Target::Events => &self.topics.events,
                Target::Parked => &self.topics.parked,
            };
            let mut message = BaseRecord::with_opaque_to(topic, index)
                .partition(record.partition)
                .key(&record.key)
                .payload(&record.value)
                .headers(owned(&record.headers));
            loop {
                match self.producer.send(message) {
                    Ok(()) => break,
                    Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), unsent)) => {
                        message = unsent;
                        self.producer.poll(Duration::ZERO);
                        std::thread::sleep(DELIVERY_PAUSE);
                    }
                    Err((error, _)) => return Err(error),
                }
            }
        }
        // Producer::flush would sleep in steps of 100 ms, and the last millisecond of a longer poll is spun away,
        // because waiting is cut to whole milliseconds: so polls wait for nothing, and sleeping is done here.
        let deadline = Instant::now() + TRANSACTION;
        while self.producer.in_flight_count() > 0 {
            self.producer.poll(Duration::ZERO);
            if self.producer.in_flight_count() > 0 {
                std::thread::sleep(DELIVERY_PAUSE);
            }
            if Instant::now() > deadline {
                return Err(KafkaError::MessageProduction(RDKafkaErrorCode::MessageTimedOut));
            }
        }
        self.producer.context().offsets()
    }

    /// Aborts, and says what is left to do about the error that led here.
    fn aborted(&self, error: &KafkaError) -> TransactError {
        let text = error.to_string();
        if is_code(error, &[RDKafkaErrorCode::Fenced, RDKafkaErrorCode::InvalidProducerEpoch])
            && is_fatal(error)
        {
            return TransactError::FencedByNamesake(text);
        }
        if is_fatal(error) {
            return TransactError::Unknown(text);
        }
        match retried(|| self.producer.abort_transaction(TRANSACTION)) {
            Ok(()) if is_fenced_by_group(error) => TransactError::FencedByGroup(text),
            Ok(()) => TransactError::Aborted(text),
            Err(abort) if is_code(&abort, &[RDKafkaErrorCode::Fenced]) => {
                TransactError::FencedByNamesake(abort.to_string())
            }
            Err(abort) => TransactError::Unknown(format!("{text}; and aborting failed: {abort}")),
        }
    }
}

impl Log for KafkaLog {
    type Membership = ConsumerGroupMetadata;

    fn take(&mut self, wait: Duration, limit: usize) -> Result<Taken<Self::Membership>, LogError> {
        let deadline = Instant::now() + wait;
        let mut records = Vec::new();
        let (mut assigned, mut revoked) = (Vec::new(), Vec::new());
        loop {
            self.take_commands(limit, &mut records)?;
            // Read right here: later it could belong to a membership that these records were not given to.
            let membership = self.group.group_metadata();
            for change in self.group.context().changes() {
                match change {
                    Change::Assigned(partition) => assigned.push(partition),
                    Change::Revoked(partition) => {
                        self.let_go(partition);
                        assigned.retain(|other| *other != partition);
                        revoked.push(partition);
                    }
                    Change::Failed(reason) => return Err(LogError(reason)),
                }
            }
            records.retain(|record| self.reached.contains_key(&(record.source, record.partition)));
            self.take_foreign(limit, &mut records)?;
            let news = !records.is_empty() || !assigned.is_empty() || !revoked.is_empty();
            let rest = deadline.saturating_duration_since(Instant::now());
            if news || rest.is_zero() {
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

    fn log_id(&mut self) -> Result<String, LogError> {
        genesis(&self.connection, &self.topics.events)
    }

    fn restore(
        &mut self,
        from: &[(i32, i64)],
        each: &mut dyn FnMut(Incoming) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        let failed = |error: KafkaError| LogError(format!("reading own events: {error}"));
        let mut behind = BTreeMap::new();
        let mut list = TopicPartitionList::new();
        for &(partition, offset) in from {
            let end = self.high_watermark(&self.topics.events, partition)?;
            if offset < end {
                behind.insert(partition, end);
                list.add_partition_offset(&self.topics.events, partition, Offset::Offset(offset))
                    .map_err(failed)?;
            }
        }
        if behind.is_empty() {
            return Ok(());
        }
        let reader: BaseConsumer =
            self.connection.reader().set("fetch.wait.max.ms", "10").create().map_err(failed)?;
        reader.assign(&list).map_err(failed)?;
        while !behind.is_empty() {
            match poll(&reader, Duration::from_millis(100)).map_err(failed)? {
                Polled::Nothing => {}
                Polled::End { partition, offset, .. } => {
                    if behind.get(&partition).is_some_and(|end| offset >= *end) {
                        behind.remove(&partition);
                    }
                }
                Polled::Record(record) => {
                    if behind.get(&record.partition).is_some_and(|end| record.offset + 1 >= *end) {
                        behind.remove(&record.partition);
                    }
                    each(Incoming {
                        source: Source::Commands,
                        partition: record.partition,
                        offset: record.offset,
                        key: record.key,
                        headers: record.headers,
                        value: record.value,
                    })?;
                }
            }
        }
        Ok(())
    }

    fn resume(&mut self, partition: i32) -> Result<(), LogError> {
        let failed = |error: KafkaError| LogError(format!("resuming a partition: {error}"));
        let committed = self.committed(partition)?;
        self.let_go(partition);
        let mut foreign = TopicPartitionList::new();
        for &(source, offset) in &committed {
            let topic = self.topic(source);
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
        }
        let mut commands = TopicPartitionList::new();
        commands.add_partition(&self.topics.commands, partition);
        self.group.resume(&commands).map_err(failed)?;
        self.reached
            .extend(committed.into_iter().map(|(source, offset)| ((source, partition), offset)));
        Ok(())
    }

    fn transact(
        &mut self,
        outgoing: &[Outgoing],
        offsets: &Offsets,
        membership: &Self::Membership,
    ) -> Result<Vec<i64>, TransactError> {
        self.producer.begin_transaction().map_err(|error| {
            if is_fatal(&error) && is_code(&error, &[RDKafkaErrorCode::Fenced]) {
                TransactError::FencedByNamesake(error.to_string())
            } else {
                TransactError::Unknown(error.to_string())
            }
        })?;
        let written = self.produce(outgoing).map_err(|error| self.aborted(&error))?;
        let mut list = TopicPartitionList::new();
        for &(source, partition, offset) in offsets {
            list.add_partition_offset(self.topic(source), partition, Offset::Offset(offset))
                .map_err(|error| self.aborted(&error))?;
        }
        // Nothing is produced after this.
        retried(|| self.producer.send_offsets_to_transaction(&list, membership, TRANSACTION))
            .map_err(|error| self.aborted(&error))?;
        match retried(|| self.producer.commit_transaction(TRANSACTION)) {
            Ok(()) => Ok(written),
            Err(error) if requires_abort(&error) => Err(self.aborted(&error)),
            Err(error) if is_code(&error, &[RDKafkaErrorCode::Fenced]) => {
                Err(TransactError::FencedByNamesake(error.to_string()))
            }
            Err(error) => Err(TransactError::Unknown(error.to_string())),
        }
    }

    fn renew(&mut self) -> Result<(), TransactError> {
        self.producer = producer(&self.connection, &self.transactional_id)?;
        Ok(())
    }

    fn reply(&mut self, partition: i32, reply: &Reply) {
        let Ok(value) = serde_json::to_vec(reply) else { return };
        let record = BaseRecord::to(&self.topics.replies)
            .partition(partition)
            .key(&reply.command_id)
            .payload(&value);
        let _ = self.replies.send(record);
        self.replies.poll(Duration::ZERO);
    }
}

/// Reads the id in the genesis record of a topic.
pub fn genesis(connection: &Connection, topic: &str) -> Result<String, LogError> {
    let failed = |error: KafkaError| LogError(format!("reading the genesis of {topic}: {error}"));
    let reader: BaseConsumer = connection.reader().create().map_err(failed)?;
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, 0, Offset::Beginning).map_err(failed)?;
    reader.assign(&list).map_err(failed)?;
    let deadline = Instant::now() + CALL;
    while Instant::now() < deadline {
        match poll(&reader, Duration::from_millis(100)) {
            Ok(Polled::Record(record)) => {
                return header(&record.headers, GENESIS_HEADER).map(str::to_owned).ok_or_else(
                    || LogError(format!("the first record of {topic} is not its genesis record")),
                );
            }
            Ok(_) => {}
            Err(error) if is_retriable(&error) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(LogError(format!("the genesis record of {topic} could not be read in time")))
}

fn producer(
    connection: &Connection,
    transactional_id: &str,
) -> Result<BaseProducer<Deliveries>, TransactError> {
    let producer: BaseProducer<Deliveries> = connection
        .transactional(transactional_id)
        .create_with_context(Deliveries::default())
        .map_err(|error| TransactError::Unknown(error.to_string()))?;
    match retried(|| producer.init_transactions(Duration::from_secs(30))) {
        Ok(()) => Ok(producer),
        Err(error) if is_code(&error, &[RDKafkaErrorCode::Fenced]) => {
            Err(TransactError::FencedByNamesake(error.to_string()))
        }
        Err(error) => Err(TransactError::Unknown(error.to_string())),
    }
}

fn owned(headers: &[Header]) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |headers, (name, value)| {
        headers.insert(KafkaHeader { key: name, value: Some(value) })
    })
}

/// The same call again while Kafka says that it may succeed then, for about as long as a transaction lives.
fn retried<T>(mut call: impl FnMut() -> Result<T, KafkaError>) -> Result<T, KafkaError> {
    let deadline = Instant::now() + TRANSACTION;
    loop {
        match call() {
            Err(error) if is_retriable(&error) && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(5));
            }
            result => return result,
        }
    }
}

fn is_retriable(error: &KafkaError) -> bool {
    match error {
        KafkaError::Transaction(error) => error.is_retriable(),
        other => is_code(
            other,
            &[
                RDKafkaErrorCode::BrokerTransportFailure,
                RDKafkaErrorCode::AllBrokersDown,
                RDKafkaErrorCode::OperationTimedOut,
                RDKafkaErrorCode::RequestTimedOut,
                RDKafkaErrorCode::CoordinatorLoadInProgress,
                RDKafkaErrorCode::CoordinatorNotAvailable,
                RDKafkaErrorCode::NotCoordinator,
                RDKafkaErrorCode::LeaderNotAvailable,
                RDKafkaErrorCode::NotLeaderForPartition,
                RDKafkaErrorCode::State,
                RDKafkaErrorCode::Retry,
                RDKafkaErrorCode::UnstableOffsetCommit,
            ],
        ),
    }
}

fn is_fatal(error: &KafkaError) -> bool {
    match error {
        KafkaError::Transaction(error) => error.is_fatal(),
        other => is_code(other, &[RDKafkaErrorCode::Fatal, RDKafkaErrorCode::Fenced]),
    }
}

fn requires_abort(error: &KafkaError) -> bool {
    matches!(error, KafkaError::Transaction(error) if error.txn_requires_abort())
}

fn is_code(error: &KafkaError, codes: &[RDKafkaErrorCode]) -> bool {
    error.rdkafka_error_code().is_some_and(|code| codes.contains(&code))
}

fn is_fenced_by_group(error: &KafkaError) -> bool {
    is_code(
        error,
        &[
            RDKafkaErrorCode::UnknownMemberId,
            RDKafkaErrorCode::IllegalGeneration,
            RDKafkaErrorCode::RebalanceInProgress,
            RDKafkaErrorCode::FencedInstanceId,
            RDKafkaErrorCode::FencedMemberEpoch,
            RDKafkaErrorCode::StaleMemberEpoch,
        ],
    )
}

/// What the group told us, noted inside the rebalance callback.
enum Change {
    Assigned(i32),
    Revoked(i32),
    Failed(String),
}

/// The group's consumer context: assigns paused, and notes what changed.
#[derive(Default)]
struct Membership {
    changes: Mutex<Vec<Change>>,
}

impl Membership {
    fn changes(&self) -> Vec<Change> {
        std::mem::take(&mut *self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, changes: impl IntoIterator<Item = Change>) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).extend(changes);
    }
}

impl ClientContext for Membership {}

impl ConsumerContext for Membership {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &rdkafka::consumer::Rebalance<'_>) {
        if let rdkafka::consumer::Rebalance::Revoke(list) = rebalance {
            self.note(list.elements().iter().map(|element| Change::Revoked(element.partition())));
        }
    }

    fn post_rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        rebalance: &rdkafka::consumer::Rebalance<'_>,
    ) {
        match rebalance {
            rdkafka::consumer::Rebalance::Assign(list) => {
                // Nothing is handed out before the partition's state was restored.
                if let Err(error) = consumer.pause(list) {
                    self.note([Change::Failed(format!("pausing what was assigned: {error}"))]);
                }
                let partitions = list.elements();
                self.note(partitions.iter().map(|element| Change::Assigned(element.partition())));
            }
            rdkafka::consumer::Rebalance::Revoke(_) => {}
            rdkafka::consumer::Rebalance::Error(error) => {
                self.note([Change::Failed(format!("rebalancing: {error}"))]);
            }
        }
    }
}

/// Collects where each record of a transaction landed.
#[derive(Default)]
struct Deliveries {
    landed: Arc<Mutex<Vec<Result<i64, KafkaError>>>>,
}

impl Deliveries {
    fn reset(&self, count: usize) {
        let mut landed = self.landed.lock().unwrap_or_else(PoisonError::into_inner);
        landed.clear();
        landed.resize(count, Err(KafkaError::Canceled));
    }

    fn offsets(&self) -> Result<Vec<i64>, KafkaError> {
        self.landed.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, index: usize) {
        let landed = match result {
            Ok(message) => Ok(message.offset()),
            Err((error, _)) => Err(error.clone()),
        };
        let mut all = self.landed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = all.get_mut(index) {
            *place = landed;
        }
    }
}
