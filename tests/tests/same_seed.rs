//! The same seed plays the same year: claims, outcomes, money and refusals, to the last event.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::Path;

use recourse::demo;
use recourse_runtime::settings::Settings;
use serde_json::Value;

/// What a run with this seed comes to, without what depends on the machine.
async fn played(seed: u64) -> Value {
    let mut base = Settings::load(recourse::DEFAULT_CONFIG, None).expect("the default settings");
    base.http.bind = ([127, 0, 0, 1], 0).into();
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    let options = demo::Options { orders: 8, seed, serve: false, deploy, bar: false };
    let played = demo::run(&base, &options).await.expect("a demo that plays to its end");
    assert!(played.holds, "{}", played.text);
    let mut summary = played.summary;
    assert!(summary["claims"].as_u64() > Some(3), "{summary}");
    summary.as_object_mut().unwrap().remove("seconds").expect("how long it took");
    summary
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_of_a_seed_come_to_the_same_and_of_another_to_another() {
    let (one, again, other) = tokio::join!(played(7), played(7), played(8));
    assert_eq!(one, again);
    assert_ne!(one["money"], other["money"]);
}
