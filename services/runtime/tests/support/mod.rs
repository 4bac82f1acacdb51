//! A small read model over a real Kafka and a real PostgreSQL, which counts things.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests; each uses only a part"
)]

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use recourse_kernel::{Hash, Instant, OrderKeys, Principal, Record};
use recourse_runtime::clock::Clock;
use recourse_runtime::database::Database;
use recourse_runtime::metrics::{Metrics, ServiceMetrics};
use recourse_runtime::projector::{ProjectorSettings, Source, Table, Tables};
use recourse_runtime::topics::{Origin, TOPIC_CREATED};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("tests/migrations");

const PATIENCE: Duration = Duration::from_secs(20);

fn from_environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set; run `deploy/local/with-stack cargo test -p recourse-runtime`")
    })
}

/// A unique name for this test run, of letters and digits.
#[allow(clippy::disallowed_methods, reason = "tests share one stack and must not collide")]
pub fn unique() -> String {
    format!("t{}", &uuid::Uuid::new_v4().simple().to_string()[..12])
}

/// Of topics that a test creates.
pub fn origin() -> Origin {
    Origin { order_keys: OrderKeys::development(), now: Clock::system().now() }
}

pub fn client() -> ClientConfig {
    let mut client = ClientConfig::new();
    client.set("bootstrap.servers", from_environment("KAFKA_BROKERS"));
    client
}

pub async fn database(name: &str) -> Database {
    let url = from_environment("DATABASE_URL");
    Database::open(&url, &format!("{name}_"), "tally-keeper", 2, &MIGRATIONS).await.unwrap()
}

/// Terminates all connections of the service, as a fail-over would.
pub async fn cut_off(database: &Database) {
    let mut connection =
        <PgConnection as sqlx::Connection>::connect(&from_environment("DATABASE_URL"))
            .await
            .unwrap();
    sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
    )
    .bind(database.schema())
    .execute(&mut connection)
    .await
    .unwrap();
}

pub fn metrics() -> ServiceMetrics {
    Metrics::new(prometheus_client::registry::Registry::default()).of("tally-keeper")
}

/// Creates a topic with three partitions.
pub async fn topic(name: &str) -> Source {
    let topic = format!("{name}.recourse.tallies.events.v1");
    let admin: AdminClient<DefaultClientContext> = client().create().unwrap();
    let new = NewTopic::new(&topic, 3, TopicReplication::Fixed(1));
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    for made in admin.create_topics([&new], &options).await.unwrap() {
        made.unwrap();
    }
    Source { context: "tallies".to_owned(), topic }
}

pub fn settings(name: &str, source: &Source) -> ProjectorSettings {
    ProjectorSettings {
        client: client(),
        group: format!("{name}.recourse.tally-keeper.projector"),
        sources: vec![source.clone()],
        batch: 500,
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Counted {
    pub thing: String,
    pub by: i64,
    pub word: String,
}

recourse_kernel::wire_format! {
    #[derive(Debug, Clone)]
    pub enum TallyEvent {
        "recourse.tally.counted.v1" => Counted(Counted),
    }
}

#[derive(Debug, Clone)]
pub struct Tally {
    pub counted: i64,
    pub words: Vec<String>,
    pub last: Instant,
}

pub struct Tallies;

impl Table for Tallies {
    const NAME: &'static str = "tallies";
    const KEY: &'static str = "thing";
    type Event = TallyEvent;
    type Row = Tally;

    fn key(event: &TallyEvent, _record: &Record) -> Option<String> {
        let TallyEvent::Counted(counted) = event;
        Some(counted.thing.clone())
    }

    fn evolve(row: Option<Tally>, event: &TallyEvent, record: &Record) -> Option<Tally> {
        let TallyEvent::Counted(counted) = event;
        let mut row = row.unwrap_or(Tally { counted: 0, words: Vec::new(), last: record.time });
        row.counted += counted.by;
        row.words.push(counted.word.clone());
        row.last = record.time;
        Some(row)
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, Tally)>> {
        let rows: Vec<(String, i64, Vec<String>, Instant)> =
            sqlx::query_as("SELECT thing, counted, words, last FROM tallies WHERE thing = ANY($1)")
                .bind(keys)
                .fetch_all(connection)
                .await?;
        let row = |(thing, counted, words, last)| (thing, Tally { counted, words, last });
        Ok(rows.into_iter().map(row).collect())
    }

    async fn save(connection: &mut PgConnection, rows: &[(String, Tally)]) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO tallies (thing, counted, words, last)
             SELECT thing, counted, string_to_array(words, '|'), last
             FROM UNNEST($1::text[], $2::bigint[], $3::text[], $4::timestamptz[])
                  AS u (thing, counted, words, last)
             ON CONFLICT (thing) DO UPDATE SET
                 counted = EXCLUDED.counted, words = EXCLUDED.words, last = EXCLUDED.last",
        )
        .bind(rows.iter().map(|(thing, _)| thing.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| row.counted).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| row.words.join("|")).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| row.last).collect::<Vec<_>>())
        .execute(connection)
        .await?;
        Ok(())
    }
}

pub fn tables() -> std::sync::Arc<Tables> {
    std::sync::Arc::new(Tables::new().table::<Tallies>())
}

/// A stream in one partition, with its hash chain.
pub struct Stream {
    pub key: String,
    pub partition: i32,
    pub version: u64,
    pub head: Hash,
}

impl Stream {
    pub fn new(key: &str, partition: i32) -> Self {
        Self { key: key.to_owned(), partition, version: 0, head: Hash::default() }
    }

    pub fn counted(&mut self, by: i64, word: &str) -> Record {
        let counted = Counted { thing: self.key.clone(), by, word: word.to_owned() };
        let body = serde_json::to_vec(&counted).unwrap();
        self.record("recourse.tally.counted.v1", body)
    }

    pub fn record(&mut self, type_name: &str, body: Vec<u8>) -> Record {
        self.version += 1;
        let seconds = i64::try_from(self.version).unwrap();
        let time = chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap();
        let stream = format!("tallies/{}", self.key);
        let mut record = Record {
            id: format!("{stream}/{}", self.version),
            source: "/recourse/tallies".to_owned(),
            type_name: type_name.to_owned(),
            subject: self.key.clone(),
            time,
            recorded: time,
            key: self.key.clone(),
            stream,
            version: self.version,
            input: "commands/0/0".to_owned(),
            command_id: format!("{}-{}", self.key, self.version),
            command_mac: "mac".to_owned(),
            causation_id: "request".to_owned(),
            correlation_id: format!("ord_{}", self.key),
            principal: Principal::system("test"),
            terms: None,
            claim: None,
            stage: None,
            release: recourse_kernel::record::RELEASE.to_owned(),
            previous_hash: self.head,
            hash: Hash::default(),
            traceparent: None,
            body,
        };
        record.hash = record.computed_hash();
        self.head = record.hash;
        record
    }
}

/// Writes in transactions, as a real writer does.
pub struct Writer {
    producer: BaseProducer,
    topic: String,
}

impl Writer {
    pub fn new(name: &str, source: &Source) -> Self {
        let producer: BaseProducer = client()
            .set("transactional.id", format!("{name}.writer"))
            .set("transaction.timeout.ms", "10000")
            .set("linger.ms", "0")
            .create()
            .unwrap();
        producer.init_transactions(PATIENCE).unwrap();
        Self { producer, topic: source.topic.clone() }
    }

    pub fn begin(&self) {
        self.producer.begin_transaction().unwrap();
    }

    pub fn send(&self, partition: i32, record: &Record) {
        let headers =
            record.headers().into_iter().fold(OwnedHeaders::new(), |all, (key, value)| {
                all.insert(Header { key: &key, value: Some(&value) })
            });
        self.send_raw(partition, &record.key, headers, &record.body);
    }

    pub fn send_raw(&self, partition: i32, key: &str, headers: OwnedHeaders, body: &[u8]) {
        let record = BaseRecord::to(&self.topic)
            .partition(partition)
            .key(key)
            .headers(headers)
            .payload(body);
        self.producer.send(record).map_err(|(error, _)| error).unwrap();
        self.producer.poll(Duration::ZERO);
    }

    pub fn genesis(&self, id: &str) {
        let headers = OwnedHeaders::new()
            .insert(Header { key: "ce_type", value: Some(TOPIC_CREATED) })
            .insert(Header { key: "ce_id", value: Some(id) });
        self.begin();
        self.send_raw(0, "", headers, b"");
        self.commit();
    }

    pub fn commit(&self) {
        self.producer.flush(PATIENCE).unwrap();
        self.producer.commit_transaction(PATIENCE).unwrap();
    }

    pub fn abort(&self) {
        self.producer.flush(PATIENCE).unwrap();
        self.producer.abort_transaction(PATIENCE).unwrap();
    }

    /// Writes these records in one transaction.
    pub fn write(&self, records: &[(i32, Record)]) {
        self.begin();
        for (partition, record) in records {
            self.send(*partition, record);
        }
        self.commit();
    }
}

pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("timed out after 20 s: {what}");
}
