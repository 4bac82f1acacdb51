//! What is committed is projected, once.

use std::time::Duration;

use recourse_runtime::projector::{OutcomeKind, Progress, Projector, ProjectorState, outcome_of};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{self, Stream, eventually};
use crate::{PATIENCE, row, setting};

#[tokio::test(flavor = "multi_thread")]
async fn committed_records_are_projected_and_aborted_ones_are_not() {
    let setting = setting().await;
    let (mut a, mut b) = (Stream::new("a", 0), Stream::new("b", 2));
    setting.writer.write(&[(0, a.counted(1, "one")), (2, b.counted(10, "ten"))]);
    setting.writer.begin();
    setting.writer.send(0, &Stream::new("a", 0).counted(1_000, "never"));
    setting.writer.abort();
    setting.writer.write(&[(0, a.counted(2, "two"))]);

    let progress = Progress::new();
    let projector = setting.projector(&progress);
    setting.has_counted("a", 3).await;
    assert_eq!(setting.tallies().await, [row("a", 3, &["one", "two"]), row("b", 10, &["ten"])]);

    let outcome = outcome_of(setting.database.pool(), "a-2").await.unwrap().unwrap();
    assert_eq!((outcome.kind, outcome.version, outcome.partition), (OutcomeKind::Accepted, 2, 0));
    assert!(progress.wait("tallies", 0, outcome.offset, PATIENCE).await);
    assert!(!progress.wait("tallies", 0, outcome.offset + 2, Duration::from_millis(300)).await);

    // The position passes commit markers: it reaches the end although there is no record at it.
    let mut state = projector.state();
    let caught_up = state.wait_for(|state| *state == ProjectorState::CaughtUp);
    tokio::time::timeout(PATIENCE, caught_up).await.unwrap().unwrap();
    // Genesis and its marker, a record and its marker, an aborted record and its marker, and again
    // a record and its marker.
    assert_eq!(progress.reached("tallies", 0), 8);
    projector.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_remains_a_refusal_when_its_purchase_is_released_later() {
    let setting = setting().await;
    let mut a = Stream::new("a", 0);
    let refusal =
        json!({"command": "recourse.tally.count.v1", "code": "tally.full", "detail": "it is full"});
    let refused = a.record("recourse.tally.command_refused.v1", refusal.to_string().into_bytes());
    let mut released = a.record("recourse.tally.purchase_released.v1", b"{}".to_vec());
    released.command_id.clone_from(&refused.command_id);
    released.hash = released.computed_hash();
    setting.writer.write(&[(0, refused), (0, released)]);

    let projector = setting.projector(&Progress::new());
    let outcome = async || outcome_of(setting.database.pool(), "a-1").await.unwrap();
    let both = async || outcome().await.is_some_and(|outcome| outcome.version == 2);
    eventually("the release is projected", both).await;
    let outcome = outcome().await.unwrap();
    assert_eq!(outcome.kind, OutcomeKind::Refused);
    assert_eq!(outcome.refusal.unwrap().code, "tally.full");
    projector.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_an_open_transaction_come_once_it_is_committed() {
    let setting = setting().await;
    let progress = Progress::new();
    let projector = setting.projector(&progress);
    let mut a = Stream::new("a", 1);
    setting.writer.begin();
    setting.writer.send(1, &a.counted(1, "one"));
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(setting.counted("a").await, 0);
    setting.writer.commit();
    assert!(progress.wait("tallies", 1, 0, PATIENCE).await);
    assert_eq!(setting.counted("a").await, 1);
    projector.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_takes_over_where_the_first_left_off() {
    let setting = setting().await;
    let mut streams: Vec<_> = (0..3).map(|n| Stream::new(&format!("s{n}"), n)).collect();
    let mut write = |by| {
        let records: Vec<_> =
            streams.iter_mut().map(|stream| (stream.partition, stream.counted(by, "w"))).collect();
        setting.writer.write(&records);
    };
    write(1);
    let first = setting.projector(&Progress::new());
    setting.has_counted("s0", 1).await;
    // A second projector shares the partitions with it while records are written.
    let second = setting.projector(&Progress::new());
    for _ in 0..20 {
        write(1);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    first.shut_down().await;
    write(1);
    for thing in ["s0", "s1", "s2"] {
        setting.has_counted(thing, 22).await;
    }
    second.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projectors_of_one_partition_do_not_count_twice() {
    let setting = setting().await;
    let mut a = Stream::new("a", 0);
    let projector = setting.projector(&Progress::new());
    // Not in one group: both own every partition, as a zombie assumes it still does.
    let zombie = Projector::start(
        support::settings(&format!("{}z", setting.name), &setting.source),
        &setting.database,
        support::tables(),
        Progress::new(),
        support::metrics(),
        CancellationToken::new(),
    )
    .unwrap();
    for _ in 0..60 {
        setting.writer.write(&[(0, a.counted(1, "w"))]);
    }
    setting.has_counted("a", 60).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(setting.counted("a").await, 60);
    projector.shut_down().await;
    zombie.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn projecting_continues_when_the_database_is_back() {
    let setting = setting().await;
    let mut a = Stream::new("a", 0);
    let projector = setting.projector(&Progress::new());
    for round in 0..30 {
        setting.writer.write(&[(0, a.counted(1, "w"))]);
        if round % 10 == 5 {
            support::cut_off(&setting.database).await;
        }
    }
    let mut state = projector.state();
    eventually("a is counted to 30", async || {
        let count = sqlx::query_scalar("SELECT counted FROM tallies WHERE thing = 'a'");
        count.fetch_optional(setting.database.pool()).await.is_ok_and(|count| count == Some(30_i64))
    })
    .await;
    let caught_up = state.wait_for(|state| *state == ProjectorState::CaughtUp);
    tokio::time::timeout(PATIENCE, caught_up).await.unwrap().unwrap();
    projector.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recreated_topic_is_detected() {
    let setting = setting().await;
    let mut a = Stream::new("a", 0);
    setting.writer.write(&[(0, a.counted(1, "one"))]);
    let projector = setting.projector(&Progress::new());
    setting.has_counted("a", 1).await;
    projector.shut_down().await;
    setting.ask("UPDATE positions SET log_id = 'an earlier log'").await;
    let projector = setting.projector(&Progress::new());
    let mut state = projector.state();
    let stopped = state.wait_for(|state| matches!(state, ProjectorState::Stopped(_)));
    tokio::time::timeout(PATIENCE, stopped).await.unwrap().unwrap();
    projector.shut_down().await;
}
