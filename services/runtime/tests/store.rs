//! The writer's state store on a real PostgreSQL: positions, epochs, and the limits of a superseded
//! owner.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::time::Duration;

use recourse_kernel::Instant;
use recourse_runtime::database::Database;
use recourse_runtime::store::{
    Flush, Flushed, PartitionPosition, PgStore, Store, StoreError, StoredState,
};
use sqlx::AssertSqlSafe;
use tokio::runtime::Runtime;

const PATIENCE: Duration = Duration::from_secs(20);
const FOLD: u32 = 3;

struct Setting {
    runtime: Runtime,
    database: Database,
}

fn setting() -> Setting {
    let runtime = Runtime::new().unwrap();
    let database = runtime.block_on(support::database(&support::unique()));
    Setting { runtime, database }
}

impl Setting {
    fn store(&self) -> PgStore {
        PgStore::new(self.runtime.handle(), &self.database, "tallies")
    }
}

fn at(seconds: i64) -> Instant {
    chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

fn state(key: &str, version: u64, wake_at: Option<Instant>) -> StoredState {
    let state = format!("{{\"version\":{version}}}").into_bytes();
    StoredState { key: key.to_owned(), state, version, wake_at }
}

fn flush(
    id: u64,
    partition: i32,
    from: &PartitionPosition,
    to: i64,
    states: Vec<StoredState>,
) -> Flush {
    let to_head = format!("hash of {to}");
    let from = from.clone();
    Flush { id, partition, fold_version: FOLD, from, to_offset: to, to_head, states }
}

/// The position of a partition after a flush to `offset`.
fn moved(from: &PartitionPosition, offset: i64) -> PartitionPosition {
    PartitionPosition { offset, head: format!("hash of {offset}"), ..from.clone() }
}

#[test]
fn flushed_states_are_available_to_the_next_owner() {
    let setting = setting();
    let mut store = setting.store();
    let new = store.take_over(7, FOLD).unwrap();
    assert_eq!(new, PartitionPosition { epoch: new.epoch, ..PartitionPosition::default() });

    let new = PartitionPosition { log_id: "log".to_owned(), ..new };
    store
        .flush(flush(1, 7, &new, 10, vec![state("a", 4, Some(at(50))), state("b", 6, None)]))
        .unwrap();
    assert!(store.wait_flushed(PATIENCE));
    assert_eq!(
        store.flushed(),
        [Ok(Flushed { id: 1, partition: 7, epoch: new.epoch, to_offset: 10 })]
    );

    let mut next = setting.store();
    let position = next.take_over(7, FOLD).unwrap();
    assert!(position.epoch > new.epoch);
    assert_eq!(position, PartitionPosition { epoch: position.epoch, ..moved(&new, 10) });
    let keys = ["a", "b", "never"].map(str::to_owned);
    let mut loaded = next.load(7, FOLD, &keys).unwrap();
    loaded.sort_by(|a, b| a.key.cmp(&b.key));
    assert_eq!(loaded, [state("a", 4, Some(at(50))), state("b", 6, None)]);
    assert_eq!(next.load(6, FOLD, &keys).unwrap(), []);
}

#[test]
fn a_flush_of_a_stale_epoch_is_rejected() {
    let setting = setting();
    let (mut zombie, mut owner) = (setting.store(), setting.store());
    let stale = zombie.take_over(0, FOLD).unwrap();
    let now = owner.take_over(0, FOLD).unwrap();

    zombie.flush(flush(1, 0, &stale, 5, vec![state("a", 1, None)])).unwrap();
    assert!(zombie.wait_flushed(PATIENCE));
    assert_eq!(zombie.flushed(), [Err(StoreError::Superseded { id: 1, partition: 0 })]);
    assert_eq!(owner.load(0, FOLD, &["a".to_owned()]).unwrap(), []);

    owner.flush(flush(2, 0, &now, 3, vec![state("a", 9, None)])).unwrap();
    assert!(owner.wait_flushed(PATIENCE));
    assert_eq!(
        owner.flushed(),
        [Ok(Flushed { id: 2, partition: 0, epoch: now.epoch, to_offset: 3 })]
    );
}

#[test]
fn a_flush_that_does_not_follow_the_last_one_is_rejected_alone() {
    let setting = setting();
    let mut store = setting.store();
    let (one, two) = (store.take_over(1, FOLD).unwrap(), store.take_over(2, FOLD).unwrap());
    store.flush(flush(1, 1, &moved(&one, 4), 8, vec![state("a", 1, None)])).unwrap();
    store.flush(flush(2, 2, &two, 8, vec![state("b", 1, None)])).unwrap();
    assert!(store.wait_flushed(PATIENCE));
    let flushed = store.flushed();
    assert!(flushed.contains(&Err(StoreError::Superseded { id: 1, partition: 1 })), "{flushed:?}");
    assert!(
        flushed.contains(&Ok(Flushed { id: 2, partition: 2, epoch: two.epoch, to_offset: 8 })),
        "{flushed:?}"
    );
    assert_eq!(store.load(1, FOLD, &["a".to_owned()]).unwrap(), []);
}

#[test]
fn flushes_submitted_at_once_are_written_in_order() {
    let setting = setting();
    let mut store = setting.store();
    let mut from = store.take_over(0, FOLD).unwrap();
    for id in 1..=50_u64 {
        let to = i64::try_from(id).unwrap() * 2;
        store.flush(flush(id, 0, &from, to, vec![state("a", id, None)])).unwrap();
        from = moved(&from, to);
    }
    assert!(store.wait_flushed(PATIENCE));
    let ids: Vec<_> = store.flushed().into_iter().map(|done| done.unwrap().id).collect();
    assert_eq!(ids, (1..=50).collect::<Vec<_>>());
    assert_eq!(store.load(0, FOLD, &["a".to_owned()]).unwrap(), [state("a", 50, None)]);
}

#[test]
fn another_fold_version_starts_empty_alongside_the_old_one() {
    let setting = setting();
    let mut store = setting.store();
    let old = store.take_over(0, FOLD).unwrap();
    store.flush(flush(1, 0, &old, 5, vec![state("a", 1, Some(at(0)))])).unwrap();
    assert!(store.wait_flushed(PATIENCE));
    assert_eq!(store.take_over(0, FOLD + 1).unwrap().offset, 0);
    assert_eq!(store.load(0, FOLD + 1, &["a".to_owned()]).unwrap(), []);
    assert_eq!(store.due(0, FOLD + 1, at(9), 10).unwrap(), []);
    assert_eq!(store.take_over(0, FOLD).unwrap().offset, 5);
}

#[test]
fn due_purchases_are_returned_earliest_first_within_the_limit() {
    let setting = setting();
    let mut store = setting.store();
    let from = store.take_over(0, FOLD).unwrap();
    let states =
        [("c", Some(30)), ("a", Some(10)), ("b", Some(20)), ("never", None), ("later", Some(99))];
    let states = states.map(|(key, wake)| state(key, 1, wake.map(at))).to_vec();
    store.flush(flush(1, 0, &from, 5, states)).unwrap();
    assert!(store.wait_flushed(PATIENCE));
    let due = |store: &mut PgStore, limit| store.due(0, FOLD, at(30), limit).unwrap();
    let named = |key: &str, wake| (key.to_owned(), at(wake));
    assert_eq!(due(&mut store, 10), [named("a", 10), named("b", 20), named("c", 30)]);
    assert_eq!(due(&mut store, 1), [named("a", 10)]);
}

#[test]
fn a_new_log_resets_the_partition_but_only_for_its_owner() {
    let setting = setting();
    let mut store = setting.store();
    let first = store.take_over(0, FOLD).unwrap();
    store.flush(flush(1, 0, &first, 5, vec![state("a", 1, None)])).unwrap();
    assert!(store.wait_flushed(PATIENCE));
    let now = store.take_over(0, FOLD).unwrap();

    let superseded = Err(StoreError::Superseded { id: 0, partition: 0 });
    assert_eq!(store.reset(0, FOLD, first.epoch, "other"), superseded);
    assert_eq!(store.load(0, FOLD, &["a".to_owned()]).unwrap().len(), 1);

    let again = store.reset(0, FOLD, now.epoch, "other").unwrap();
    assert_eq!((again.offset, again.log_id.as_str(), again.epoch), (0, "other", now.epoch));
    assert_eq!(store.load(0, FOLD, &["a".to_owned()]).unwrap(), []);
    store.flush(flush(2, 0, &again, 3, Vec::new())).unwrap();
    assert!(store.wait_flushed(PATIENCE));
}

#[test]
fn a_database_that_lost_recent_writes_assigns_no_epoch_twice() {
    let setting = setting();
    let (mut store, mut next) = (setting.store(), setting.store());
    let before = store.take_over(0, FOLD).unwrap();
    let lost = store.take_over(0, FOLD).unwrap();
    // The database is restored to a state before the second take-over.
    let schema = setting.database.writer_schema();
    let back = format!(
        "UPDATE {schema}.positions SET epoch = {} WHERE partition = 0 AND fold_version = {FOLD}",
        before.epoch
    );
    let pool = setting.database.pool();
    setting.runtime.block_on(sqlx::raw_sql(AssertSqlSafe(back)).execute(pool)).unwrap();

    let now = next.take_over(0, FOLD).unwrap();
    assert!(now.epoch > lost.epoch, "{now:?} {lost:?}");
    store.flush(flush(1, 0, &lost, 5, vec![state("a", 1, None)])).unwrap();
    assert!(store.wait_flushed(PATIENCE));
    assert_eq!(store.flushed(), [Err(StoreError::Superseded { id: 1, partition: 0 })]);
}

#[test]
fn a_flush_survives_the_loss_of_its_connection() {
    let setting = setting();
    let mut store = setting.store();
    let mut from = store.take_over(0, FOLD).unwrap();
    for id in 1..=40_u64 {
        let to = from.offset + 1;
        let states = (0..50).map(|n| state(&format!("{n}"), id, None)).collect();
        store.flush(flush(id, 0, &from, to, states)).unwrap();
        from = moved(&from, to);
        if id % 10 == 0 {
            setting.runtime.block_on(support::cut_off(&setting.database));
        }
    }
    assert!(store.wait_flushed(PATIENCE));
    let flushed = store.flushed();
    assert!(flushed.len() == 40 && flushed.iter().all(Result::is_ok), "{flushed:?}");
    // Its own connection was cut as well: one query fails, the next succeeds.
    let key = ["7".to_owned()];
    let answer = store.load(0, FOLD, &key).or_else(|_| store.load(0, FOLD, &key)).unwrap();
    assert_eq!(answer, [state("7", 40, None)]);
}

#[test]
fn many_processes_may_open_a_new_database_at_once() {
    let runtime = Runtime::new().unwrap();
    let name = support::unique();
    runtime.block_on(async {
        let opened = (0..8).map(|_| support::database(&name));
        for database in futures::future::join_all(opened).await {
            let (role,): (String,) = sqlx::query_as("SELECT current_user::text")
                .fetch_one(database.pool())
                .await
                .unwrap();
            assert_eq!(role, database.schema());
        }
    });
}

/// `cargo test -p recourse-runtime --test store -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn states_are_stored_faster_than_they_are_produced() {
    let setting = setting();
    let mut store = setting.store();
    let mut from = store.take_over(0, FOLD).unwrap();
    let began = std::time::Instant::now();
    for id in 0..40_u64 {
        let states = (0..2_000)
            .map(|n| StoredState {
                key: format!("{:026}", (id * 2_000 + n * 7) % 50_000),
                state: vec![b'x'; 1_500],
                version: id + 1,
                wake_at: Some(at(i64::try_from(n).unwrap())),
            })
            .collect();
        let to = from.offset + 2_000;
        store.flush(flush(id, 0, &from, to, states)).unwrap();
        from = moved(&from, to);
    }
    assert!(store.wait_flushed(Duration::from_secs(60)));
    assert!(store.flushed().iter().all(Result::is_ok));
    let rate = 80_000.0 / began.elapsed().as_secs_f64();
    println!("{rate:.0} states/s of 1,500 bytes");
    assert!(rate > 5_000.0);
}
