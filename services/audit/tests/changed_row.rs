//! Tests the read-model check with an injected violation: a row that no event produced.

#![allow(clippy::unwrap_used, reason = "tests")]

use recourse_audit::DEFAULT_CONFIG;
use recourse_audit::verification::readmodels;
use recourse_runtime::settings::Settings;
use recourse_wiring::Node;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio_util::sync::CancellationToken;

fn settings() -> Settings {
    for name in ["KAFKA_BROKERS", "DATABASE_URL"] {
        assert!(
            std::env::var_os(name).is_some(),
            "{name} is not set; run: deploy/local/with-stack cargo test -p recourse-audit"
        );
    }
    let mut settings = Settings::load(DEFAULT_CONFIG, None).unwrap();
    let process = std::process::id();
    settings.topic_prefix = format!("row-{process}.");
    settings.schema_prefix = format!("row_{process}_");
    settings.partitions = 1;
    settings.jwt.dev_keys = std::env::temp_dir().join(format!("recourse-row-{process}"));
    settings
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_no_event_produced_is_found() {
    let settings = settings();
    let shutdown = CancellationToken::new();
    let node = Node::open(settings.clone(), shutdown.clone()).await.unwrap();

    let sound = readmodels::verify(&settings, recourse_refunds::spec(), |_| {}).await.unwrap();
    assert_eq!(sound, None);

    let mut database = PgConnection::connect(&settings.database_url).await.unwrap();
    let table = format!("{}refunds.settlements", settings.schema_prefix);
    let inject = format!(
        "insert into {table} (settlement, policy, buyer, is_open, document)
         values ('stl_invented', 'pol_invented', 'b-1', true, '{{}}')"
    );
    sqlx::raw_sql(AssertSqlSafe(inject)).execute(&mut database).await.unwrap();

    let found =
        readmodels::verify(&settings, recourse_refunds::spec(), |_| {}).await.unwrap().unwrap();
    assert_eq!(found.location, "refunds, table settlements");
    assert!(found.why.contains("stl_invented"), "{found}");
    assert!(found.why.contains("no such row"), "{found}");

    shutdown.cancel();
    drop(node);
    for schema in ["refunds", "refunds_writer", "keys"] {
        let drop = format!("drop schema {}{schema} cascade", settings.schema_prefix);
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut database).await.unwrap();
    }
    std::fs::remove_dir_all(&settings.jwt.dev_keys).unwrap();
}
