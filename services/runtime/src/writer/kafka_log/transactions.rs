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

/// How long a delivery is not looked after.
const DELIVERY_PAUSE: Duration = Duration::from_micros(200);
/// How long one try to abort takes; between two, what became of the records is taken in, which an abort waits for.
const ABORT_TRY: Duration = Duration::from_millis(200);
/// How long Kafka may take to end what a forerunner of the same name left open.
const TAKING_THE_NAME: Duration = Duration::from_secs(30);

/// The transactions of one writer, under its name.
pub(super) struct Transactions {
    producer: Arc<BaseProducer<Deliveries>>,
    committing: Committing,
}

impl Transactions {
    /// A producer of this name; every earlier one of the name is fenced, and what it left open is aborted.
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

    /// Writes the records and commits the offsets with them; the offsets at which the records landed.
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
        // Nothing is produced after this.
        let Some(sent) = self.committing.send_offsets(offsets, membership) else {
            let why = "the offsets could not be sent in time";
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

    /// Sends all, and waits until each has an offset.
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
        // What was sent before the one that was not even taken has landed by now: nothing is left for an abort to wait for.
        refused.map_or_else(|| self.producer.context().offsets(), Err)
    }

    /// Aborts, and says what is left to do about the error that led here.
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
            // An abort waits until it was told of each record, and is told only by polling.
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
            Err(abort) => TransactError::Unknown(format!("{text}; and aborting failed: {abort}")),
        }
    }
}

fn owned(headers: &[Header]) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |headers, (name, value)| {
        headers.insert(KafkaHeader { key: name, value: Some(value) })
    })
}

/// Collects where each record of a transaction landed.
#[derive(Default)]
pub(super) struct Deliveries(Mutex<Landing>);

#[derive(Default)]
struct Landing {
    /// Counts the transactions: what is told of an earlier one's records, purged by an abort, is nobody's any more.
    transaction: u32,
    landed: Vec<Result<i64, KafkaError>>,
}

impl Deliveries {
    /// Begins with a transaction of so many records; what each is sent with, to be known again.
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
            && let Some(place) = all.landed.get_mut(index)
        {
            *place = landed;
        }
    }
}
