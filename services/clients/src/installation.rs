//! A dedicated installation for one run: topics and schemas under a fresh prefix, all services in
//! this process, on a free loopback port; deleted at the end.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use recourse_process::{Process, ServiceName};
use recourse_runtime::settings::{ClockSource, Mode, Settings};
use recourse_wiring::Node;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio_util::sync::CancellationToken;

/// Enough to show that a purchase stays in one partition; the broker creates about eighty a second.
const PARTITIONS: i32 = 3;
const CALL: Duration = Duration::from_secs(20);

pub fn settings(base: &Settings, seed: u64, serve: bool) -> anyhow::Result<Settings> {
    let mut random = [0; 4];
    getrandom::fill(&mut random)?;
    let run = u32::from_le_bytes(random);
    let mut settings = base.clone();
    anyhow::ensure!(
        settings.mode == Mode::Development,
        "the demo moves the clock and issues tokens, so it runs in development mode only"
    );
    settings.instance = format!("demo-{run:08x}");
    settings.topic_prefix = format!("demo-{seed}-{run:08x}.");
    settings.schema_prefix = format!("demo_{seed}_{run:08x}_");
    settings.clock = ClockSource::Topic;
    settings.partitions = PARTITIONS;
    // The demo must survive a pause of the machine; no other consumer waits for these topics.
    for (name, value) in [("transaction.timeout.ms", "120000"), ("message.timeout.ms", "110000")] {
        settings.kafka.security.insert(name.to_owned(), value.to_owned());
    }
    settings.http.reply_wait_ms = 15_000;
    settings.http.timeout_ms = 30_000;
    if !serve {
        settings.http.bind = SocketAddr::from(([127, 0, 0, 1], 0));
    }
    settings.photos.folder = settings.photos.folder.join(format!("demo-{run:08x}"));
    Ok(settings)
}

pub async fn start(settings: Settings) -> anyhow::Result<Process> {
    let node = Node::open(settings, CancellationToken::new()).await?;
    Process::start(node, &ServiceName::ALL, |_| Router::new()).await
}

fn client(settings: &Settings) -> rdkafka::ClientConfig {
    let mut client = rdkafka::ClientConfig::new();
    client.set("bootstrap.servers", &settings.kafka.brokers);
    for (name, value) in &settings.kafka.security {
        client.set(name, value);
    }
    client
}

/// Deletes what a run created.
pub async fn clear(settings: &Settings) -> anyhow::Result<()> {
    clear_topics(settings).await.context("deleting the run's topics")?;
    clear_schemas(settings).await.context("deleting the run's schemas")?;
    match tokio::fs::remove_dir_all(&settings.photos.folder).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

async fn clear_topics(settings: &Settings) -> anyhow::Result<()> {
    let client = client(settings);
    let prefix = settings.topic_prefix.clone();
    let lister = client.clone();
    let names = tokio::task::spawn_blocking(move || -> anyhow::Result<Vec<String>> {
        let consumer: BaseConsumer = lister.create()?;
        let metadata = consumer.fetch_metadata(None, CALL)?;
        let names = metadata.topics().iter().map(|topic| topic.name().to_owned());
        Ok(names.filter(|name| name.starts_with(&prefix)).collect())
    })
    .await??;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let admin: AdminClient<DefaultClientContext> = client.create()?;
    let options = AdminOptions::new().operation_timeout(Some(CALL));
    for deleted in admin.delete_topics(&names, &options).await? {
        deleted.map_err(|(topic, code)| anyhow::anyhow!("{topic}: {code}"))?;
    }
    Ok(())
}

async fn clear_schemas(settings: &Settings) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(&settings.database_url).await?;
    // The prefix consists of letters, digits and _ only.
    let pattern = format!("{}%", settings.schema_prefix.replace('_', "\\_"));
    let schemas: Vec<String> =
        sqlx::query_scalar("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE $1")
            .bind(&pattern)
            .fetch_all(&mut connection)
            .await?;
    for schema in schemas {
        let drop = format!("DROP SCHEMA {schema} CASCADE");
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await?;
    }
    let roles: Vec<String> =
        sqlx::query_scalar("SELECT rolname::text FROM pg_roles WHERE rolname LIKE $1")
            .bind(&pattern)
            .fetch_all(&mut connection)
            .await?;
    for role in roles {
        let drop = format!("DROP OWNED BY {role}; DROP ROLE {role}");
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}
