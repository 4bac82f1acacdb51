//! The real Kafka and the real PostgreSQL, and a read model without tables of its own.

use rdkafka::config::ClientConfig;
use recourse_runtime::database::Database;
use sqlx::migrate::Migrator;

static NO_TABLES: Migrator = Migrator::DEFAULT;

fn from_environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set; run `deploy/local/with-stack cargo test -p recourse-edge`")
    })
}

/// A unique name for this test run, of letters and digits.
#[allow(clippy::disallowed_methods, reason = "tests share one stack and must not collide")]
pub(crate) fn unique() -> String {
    format!("t{}", &uuid::Uuid::new_v4().simple().to_string()[..12])
}

pub(crate) fn client() -> ClientConfig {
    let mut client = ClientConfig::new();
    client.set("bootstrap.servers", from_environment("KAFKA_BROKERS"));
    client
}

pub(crate) async fn database(name: &str) -> Database {
    let url = from_environment("DATABASE_URL");
    Database::open(&url, &format!("{name}_"), "tally-keeper", 2, &NO_TABLES).await.unwrap()
}
