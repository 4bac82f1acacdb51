//! A record that cannot be projected pauses its purchase, and no other.

use rdkafka::message::OwnedHeaders;
use recourse_runtime::projector::{Progress, Projector, ProjectorState, verify};

use crate::support::{self, Stream};
use crate::{PATIENCE, Setting, row, setting};

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
