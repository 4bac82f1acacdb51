//! A rebuild has the same rows, and replaces the live read model.

use recourse_runtime::projector::{Progress, ProjectorState, rebuild, verify};

use crate::support::{self, Stream};
use crate::{PATIENCE, Setting, setting};

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
