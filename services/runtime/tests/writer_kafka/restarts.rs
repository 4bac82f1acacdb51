//! What a writer resumes after, and what it refuses to resume on.

use std::time::{Duration, Instant as Monotonic};

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::Producer;
use recourse_runtime::topics;
use recourse_runtime::writer::WriterError;

use crate::marketplace::{PARTITIONS, PATIENCE, TestMarketplace, keys};
use crate::support;
use crate::toy::{noon, put};

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
