//! The writer over a real Kafka and a real PostgreSQL: joining, leaving, restarting, and what is on
//! the log.
//!
//! Long because all tests share one small marketplace.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;
mod toy;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Monotonic};

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use recourse_kernel::{Folded, Record};
use recourse_runtime::clock::Clock;
use recourse_runtime::kafka::poll::{Polled, poll};
use recourse_runtime::kafka::{Connection, owned};
use recourse_runtime::store::PgStore;
use recourse_runtime::topics::{self, Topics, is_genesis};
use recourse_runtime::writer::kafka_log::{KafkaLog, LogNames};
use recourse_runtime::writer::status::WriterStatus;
use recourse_runtime::writer::{Limits, Writer, WriterError};
use recourse_terms::TermsBook;
use toy::{Ask, Bank, Nothing, PiggyBank, command, noon, policy_event, put};

const PARTITIONS: i32 = 3;
const PATIENCE: Duration = Duration::from_secs(60);

struct TestMarketplace {
    connection: Connection,
    topics: Topics,
    database: recourse_runtime::database::Database,
    producer: BaseProducer,
    clock: Clock,
}

struct Process {
    stop: Arc<AtomicBool>,
    status: Arc<WriterStatus>,
    thread: JoinHandle<Result<(), WriterError>>,
}

impl Process {
    /// Stops without a final flush: decided states that are not stored yet stay unstored.
    fn stop(self) -> Result<(), WriterError> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }

    fn owns(&self) -> usize {
        self.status.report().partitions.len()
    }
}

impl TestMarketplace {
    async fn new() -> Self {
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
    fn process(&self, instance: &str) -> Process {
        self.process_that(instance, |_| false)
    }

    /// A process that starts its writer again after errors of the log, as a service does.
    fn supervised(&self, instance: &str) -> Process {
        self.process_that(instance, |error| matches!(error, WriterError::Log(_)))
    }

    fn process_that(&self, instance: &str, restarts: fn(&WriterError) -> bool) -> Process {
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

    fn send(
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

    fn ask(&self, key: &str, id: &str, ask: &Ask) {
        let record = command(key, id, noon(0), ask);
        self.send(&self.topics.commands("claims"), key, &record.headers(), &record.body);
    }

    fn insure(&self, key: &str) {
        let (headers, body) = policy_event(key, 1, "recourse.policy.sold.v1");
        self.send(&self.topics.events("policies"), key, &headers, &body);
    }

    /// Every event of the service, with its partition, as read by a `read_committed` consumer.
    fn events(&self) -> Vec<(i32, Record)> {
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
    fn replayed(&self) -> BTreeMap<String, Folded<Bank>> {
        let mut folds: BTreeMap<String, Folded<Bank>> = BTreeMap::new();
        for (_, record) in self.events() {
            let fold = folds.entry(record.key.clone()).or_default();
            fold.replay::<PiggyBank>(&record).unwrap();
        }
        folds
    }

    async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let deadline = Monotonic::now() + PATIENCE;
        while !holds() {
            assert!(Monotonic::now() < deadline, "timed out: {what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn reaches(&self, keys: &[String], sum: i64) -> bool {
        let folds = self.replayed();
        keys.iter().all(|key| folds.get(key).is_some_and(|fold| fold.state.sum >= sum))
    }

    async fn until_sums(&self, keys: &[String], sum: i64) {
        self.until("every sum is reached", || self.reaches(keys, sum)).await;
        for (key, fold) in self.replayed() {
            assert_eq!(fold.state.sum, sum, "{key} was decided twice");
        }
    }
}

fn keys() -> Vec<String> {
    (0..30).map(|n| format!("key{n}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_joins_and_the_first_leaves_without_loss_or_repeat() {
    let market = TestMarketplace::new().await;
    let keys = keys();
    let first = market.process("one");
    for key in &keys {
        market.insure(key);
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    market.until_sums(&keys, 1).await;
    let second = market.process("two");
    for key in &keys {
        market.ask(key, &format!("{key}-2"), &put(2));
    }
    let shared = || first.owns() > 0 && second.owns() > 0;
    market.until("both have partitions", shared).await;
    for key in &keys {
        market.ask(key, &format!("{key}-1"), &put(1));
        market.ask(key, &format!("{key}-3"), &put(3));
    }
    market.until_sums(&keys, 6).await;
    first.stop().unwrap();
    for key in &keys {
        market.ask(key, &format!("{key}-4"), &put(4));
    }
    market.until_sums(&keys, 10).await;
    second.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_folds_unstored_events_and_keeps_every_answer() {
    let market = TestMarketplace::new().await;
    let keys = keys();
    for key in &keys {
        market.insure(key);
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    let process = market.process("one");
    market.until_sums(&keys, 1).await;
    // Nothing is flushed at the end, and the deadlines pass while no process runs.
    process.stop().unwrap();
    for key in &keys {
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    market.clock.move_to(noon(5));
    let process = market.process("one");
    let all_late = || market.replayed().values().all(|fold| fold.state.late == 1);
    market.until("every deadline has passed", all_late).await;
    market.until_sums(&keys, 1).await;
    process.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_with_one_name_the_newcomer_exits_and_says_why() {
    let market = TestMarketplace::new().await;
    let first = market.supervised("one");
    market.until("the first has partitions", || first.owns() > 0).await;
    tokio::time::sleep(Duration::from_secs(16)).await;
    let second = market.supervised("one");
    market.until("the newcomer has partitions", || second.owns() > 0).await;
    let keys = keys();
    for key in &keys {
        market.insure(key);
    }
    // They fence each other for a while, without losing anything.
    let mut rounds = 0;
    let one_ends = || {
        rounds += 1;
        for key in &keys {
            market.ask(key, &format!("{key}-{rounds}"), &put(1));
        }
        first.thread.is_finished() || second.thread.is_finished()
    };
    market.until("one of them ends", one_ends).await;
    assert!(!first.thread.is_finished(), "the first one ended: {:?}", first.stop());
    let error = second.stop().unwrap_err();
    assert!(matches!(error, WriterError::DuplicateInstance(_)), "{error}");
    let decides_alone = || first.thread.is_finished() || market.reaches(&keys, rounds);
    market.until("the first one decides alone", decides_alone).await;
    assert!(!first.thread.is_finished(), "the first one ended, too: {:?}", first.stop());
    market.until_sums(&keys, rounds).await;
    first.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchases_events_are_in_the_partition_of_its_key() {
    let market = TestMarketplace::new().await;
    let process = market.process("one");
    let keys = keys();
    for key in &keys {
        market.insure(key);
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    market.until_sums(&keys, 1).await;
    for (partition, record) in market.events() {
        assert_eq!(topics::partition_of(record.key.as_bytes(), PARTITIONS), partition);
        assert!(record.input.starts_with("recourse."), "{}", record.input);
        assert!(record.time <= record.recorded);
    }
    process.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_given_in_time_beats_its_deadline_after_an_outage() {
    let market = TestMarketplace::new().await;
    let keys = keys();
    let process = market.process("one");
    for key in &keys {
        market.insure(key);
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    market.until_sums(&keys, 1).await;
    process.stop().unwrap();
    // The service is down. Half of the buyers answer in time; it is back days after the deadline.
    let (answered, silent) = keys.split_at(keys.len() / 2);
    for key in answered {
        market.ask(key, &format!("{key}-2"), &Ask::Answer(Nothing {}));
    }
    market.producer.flush(PATIENCE).unwrap();
    market.clock.move_to(noon(9));
    let process = market.process("one");
    let all_reported = || market.events().len() == 3 * keys.len();
    market.until("each was answered, or its deadline has passed", all_reported).await;
    let folds = market.replayed();
    assert!(answered.iter().all(|key| folds[key].state.late == 0), "{folds:#?}");
    assert!(silent.iter().all(|key| folds[key].state.late == 1), "{folds:#?}");
    process.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_without_offsets_resumes_after_the_last_answered_input() {
    let market = TestMarketplace::new().await;
    let keys = keys();
    let process = market.process("one");
    for key in &keys {
        market.insure(key);
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    market.until_sums(&keys, 1).await;
    process.stop().unwrap();
    let events = market.events().len();

    let admin: AdminClient<DefaultClientContext> = market.connection.client().create().unwrap();
    let group = market.topics.named("recourse.claims.writer");
    let forgotten = async || {
        let options = AdminOptions::new();
        let deleted = admin.delete_groups(&[&group], &options).await.unwrap();
        deleted.iter().all(Result::is_ok)
    };
    let deadline = Monotonic::now() + PATIENCE;
    while !forgotten().await {
        assert!(Monotonic::now() < deadline, "the group is not empty");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    for key in &keys {
        market.ask(key, &format!("{key}-2"), &put(2));
    }
    let process = market.process("one");
    market.until_sums(&keys, 3).await;
    assert_eq!(market.events().len(), events + keys.len());
    process.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recreated_topic_stops_the_writer() {
    for (kind, has_grown) in [("events", false), ("commands", false), ("commands", true)] {
        let market = TestMarketplace::new().await;
        let process = market.process("one");
        let keys = keys();
        for key in &keys {
            market.insure(key);
            market.ask(key, &format!("{key}-1"), &put(1));
        }
        market.until_sums(&keys, 1).await;
        process.stop().unwrap();

        let admin: AdminClient<DefaultClientContext> = market.connection.client().create().unwrap();
        let topic = market.topics.named(&format!("recourse.claims.{kind}.v1"));
        let deleted = admin.delete_topics(&[&topic], &AdminOptions::new()).await.unwrap();
        assert!(deleted.iter().all(Result::is_ok), "{deleted:?}");
        // The broker takes a while to release the name.
        tokio::time::sleep(Duration::from_secs(2)).await;
        topics::ensure(&market.connection, &market.topics, PARTITIONS, 1, support::origin())
            .await
            .unwrap();
        // Grow past the offset of the last answered command in the deleted topic.
        for round in 0..if has_grown { 3 } else { 0 } {
            for key in &keys {
                market.ask(key, &format!("{key}-new-{round}"), &put(1));
            }
        }
        market.producer.flush(PATIENCE).unwrap();

        let process = market.process("one");
        market.until("the writer stops", || process.thread.is_finished()).await;
        let error = process.stop().unwrap_err();
        let is_reported = match (kind, has_grown) {
            ("events", _) => matches!(error, WriterError::AnotherLog { .. }),
            (_, false) => matches!(error, WriterError::InputTooShort { .. }),
            (_, true) => matches!(error, WriterError::AnotherInput { .. }),
        };
        assert!(is_reported && error.to_string().contains("recreated"), "{kind}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_fires_when_the_commands_end_with_a_marker() {
    let market = TestMarketplace::new().await;
    let keys = keys();
    let process = market.process("one");
    for key in &keys {
        market.insure(key);
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    market.until_sums(&keys, 1).await;
    // Aborted records are never returned, but they occupy offsets, and so does their marker.
    let mut foreign_writer = market.connection.client();
    foreign_writer.set("transactional.id", market.topics.named("foreign_writer"));
    let foreign_writer: BaseProducer = foreign_writer.create().unwrap();
    foreign_writer.init_transactions(PATIENCE).unwrap();
    foreign_writer.begin_transaction().unwrap();
    for partition in 0..PARTITIONS {
        let topic = market.topics.commands("claims");
        let record = BaseRecord::<str, str>::to(&topic).partition(partition).payload("not ours");
        foreign_writer.send(record).map_err(|(error, _)| error).unwrap();
    }
    let until = Monotonic::now() + PATIENCE;
    while foreign_writer.in_flight_count() > 0 && Monotonic::now() < until {
        foreign_writer.poll(Duration::from_millis(10));
    }
    foreign_writer.abort_transaction(PATIENCE).unwrap();

    market.clock.move_to(noon(9));
    let all_late = || market.events().len() == 3 * keys.len();
    market.until("every deadline has passed", all_late).await;
    assert!(market.replayed().values().all(|fold| fold.state.late == 1));
    process.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_kafka_rejects_is_dead_lettered_alone_wherever_it_is_in_its_batch() {
    let mut market = TestMarketplace::new().await;
    let keys = keys();
    // The outcome of a command contains its id twice, and more, so it exceeds the limit below.
    let poison = "x".repeat(1_700);
    for key in &keys {
        market.insure(key);
    }
    for (number, key) in keys.iter().enumerate() {
        market.ask(key, &format!("{key}-1"), &put(1));
        if number % 10 == 5 {
            market.ask(key, &poison, &put(100));
        }
    }
    market.producer.flush(PATIENCE).unwrap();
    market.connection.properties.insert("message.max.bytes".to_owned(), "3000".to_owned());
    let process = market.process("one");
    market.until_sums(&keys, 1).await;
    let blocked = || {
        let is_blocked =
            |(_, event): &(i32, Record)| event.type_name.ends_with("purchase_blocked.v1");
        market.events().iter().filter(|event| is_blocked(event)).count()
    };
    market.until("each poisoned purchase is blocked", || blocked() == 3).await;
    // All other purchases continue.
    for (number, key) in keys.iter().enumerate() {
        if number % 10 != 5 {
            market.ask(key, &format!("{key}-2"), &put(1));
        }
    }
    let others: Vec<String> =
        (0..).zip(&keys).filter(|(n, _)| n % 10 != 5).map(|(_, key)| key.clone()).collect();
    let all = || others.iter().all(|key| market.replayed()[key].state.sum == 2);
    market.until("all other purchases continue", all).await;
    process.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_without_partitions_is_still_a_member() {
    let market = TestMarketplace::new().await;
    let names = ["one", "two", "three", "four"];
    let processes: Vec<Process> = names.iter().map(|name| market.process(name)).collect();
    let settled = || {
        let reports: Vec<_> = processes.iter().map(|process| process.status.report()).collect();
        let owned: usize = reports.iter().map(|report| report.partitions.len()).sum();
        owned == 3 && reports.iter().all(|report| report.is_member && report.partitions.len() < 2)
    };
    market.until("all are members, one of them without partitions", settled).await;
    for process in processes {
        process.stop().unwrap();
    }
}
