//! Everything that the services write, over a year of a small marketplace, matches the contracts.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::Path;

use recourse_demo::{Options, clear, run};
use recourse_runtime::settings::Settings;
use recourse_tests::schema_check::validate_log;

#[tokio::test(flavor = "multi_thread")]
async fn every_event_and_command_of_a_demo_matches_its_contract() {
    let mut base = Settings::load(recourse::DEFAULT_CONFIG, None).expect("the default settings");
    base.http.bind = ([127, 0, 0, 1], 0).into();
    let options = Options {
        orders: 24,
        seed: 7,
        // Keeps what was written until this test has read it.
        serve: true,
        deploy: Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy"),
        bar: false,
    };
    let played = Box::pin(run(&base, &options)).await.expect("the demo");
    let process = played.process.expect("a running demo");
    let settings = process.node.settings.clone();
    let (connection, topics) = (process.node.connection.clone(), process.node.topics.clone());
    process.end().await.expect("a clean shutdown");
    let read = tokio::task::spawn_blocking(move || validate_log(&connection, &topics)).await;
    clear(&settings).await.expect("clearing the stack");
    let fitting = read.expect("reading the log").unwrap_or_else(|faults| panic!("{faults:#}"));
    assert!(fitting > 24 * 3, "only {fitting} records");
}
