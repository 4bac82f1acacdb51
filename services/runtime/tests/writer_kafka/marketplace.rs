//! A small marketplace on a real Kafka and a real PostgreSQL, and processes that write its claims.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Monotonic};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use recourse_kernel::{Folded, Record};
use recourse_runtime::clock::Clock;
use recourse_runtime::database::Database;
use recourse_runtime::kafka::poll::{Polled, poll};
use recourse_runtime::kafka::{Connection, owned};
use recourse_runtime::store::PgStore;
use recourse_runtime::topics::{self, Topics, is_genesis};
use recourse_runtime::writer::kafka_log::{KafkaLog, LogNames};
use recourse_runtime::writer::status::WriterStatus;
use recourse_runtime::writer::{Limits, Writer, WriterError};
use recourse_terms::TermsBook;

use crate::support;
use crate::toy::{Ask, Bank, PiggyBank, command, noon, policy_event};

pub(crate) const PARTITIONS: i32 = 3;
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct TestMarketplace {
    pub(crate) connection: Connection,
    pub(crate) topics: Topics,
    database: Database,
    pub(crate) producer: BaseProducer,
    pub(crate) clock: Clock,
}

pub(crate) struct Process {
    stop: Arc<AtomicBool>,
    pub(crate) status: Arc<WriterStatus>,
    pub(crate) thread: JoinHandle<Result<(), WriterError>>,
}

impl Process {
    /// Stops without a final flush: decided states that are not stored yet stay unstored.
    pub(crate) fn stop(self) -> Result<(), WriterError> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }

    pub(crate) fn owns(&self) -> usize {
        self.status.report().partitions.len()
    }
}

impl TestMarketplace {
    pub(crate) async fn new() -> Self {
        let name = support::unique();
        let brokers = std::env::var("KAFKA_BROKERS").unwrap();
        let connection = Connection { brokers, ..Connection::default() };
        let topics = Topics::new(&format!("{name}."));
        topics::ensure(&connection, &topics, PARTITIONS, 1, support::origin()).await.unwrap();
        Self {
            database: support::database(&name).await,
            producer: connection.producer().create().unwrap(),
            clock: Clock::moved(noon(0)),
            connection,
            topics,
        }
    }

    /// A process without its service: its thread ends with the writer's first error.
    pub(crate) fn process(&self, instance: &str) -> Process {
        self.process_that(instance, |_| false)
    }

    /// A process that starts its writer again after errors of the log, as a service does.
    pub(crate) fn supervised(&self, instance: &str) -> Process {
        self.process_that(instance, |error| matches!(error, WriterError::Log(_)))
    }

    pub(crate) fn process_that(
        &self,
        instance: &str,
        restarts: fn(&WriterError) -> bool,
    ) -> Process {
        let (connection, topics) = (self.connection.clone(), self.topics.clone());
        let (database, clock) = (self.database.clone(), self.clock.starting_now());
        let (instance, handle) = (instance.to_owned(), tokio::runtime::Handle::current());
        let stop = Arc::new(AtomicBool::new(false));
        let status = Arc::new(WriterStatus::default());
        let (stopping, telling) = (Arc::clone(&stop), Arc::clone(&status));
        let write = move || {
            let names = LogNames { context: "claims", foreign: &["policies"], instance: &instance };
            let log = KafkaLog::open(&connection, &topics, &names)
                .map_err(WriterError::DuplicateInstance)?;
            let store = PgStore::new(&handle, &database, "claims");
            let book = Arc::new(TermsBook::default());
            let reference = move || (Arc::clone(&book), i64::MAX);
            let (clock, telling) = (clock.clone(), Arc::clone(&telling));
            let mut writer = Writer::<PiggyBank, _, _>::new(
                log,
                store,
                clock,
                reference,
                PARTITIONS,
                Limits::default(),
                telling,
            );
            while !stopping.load(Ordering::SeqCst) {
                writer.step()?;
            }
            Ok(())
        };
        let thread = std::thread::spawn(move || {
            loop {
                match write() {
                    Err(error) if restarts(&error) => {}
                    ended => return ended,
                }
            }
        });
        Process { stop, status, thread }
    }

    pub(crate) fn send(
        &self,
        topic: &str,
        key: &str,
        headers: &[recourse_kernel::record::Header],
        body: &[u8],
    ) {
        let headers = owned(headers);
        let record = BaseRecord::to(topic).key(key).payload(body).headers(headers);
        self.producer.send(record).map_err(|(error, _)| error).unwrap();
        self.producer.poll(Duration::ZERO);
    }

    pub(crate) fn ask(&self, key: &str, id: &str, ask: &Ask) {
        let record = command(key, id, noon(0), ask);
        self.send(&self.topics.commands("claims"), key, &record.headers(), &record.body);
    }

    pub(crate) fn insure(&self, key: &str) {
        let (headers, body) = policy_event(key, 1, "recourse.policy.sold.v1");
        self.send(&self.topics.events("policies"), key, &headers, &body);
    }

    /// Every event of the service, with its partition, as read by a `read_committed` consumer.
    pub(crate) fn events(&self) -> Vec<(i32, Record)> {
        self.producer.flush(PATIENCE).unwrap();
        let topic = self.topics.events("claims");
        let reader: BaseConsumer = self.connection.reader().create().unwrap();
        let mut list = TopicPartitionList::new();
        let mut open = BTreeMap::new();
        for partition in 0..PARTITIONS {
            list.add_partition_offset(&topic, partition, Offset::Beginning).unwrap();
            let (_, end) = reader.fetch_watermarks(&topic, partition, PATIENCE).unwrap();
            open.insert(partition, end);
        }
        reader.assign(&list).unwrap();
        let mut events = Vec::new();
        while !open.is_empty() {
            match poll(&reader, Duration::from_millis(100)).unwrap() {
                Polled::Nothing => {}
                Polled::End { partition, offset, .. } => {
                    if open.get(&partition).is_some_and(|end| offset >= *end) {
                        open.remove(&partition);
                    }
                }
                Polled::Record(record) => {
                    if is_genesis(&record.headers) {
                        continue;
                    }
                    let key = record.key.unwrap();
                    let body = record.value.unwrap();
                    let event = Record::read(&key, &record.headers, &body).unwrap();
                    events.push((record.partition, event));
                }
            }
        }
        events
    }

    /// Replays all events, and checks versions and hash chains.
    pub(crate) fn replayed(&self) -> BTreeMap<String, Folded<Bank>> {
        let mut folds: BTreeMap<String, Folded<Bank>> = BTreeMap::new();
        for (_, record) in self.events() {
            let fold = folds.entry(record.key.clone()).or_default();
            fold.replay::<PiggyBank>(&record).unwrap();
        }
        folds
    }

    pub(crate) async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let deadline = Monotonic::now() + PATIENCE;
        while !holds() {
            assert!(Monotonic::now() < deadline, "timed out: {what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) fn reaches(&self, keys: &[String], sum: i64) -> bool {
        let folds = self.replayed();
        keys.iter().all(|key| folds.get(key).is_some_and(|fold| fold.state.sum >= sum))
    }

    pub(crate) async fn until_sums(&self, keys: &[String], sum: i64) {
        self.until("every sum is reached", || self.reaches(keys, sum)).await;
        for (key, fold) in self.replayed() {
            assert_eq!(fold.state.sum, sum, "{key} was decided twice");
        }
    }
}

pub(crate) fn keys() -> Vec<String> {
    (0..30).map(|n| format!("key{n}")).collect()
}
