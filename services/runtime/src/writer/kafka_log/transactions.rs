//! The transactional producer: records and offsets, committed together or not at all.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header as KafkaHeader, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};
use rdkafka::topic_partition_list::TopicPartitionList;
use recourse_kernel::record::Header;

use super::TRANSACTION;
use super::committing::Committing;
use super::errors::{
    is_code, is_fatal, is_fenced_by_group, is_of_a_record, requires_abort, retried,
};
use crate::failpoint::failpoint;
use crate::kafka::Connection;
use crate::kafka::background_drop::part_with;
use crate::writer::log::{Outgoing, Target, TransactError};

/// How long to sleep between polls for delivery reports.
const DELIVERY_PAUSE: Duration = Duration::from_micros(200);
/// The time-out of one attempt to abort; between attempts, delivery reports are polled, which an
/// abort waits for.
const ABORT_TRY: Duration = Duration::from_millis(200);
/// How long Kafka may take to abort what an earlier producer of the same name left open.
const TAKING_THE_NAME: Duration = Duration::from_secs(30);

/// The transactions of one writer, under its transactional id.
pub(super) struct Transactions {
    producer: Arc<BaseProducer<Deliveries>>,
    committing: Committing,
}

impl Transactions {
    /// A producer with this transactional id; it fences every earlier one and aborts what that left
    /// open.
    pub(super) fn open(connection: &Connection, name: &str) -> Result<Self, TransactError> {
        let producer: BaseProducer<Deliveries> = connection
            .transactional(name)
            .create_with_context(Deliveries::default())
            .map_err(|error| TransactError::Unknown(error.to_string()))?;
        match retried(|| producer.init_transactions(TAKING_THE_NAME)) {
            Ok(()) => {
                let producer = Arc::new(producer);
                let committing = Committing::start(Arc::clone(&producer))
                    .map_err(|error| TransactError::Unknown(error.to_string()))?;
                Ok(Self { producer, committing })
            }
            Err(error) => {
                part_with(producer);
                let text = error.to_string();
                Err(if is_code(&error, &[RDKafkaErrorCode::Fenced]) {
                    TransactError::FencedByDuplicate(text)
                } else {
                    TransactError::Unknown(text)
                })
            }
        }
    }

    /// Writes the records and commits the offsets with them. Returns the offsets of the records.
    pub(super) fn transact<'a>(
        &self,
        outgoing: &'a [Outgoing],
        topic_of: impl Fn(Target) -> &'a str,
        offsets: TopicPartitionList,
        membership: &Arc<ConsumerGroupMetadata>,
    ) -> Result<Vec<i64>, TransactError> {
        self.producer.begin_transaction().map_err(|error| {
            if is_fatal(&error) && is_code(&error, &[RDKafkaErrorCode::Fenced]) {
                TransactError::FencedByDuplicate(error.to_string())
            } else {
                TransactError::Unknown(error.to_string())
            }
        })?;
        let written = self.produce(outgoing, topic_of).map_err(|error| self.aborted(&error))?;
        failpoint!("writer.after_produce" if !outgoing.is_empty());
        // Nothing is produced after this point.
        let Some(sent) = self.committing.send_offsets(offsets, membership) else {
            let why = "timed out sending the offsets";
            return Err(TransactError::Unknown(why.to_owned()));
        };
        sent.map_err(|error| self.aborted(&error))?;
        failpoint!("writer.before_commit" if !outgoing.is_empty());
        match retried(|| self.producer.commit_transaction(TRANSACTION)) {
            Ok(()) => {
                failpoint!("writer.after_commit" if !outgoing.is_empty());
                Ok(written)
            }
            Err(error) if requires_abort(&error) => Err(self.aborted(&error)),
            Err(error) if is_code(&error, &[RDKafkaErrorCode::Fenced]) => {
                Err(TransactError::FencedByDuplicate(error.to_string()))
            }
            Err(error) => Err(TransactError::Unknown(error.to_string())),
        }
    }

    /// Sends all records, and waits until each has an offset.
    fn produce<'a>(
        &self,
        outgoing: &'a [Outgoing],
        topic_of: impl Fn(Target) -> &'a str,
    ) -> Result<Vec<i64>, KafkaError> {
        let opaques = self.producer.context().reset(outgoing.len());
        let mut refused = None;
        for (record, opaque) in outgoing.iter().zip(opaques) {
            let mut message = BaseRecord::with_opaque_to(topic_of(record.target), opaque)
                .partition(record.partition)
                .key(&record.key)
                .payload(&record.value)
                .headers(owned(&record.headers));
            refused = loop {
                match self.producer.send(message) {
                    Ok(()) => break None,
                    Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), unsent)) => {
                        message = unsent;
                        self.producer.poll(Duration::ZERO);
                        std::thread::sleep(DELIVERY_PAUSE);
                    }
                    Err((error, _)) => break Some(error),
                }
            };
            if refused.is_some() {
                break;
            }
        }
        failpoint!("writer.while_producing" if !outgoing.is_empty());
        // Producer::flush would sleep in steps of 100 ms, and a longer poll busy-waits for its last
        // millisecond, because the client truncates waiting to whole milliseconds: so poll without
        // waiting, and sleep here.
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
        // Everything sent before the rejected record has landed by now, so an abort has nothing to
        // wait for.
        refused.map_or_else(|| self.producer.context().offsets(), Err)
    }

    /// Aborts, and classifies the error that made it necessary.
    fn aborted(&self, error: &KafkaError) -> TransactError {
        let text = error.to_string();
        if is_code(error, &[RDKafkaErrorCode::Fenced, RDKafkaErrorCode::InvalidProducerEpoch])
            && is_fatal(error)
        {
            return TransactError::FencedByDuplicate(text);
        }
        if is_fatal(error) {
            return TransactError::Unknown(text);
        }
        let aborted = retried(|| {
            // Abort completes only when every delivery report is served, so keep polling.
            self.producer.poll(Duration::ZERO);
            self.producer.abort_transaction(ABORT_TRY)
        });
        match aborted {
            Ok(()) if is_fenced_by_group(error) => TransactError::FencedByGroup(text),
            Ok(()) if is_of_a_record(error) => TransactError::Unacceptable(text),
            Ok(()) => TransactError::Aborted(text),
            Err(abort) if is_code(&abort, &[RDKafkaErrorCode::Fenced]) => {
                TransactError::FencedByDuplicate(abort.to_string())
            }
            Err(abort) => TransactError::Unknown(format!("{text}; the abort failed: {abort}")),
        }
    }
}

fn owned(headers: &[Header]) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |headers, (name, value)| {
        headers.insert(KafkaHeader { key: name, value: Some(value) })
    })
}

/// Collects the offset of each record of a transaction.
#[derive(Default)]
pub(super) struct Deliveries(Mutex<Landing>);

#[derive(Default)]
struct Landing {
    /// Numbers the transactions: late delivery reports of an earlier one, purged by an abort, are
    /// ignored.
    transaction: u32,
    landed: Vec<Result<i64, KafkaError>>,
}

impl Deliveries {
    /// Starts a transaction of `count` records; returns the opaque values that identify their
    /// delivery reports.
    fn reset(&self, count: usize) -> impl Iterator<Item = Box<(u32, usize)>> + use<> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.transaction = all.transaction.wrapping_add(1);
        all.landed.clear();
        all.landed.resize(count, Err(KafkaError::Canceled));
        let transaction = all.transaction;
        (0..count).map(move |index| Box::new((transaction, index)))
    }

    fn offsets(&self) -> Result<Vec<i64>, KafkaError> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.landed.iter().cloned().collect()
    }
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<(u32, usize)>;

    fn delivery(&self, result: &DeliveryResult<'_>, opaque: Self::DeliveryOpaque) {
        let landed = match result {
            Ok(message) => Ok(message.offset()),
            Err((error, _)) => Err(error.clone()),
        };
        let (transaction, index) = *opaque;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.transaction == transaction
            && let Some(offset) = all.landed.get_mut(index)
        {
            *offset = landed;
        }
    }
}
