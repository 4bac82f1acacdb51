//! What the services really write, over a year of a small marketplace, fits the contracts.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::Path;

use recourse::demo;
use recourse_runtime::settings::Settings;
use recourse_tests::schema_check::validate_log;

#[tokio::test(flavor = "multi_thread")]
async fn every_event_and_command_of_a_demo_fits_its_contract() {
    let mut base = Settings::load(recourse::DEFAULT_CONFIG, None).expect("the default settings");
    base.http.bind = ([127, 0, 0, 1], 0).into();
    let options = demo::Options {
        orders: 24,
        seed: 7,
        // What it wrote stays, until this test has read it.
        serve: true,
        deploy: Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy"),
        bar: false,
    };
    let played = demo::run(&base, &options).await.expect("a demo that plays to its end");
    let process = played.process.expect("a demo that stays up");
    let settings = process.node.settings.clone();
    let (connection, topics) = (process.node.connection.clone(), process.node.topics.clone());
    process.end().await.expect("services that live to their end");
    let read = tokio::task::spawn_blocking(move || validate_log(&connection, &topics)).await;
    demo::clear(&settings).await.expect("a stack that can be cleared");
    let fitting = read.expect("a reader that ends").unwrap_or_else(|faults| panic!("{faults:#}"));
    assert!(fitting > 24 * 3, "only {fitting} records");
}
