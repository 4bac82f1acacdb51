//! Looks for secrets in everything that an installation writes: its tables, its topics, its traces.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::topic_partition_list::Offset;
use recourse_installation::{Installation, PATIENCE};
use recourse_runtime::kafka::poll::{Polled, poll};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// What the libraries say in detail is about bytes and connections.
const FILTER: &str = "debug,recourse_order_intake=trace,recourse_edge=trace,recourse_runtime=trace,\
                      recourse_sealing=trace,recourse_wiring=trace,axum=trace,tower_http=trace";

/// What must be written nowhere.
pub(crate) struct Secret {
    parts: Vec<String>,
}

impl Secret {
    /// A token: neither its content nor its signature may be found. Its header is no secret.
    pub(crate) fn token(token: &str) -> Self {
        let parts: Vec<_> = token.split('.').skip(1).map(str::to_owned).collect();
        assert!(parts.len() == 2 && parts.iter().all(|part| part.len() > 40), "not a signed token");
        Self { parts }
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        self.parts.iter().any(|part| has(part.as_bytes()))
    }
}

/// Everything that this process traces from now on.
#[derive(Clone, Default)]
pub(crate) struct Traces(Arc<Mutex<Vec<u8>>>);

impl Traces {
    /// Can be called once in a process.
    pub(crate) fn capture() -> Self {
        let traces = Self::default();
        let writer = traces.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(FILTER))
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        traces
    }

    fn written(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Traces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What was looked through, and where something was found.
#[derive(Default)]
pub(crate) struct Search {
    pub(crate) looked_at: Vec<String>,
    pub(crate) found: Vec<String>,
}

impl Search {
    /// Looks for the secrets in every table of the installation's schemas, in every record of its
    /// topics, and in what was traced.
    pub(crate) async fn everywhere(
        service: &Installation,
        traces: &Traces,
        secrets: &[Secret],
    ) -> Self {
        let mut search = Self::default();
        for (place, content) in tables(service).await {
            search.look(place, &content, secrets);
        }
        for (place, content) in records(service) {
            search.look(place, &content, secrets);
        }
        search.look("traces".to_owned(), &traces.written(), secrets);
        search.looked_at.sort();
        search.looked_at.dedup();
        search.found.sort();
        search.found.dedup();
        search
    }

    fn look(&mut self, place: String, content: &[u8], secrets: &[Secret]) {
        if secrets.iter().any(|secret| secret.is_in(content)) {
            self.found.push(place.clone());
        }
        self.looked_at.push(place);
    }
}

/// Every column of every table, with all its values.
async fn tables(service: &Installation) -> Vec<(String, Vec<u8>)> {
    let settings = &service.node.settings;
    let mut connection = PgConnection::connect(&settings.database_url).await.unwrap();
    let columns: Vec<(String, String, String, String)> = sqlx::query_as(
        "select n.nspname::text, c.relname::text, a.attname::text, t.typname::text
         from pg_attribute a join pg_class c on c.oid = a.attrelid
         join pg_namespace n on n.oid = c.relnamespace join pg_type t on t.oid = a.atttypid
         where starts_with(n.nspname, $1) and c.relkind in ('r', 'p', 'm') and a.attnum > 0
           and not a.attisdropped",
    )
    .bind(&settings.schema_prefix)
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut contents = Vec::with_capacity(columns.len());
    for (schema, table, column, kind) in columns {
        // A text that was stored as bytes stays a text.
        let value = match kind.as_str() {
            "bytea" => format!("encode(\"{column}\", 'escape')"),
            _ => format!("\"{column}\"::text"),
        };
        let query = format!("select {value} from \"{schema}\".\"{table}\"");
        let values: Vec<Option<String>> =
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut connection).await.unwrap();
        let content = values.into_iter().flatten().collect::<Vec<_>>().join("\n");
        contents.push((format!("{schema}.{table}.{column}"), content.into_bytes()));
    }
    contents
}

/// Every record of every topic of the installation: its key, headers and value.
fn records(service: &Installation) -> Vec<(String, Vec<u8>)> {
    let node = &service.node;
    let consumer: BaseConsumer = node.connection.reader().create().unwrap();
    let metadata = consumer.fetch_metadata(None, PATIENCE).unwrap();
    let mut all = TopicPartitionList::new();
    for topic in metadata.topics() {
        if !topic.name().starts_with(&node.settings.topic_prefix) {
            continue;
        }
        for partition in topic.partitions() {
            all.add_partition_offset(topic.name(), partition.id(), Offset::Beginning).unwrap();
        }
    }
    consumer.assign(&all).unwrap();
    let (mut records, mut ends) = (Vec::new(), 0);
    let deadline = Instant::now() + PATIENCE;
    while ends < all.count() {
        assert!(Instant::now() < deadline, "{ends} of {} partitions are read", all.count());
        match poll(&consumer, Duration::from_millis(100)).unwrap() {
            Polled::Record(record) => {
                let mut content = record.key.unwrap_or_default();
                for (name, value) in record.headers {
                    content.extend([b"\n", name.as_bytes(), b": ", &value[..]].concat());
                }
                content.push(b'\n');
                content.extend(record.value.unwrap_or_default());
                records.push((record.topic, content));
            }
            Polled::End { .. } => ends += 1,
            Polled::Nothing => {}
        }
    }
    records
}

#[test]
fn a_leaked_token_is_found_whole_or_in_part() {
    let (payload, signature) = ("eyJzdWIiOiJiLTgxIn0".repeat(3), "q-Zt1_".repeat(14));
    let secret = Secret::token(&format!("eyJhbGciOiJFUzI1NiJ9.{payload}.{signature}"));
    for leak in [
        format!("{{\"token\": \"eyJhbGciOiJFUzI1NiJ9.{payload}.{signature}\"}}"),
        format!("Bearer x.{payload}"),
        format!("signature={signature};"),
    ] {
        assert!(secret.is_in(leak.as_bytes()), "{leak}");
    }
    for harmless in ["", "eyJhbGciOiJFUzI1NiJ9", &signature[1..]] {
        assert!(!secret.is_in(harmless.as_bytes()), "{harmless}");
    }
}
