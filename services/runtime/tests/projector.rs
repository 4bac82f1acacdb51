//! The projector on a real Kafka and a real PostgreSQL: committed records are projected exactly
//! once, whichever process does it.
//!
//! Long because all tests need the same small projection.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::time::Duration;

use rdkafka::message::OwnedHeaders;
use recourse_runtime::database::Database;
use recourse_runtime::projector::{
    OutcomeKind, Progress, Projector, ProjectorState, Source, outcome_of, rebuild, verify,
};
use serde_json::json;
use support::{Stream, Writer, eventually};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(20);

struct Setting {
    name: String,
    source: Source,
    database: Database,
    writer: Writer,
}

async fn setting() -> Setting {
    let name = support::unique();
    let source = support::topic(&name).await;
    let database = support::database(&name).await;
    let writer = Writer::new(&name, &source);
    writer.genesis("the first log");
    Setting { name, source, database, writer }
}

impl Setting {
    fn projector(&self, progress: &Progress) -> Projector {
        Projector::start(
            support::settings(&self.name, &self.source),
            &self.database,
            support::tables(),
            progress.clone(),
            support::metrics(),
            CancellationToken::new(),
        )
        .unwrap()
    }

    async fn tallies(&self) -> Vec<(String, i64, Vec<String>)> {
        sqlx::query_as("SELECT thing, counted, words FROM tallies ORDER BY thing")
            .fetch_all(self.database.pool())
            .await
            .unwrap()
    }

    async fn counted(&self, thing: &str) -> i64 {
        let tallies = self.tallies().await;
        tallies.iter().find(|(name, ..)| name == thing).map_or(0, |(_, counted, _)| *counted)
    }

    async fn has_counted(&self, thing: &str, count: i64) {
        let what = format!("{thing} is counted to {count}");
        eventually(&what, async || self.counted(thing).await == count).await;
    }

    async fn ask(&self, statement: &'static str) {
        sqlx::query(statement).execute(self.database.pool()).await.unwrap();
    }
}

fn row(thing: &str, counted: i64, words: &[&str]) -> (String, i64, Vec<String>) {
    (thing.to_owned(), counted, words.iter().map(|&word| word.to_owned()).collect())
}

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

/// Asserts that a record of `a` in partition 0 is not projected, nor any later one of its stream,
/// that all others are, in the same partition too, and that the reason is reported.
async fn assert_only_a_is_paused(setting: &Setting, mut a: Stream, why: &str) {
    let (mut neighbour, mut other) = (Stream::new("neighbour", 0), Stream::new("other", 1));
    let five = |stream: &mut Stream, word| (stream.partition, stream.counted(5, word));
    setting.writer.write(&[
        (0, a.counted(100, "beyond")),
        five(&mut neighbour, "five"),
        five(&mut other, "five"),
    ]);
    let progress = Progress::new();
    let projector = setting.projector(&progress);
    setting.has_counted("other", 5).await;
    setting.has_counted("neighbour", 5).await;
    let reported = reported(&projector).await;
    assert!(reported.contains(why) && reported.contains("/0/"), "{reported}");
    projector.shut_down().await;
    // Another process reports it, too, and continues with all others.
    setting.writer.write(&[five(&mut neighbour, "more"), five(&mut other, "more")]);
    let projector = setting.projector(&progress);
    setting.has_counted("neighbour", 10).await;
    setting.has_counted("other", 10).await;
    assert_eq!(setting.counted("a").await, 1);
    let mut state = projector.state();
    let caught_up = state.wait_for(|state| *state == ProjectorState::CaughtUp);
    tokio::time::timeout(PATIENCE, caught_up).await.unwrap().unwrap();
    assert!(self::reported(&projector).await.contains(why));
    projector.shut_down().await;
    // A rebuild with the same code has the same result.
    let settings = support::settings(&setting.name, &setting.source);
    assert_eq!(verify(settings, &setting.database, support::tables(), |_| {}).await.unwrap(), None);
}

/// The projector's report of the records that it set aside.
async fn reported(projector: &Projector) -> String {
    let mut aside = projector.set_aside();
    let reported = aside.wait_for(Option::is_some);
    tokio::time::timeout(PATIENCE, reported).await.unwrap().unwrap().clone().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_an_unknown_type_pauses_only_its_purchase() {
    let setting = setting().await;
    let mut a = Stream::new("a", 0);
    let strange =
        [(0, a.counted(1, "one")), (0, a.record("recourse.tally.vanished.v9", b"{}".to_vec()))];
    setting.writer.write(&strange);
    assert_only_a_is_paused(&setting, a, "recourse.tally.vanished.v9").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_without_headers_is_ignored_and_its_stream_continues() {
    let setting = setting().await;
    let mut a = Stream::new("a", 0);
    setting.writer.begin();
    setting.writer.send(0, &a.counted(1, "one"));
    setting.writer.send_raw(0, "a", OwnedHeaders::new(), b"{}");
    setting.writer.send_raw(0, "no/key", OwnedHeaders::new(), b"{}");
    setting.writer.send(0, &a.counted(1, "two"));
    setting.writer.commit();
    let projector = setting.projector(&Progress::new());
    setting.has_counted("a", 2).await;
    let reported = reported(&projector).await;
    assert!(reported.contains("2 records") && reported.contains("ce_id"), "{reported}");
    projector.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_in_a_stream_pauses_only_its_purchase() {
    let setting = setting().await;
    let mut a = Stream::new("a", 0);
    setting.writer.write(&[(0, a.counted(1, "one"))]);
    a.counted(1, "lost");
    setting.writer.begin();
    setting.writer.send(0, &a.counted(1, "after the gap"));
    setting.writer.commit();
    assert_only_a_is_paused(&setting, a, "version 3 follows 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_and_forged_records_are_ignored_and_the_stream_continues() {
    let setting = setting().await;
    let mut a = Stream::new("a", 0);
    let first = a.counted(1, "one");
    let mut forged = Stream::new("a", 0);
    (forged.version, forged.head) = (a.version, a.head);
    let mut forged = forged.counted(1, "forged");
    forged.body = String::from_utf8(forged.body).unwrap().replace("forged", "others").into_bytes();
    let (second, mut lies) = (a.counted(1, "two"), Stream::new("b", 0).counted(1, "lies"));
    lies.stream = "tallies/a".to_owned();
    setting.writer.write(&[(0, first.clone()), (0, first), (0, forged), (0, second), (0, lies)]);
    let projector = setting.projector(&Progress::new());
    setting.has_counted("a", 2).await;
    let reported = reported(&projector).await;
    assert!(
        reported.contains("3 records") && reported.contains("version 1 follows 1"),
        "{reported}"
    );
    assert_eq!(setting.tallies().await, [row("a", 2, &["one", "two"])]);
    projector.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_the_database_rejects_pauses_only_its_purchase() {
    let setting = setting().await;
    let mut a = Stream::new("a", 0);
    // PostgreSQL cannot store NUL in text.
    setting.writer.write(&[(0, a.counted(1, "one")), (0, a.counted(1, "\0"))]);
    assert_only_a_is_paused(&setting, a, "0x00").await;
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

fn thirty_things(setting: &Setting) -> Vec<Stream> {
    let mut streams: Vec<_> =
        (0..30).map(|n| Stream::new(&format!("thing {n:02}"), n % 3)).collect();
    for round in 0..10 {
        let word = format!("round {round}");
        let records: Vec<_> = streams
            .iter_mut()
            .map(|stream| (stream.partition, stream.counted(round, &word)))
            .collect();
        setting.writer.write(&records);
    }
    streams
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_produces_the_same_rows_and_verify_finds_a_difference() {
    let setting = setting().await;
    let streams = thirty_things(&setting);
    let projector = setting.projector(&Progress::new());
    for stream in &streams {
        setting.has_counted(&stream.key, 45).await;
    }
    let settings = support::settings(&setting.name, &setting.source);
    let tables = support::tables();
    let compare =
        async || verify(settings.clone(), &setting.database, tables.clone(), |_| {}).await;
    assert_eq!(compare().await.unwrap(), None);

    setting.ask("UPDATE tallies SET words[3] = 'injected' WHERE thing = 'thing 07'").await;
    let difference = compare().await.unwrap().unwrap();
    assert_eq!(difference.table, "tallies");
    assert!(difference.left.unwrap().contains("injected"));
    assert!(difference.right.unwrap().contains("thing 07"));

    setting.ask("DELETE FROM outcomes WHERE command_id = 'thing 07-3'").await;
    setting.ask("UPDATE tallies SET words[3] = 'round 2' WHERE thing = 'thing 07'").await;
    assert_eq!(compare().await.unwrap().unwrap().table, "outcomes");
    projector.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_replaces_the_live_read_model_while_it_continues() {
    let setting = setting().await;
    let mut streams = thirty_things(&setting);
    let progress = Progress::new();
    let projector = setting.projector(&progress);
    setting.has_counted("thing 29", 45).await;
    setting.ask("UPDATE tallies SET counted = 7 WHERE thing = 'thing 07'").await;
    setting.ask("DELETE FROM tallies WHERE thing = 'thing 08'").await;

    let settings = support::settings(&setting.name, &setting.source);
    let (reported, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let database = setting.database.clone();
    let rebuilding = tokio::spawn(async move {
        let report = move |progress| reported.send(progress).unwrap_or_default();
        rebuild(settings, &database, support::tables(), report).await
    });
    // Records are written meanwhile.
    for _ in 0..20 {
        let counted =
            streams.iter_mut().map(|stream| (stream.partition, stream.counted(1, "meanwhile")));
        setting.writer.write(&counted.collect::<Vec<_>>());
    }
    rebuilding.await.unwrap().unwrap();
    for stream in &streams {
        setting.has_counted(&stream.key, 65).await;
    }
    let mut last = None;
    while let Some(progress) = heard.recv().await {
        last = Some(progress);
    }
    assert!(last.is_some_and(|last| last.done >= last.total));

    // And they still are projected, in the new schema.
    let seventh = &mut streams[7];
    setting.writer.write(&[(seventh.partition, seventh.counted(1, "after"))]);
    setting.has_counted("thing 07", 66).await;
    let settings = support::settings(&setting.name, &setting.source);
    assert_eq!(verify(settings, &setting.database, support::tables(), |_| {}).await.unwrap(), None);
    let schemas: Vec<String> = sqlx::query_scalar(
        "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE $1 ORDER BY nspname",
    )
    .bind(format!("{}\\_%", setting.name))
    .fetch_all(setting.database.pool())
    .await
    .unwrap();
    let live = setting.database.schema().to_owned();
    assert_eq!(schemas, [live, setting.database.writer_schema()]);
    projector.shut_down().await;
}

/// `cargo test -p recourse-runtime --test projector -- --ignored --nocapture`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn records_are_projected_faster_than_they_are_written() {
    let setting = setting().await;
    let mut streams: Vec<_> =
        (0..3_000).map(|n| Stream::new(&format!("thing {n:04}"), n % 3)).collect();
    for _ in 0..10 {
        let counted =
            streams.iter_mut().map(|stream| (stream.partition, stream.counted(1, "word")));
        setting.writer.write(&counted.collect::<Vec<_>>());
    }
    let began = std::time::Instant::now();
    let progress = Progress::new();
    let projector = setting.projector(&progress);
    let mut state = projector.state();
    assert!(progress.wait("tallies", 0, 0, PATIENCE).await);
    println!("{:.1} s until the first batch", began.elapsed().as_secs_f64());
    state.wait_for(|state| *state == ProjectorState::CaughtUp).await.unwrap();
    let rate = 30_000.0 / began.elapsed().as_secs_f64();
    println!("{rate:.0} records/s in all");
    assert_eq!(setting.counted("thing 0007").await, 10);
    projector.shut_down().await;
}
