//! Rebuilds a read model from the log, next to the live one and with the same code, to replace it
//! or to be compared with it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::error::KafkaError;
use sqlx::PgConnection;
use tokio::runtime::Handle;

use super::batch::Target;
use super::dump::{Difference, compare_schemas};
use super::reader::{Reader, Surveyor};
use super::run::{ProjectorSettings, connect};
use super::sink::{Sink, Trouble};
use super::table::Tables;
use super::taken::TopicPartition;
use crate::database::{Database, DatabaseError, run};

const ROUND: Duration = Duration::from_millis(100);
/// Longer than any transaction may stay open on the log.
const STALLED_AFTER: Duration = Duration::from_mins(1);
const DROP_ATTEMPTS: u32 = 20;

/// How much of the log a rebuild has read, in offsets, which include commit markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildProgress {
    /// Offsets done, over all partitions.
    pub done: u64,
    /// Offsets in total. May grow while the live read model continues.
    pub total: u64,
}

/// Why a read model was not rebuilt. The live one is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// Kafka is unavailable, or rejected a request.
    #[error("Kafka: {0}")]
    Kafka(#[from] KafkaError),
    /// The database is unavailable, or rejected a statement.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The new schema could not be created or migrated.
    #[error(transparent)]
    Schema(#[from] DatabaseError),
    /// Another rebuild of the same read model is in progress.
    #[error("another rebuild of this read model is in progress")]
    InProgress,
    /// The log stopped returning records before its end.
    #[error("the log stopped before its end: check for a transaction that was left open")]
    Stalled,
    /// The rebuild's thread ended without a result.
    #[error("the rebuild was interrupted")]
    BrokenOff,
}

/// Rebuilds the read model from offset 0 and replaces the live one with it in one transaction,
/// while queries and the live projector continue.
pub async fn rebuild(
    settings: ProjectorSettings,
    database: &Database,
    tables: Arc<Tables>,
    on_progress: impl FnMut(RebuildProgress) + Send + 'static,
) -> Result<(), RebuildError> {
    let database = database.clone();
    in_a_thread(async move || {
        let mut site = Site::open(&settings, &database, &tables, on_progress).await?;
        let ends = site.ends_now()?;
        site.build_up_to(&ends).await?;
        site.go_live().await
    })
    .await
}

/// Rebuilds the read model next to the live one, and returns the first row that differs at
/// identical positions (left: live, right: new). The live one is unchanged.
pub async fn verify(
    settings: ProjectorSettings,
    database: &Database,
    tables: Arc<Tables>,
    on_progress: impl FnMut(RebuildProgress) + Send + 'static,
) -> Result<Option<Difference>, RebuildError> {
    let database = database.clone();
    in_a_thread(async move || {
        let mut site = Site::open(&settings, &database, &tables, on_progress).await?;
        site.build_up_to(&HashMap::new()).await?;
        site.compare().await
    })
    .await
}

/// Reading the log blocks, so it runs on a thread of its own.
async fn in_a_thread<T: Send + 'static>(
    work: impl AsyncFnOnce() -> Result<T, RebuildError> + Send + 'static,
) -> Result<T, RebuildError> {
    let handle = Handle::current();
    let done = tokio::task::spawn_blocking(move || handle.block_on(work())).await;
    done.unwrap_or(Err(RebuildError::BrokenOff))
}

/// A new read model being built.
struct Site<'a, P> {
    database: &'a Database,
    tables: &'a Arc<Tables>,
    on_progress: P,
    batch: usize,
    reader: Reader,
    surveyor: Surveyor,
    sink: Sink,
    new: PgConnection,
    /// May rename schemas; its search path is the live schema. Holds the lock against other
    /// rebuilds.
    owner: PgConnection,
}

impl<'a, P: FnMut(RebuildProgress)> Site<'a, P> {
    async fn open(
        settings: &'a ProjectorSettings,
        database: &'a Database,
        tables: &'a Arc<Tables>,
        on_progress: P,
    ) -> Result<Self, RebuildError> {
        let ProjectorSettings { client, group, sources, batch } = settings;
        let group = format!("{group}.rebuild");
        let surveyor = Surveyor::new(client, &group);
        let reader = Reader::new(client, &group, sources)?;
        let mut sink = Sink::new(Target::survey(tables, sources, &surveyor)?);
        let (owner, mut new) = prepare_schema(database).await?;
        let stored = sink.target.positions(&mut new, &reader.all_partitions()?).await?;
        sink.own(
            stored
                .into_iter()
                .map(|(topic_partition, stored)| (topic_partition, stored.offset))
                .collect(),
        );
        let batch = *batch;
        Ok(Self { database, tables, on_progress, batch, reader, surveyor, sink, new, owner })
    }

    fn ends_now(&self) -> Result<HashMap<TopicPartition, i64>, RebuildError> {
        let mut ends = HashMap::new();
        for (source, partition) in self.sink.positions().keys() {
            let topic = &self.sink.target.sources[*source].topic;
            ends.insert((*source, *partition), self.surveyor.end(topic, *partition)?);
        }
        Ok(ends)
    }

    /// The positions of the live read model; where it was projected from another log, the log's
    /// end.
    async fn live_positions(&mut self) -> Result<HashMap<TopicPartition, i64>, RebuildError> {
        let ends = self.ends_now()?;
        let target = &self.sink.target;
        let live = target.all_positions(&mut self.owner).await?;
        Ok(ends
            .into_iter()
            .map(|(topic_partition, end)| {
                let goal = live.get(&topic_partition).map_or(0, |live| {
                    let is_same =
                        live.log_id.is_empty() || live.log_id == target.log_ids[topic_partition.0];
                    if is_same { live.offset } else { end }
                });
                (topic_partition, goal)
            })
            .collect())
    }

    /// Builds up to the live positions, or up to `further` where that is later; no record beyond.
    async fn build_up_to(
        &mut self,
        further: &HashMap<TopicPartition, i64>,
    ) -> Result<(), RebuildError> {
        let mut goal = self.live_positions().await?;
        for (topic_partition, offset) in &mut goal {
            *offset = further.get(topic_partition).map_or(*offset, |further| *further.max(offset));
        }
        let total = goal.values().copied().map(i64::cast_unsigned).sum();
        let mut moved = Instant::now();
        let mut reading = false;
        loop {
            let positions = self.sink.positions();
            let done = positions.values().copied().map(i64::cast_unsigned).sum();
            (self.on_progress)(RebuildProgress { done, total });
            let unread: Vec<_> = positions
                .iter()
                .filter(|(topic_partition, at)| {
                    goal.get(topic_partition).is_some_and(|goal| goal > *at)
                })
                .map(|(topic_partition, at)| (*topic_partition, *at))
                .collect();
            if unread.is_empty() {
                return Ok(());
            }
            if !reading {
                self.reader.read_from(unread)?;
                reading = true;
            }
            self.build_on(&goal).await?;
            if self.sink.positions().values().copied().map(i64::cast_unsigned).sum::<u64>() > done {
                moved = Instant::now();
            } else if moved.elapsed() > STALLED_AFTER {
                return Err(RebuildError::Stalled);
            }
        }
    }

    /// Reads and writes one batch.
    async fn build_on(&mut self, goal: &HashMap<TopicPartition, i64>) -> Result<(), RebuildError> {
        let within = |topic_partition, offset: i64| {
            goal.get(&topic_partition).is_some_and(|goal| offset < *goal)
        };
        let mut gathered = self.reader.gather(self.tables.decoders(), self.batch, ROUND)?;
        gathered.records.retain(|taken| within(taken.topic_partition, taken.offset));
        for unreadable in gathered.unreadable {
            if within(unreadable.topic_partition, unreadable.offset) {
                self.sink.set_aside(unreadable);
            }
        }
        let mut reached = self.reader.positions()?;
        for (topic_partition, offset) in &mut reached {
            *offset = goal.get(topic_partition).map_or(0, |goal| *goal.min(offset));
        }
        match self.sink.write(&mut self.new, &gathered.records, &reached).await {
            Ok(()) => Ok(()),
            Err(Trouble::Moved) => Err(RebuildError::InProgress),
            Err(Trouble::Unavailable(error)) => Err(error.into()),
        }
    }

    /// While the live projector is locked: projects the last records, then renames the schemas.
    async fn go_live(mut self) -> Result<(), RebuildError> {
        let (live, new, old) = names(self.database);
        lock_live(&mut self.owner).await?;
        self.build_up_to(&HashMap::new()).await?;
        run(&mut self.owner, format!("LOCK TABLE {new}.positions IN EXCLUSIVE MODE")).await?;
        run(
            &mut self.owner,
            format!(
                "ALTER SCHEMA {live} RENAME TO {old}; ALTER SCHEMA {new} RENAME TO {live}; COMMIT"
            ),
        )
        .await?;
        drop_old(&mut self.owner, &old).await;
        Ok(())
    }

    /// While the live projector is locked: projects the last records, then takes a snapshot to
    /// compare.
    async fn compare(mut self) -> Result<Option<Difference>, RebuildError> {
        let mut live = self.database.connect().await?;
        lock_live(&mut self.owner).await?;
        self.build_up_to(&HashMap::new()).await?;
        run(&mut live, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1".to_owned())
            .await?;
        run(&mut self.owner, "COMMIT".to_owned()).await?;
        let tables = self.tables.dumped();
        let difference = compare_schemas(&mut live, &mut self.new, &tables).await?;
        let (_, new, _) = names(self.database);
        run(&mut self.owner, format!("DROP SCHEMA {new} CASCADE")).await?;
        Ok(difference)
    }
}

/// The names of the live, new and old schemas.
fn names(database: &Database) -> (String, String, String) {
    let live = database.schema();
    (live.to_owned(), format!("{live}_next"), format!("{live}_old"))
}

/// Creates an empty new schema. Returns the owner's connection, which holds the lock, and one to
/// the new schema.
async fn prepare_schema(database: &Database) -> Result<(PgConnection, PgConnection), RebuildError> {
    let (live, new, old) = names(database);
    let mut owner = database.connect_as_owner().await?;
    let is_ours: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended($1, 0))")
        .bind(&new)
        .fetch_one(&mut owner)
        .await?;
    if !is_ours {
        return Err(RebuildError::InProgress);
    }
    run(&mut owner, format!("SET search_path TO {live}")).await?;
    for left_over in [&new, &old] {
        run(&mut owner, format!("DROP SCHEMA IF EXISTS {left_over} CASCADE")).await?;
    }
    database.make_schema(&mut owner, &new).await?;
    database.migrate_read_model(&new).await?;
    let connection = connect(database, &new).await?;
    Ok((owner, connection))
}

/// Starts a transaction during which the live read model does not change.
async fn lock_live(owner: &mut PgConnection) -> sqlx::Result<()> {
    run(owner, "BEGIN; LOCK TABLE positions IN EXCLUSIVE MODE".to_owned()).await
}

/// Drops the old schema, with a short lock time-out: queries that began before the swap may still
/// read its tables, and must not make others wait.
async fn drop_old(owner: &mut PgConnection, old: &str) {
    for _ in 0..DROP_ATTEMPTS {
        let dropped =
            run(owner, format!("SET lock_timeout = '200ms'; DROP SCHEMA {old} CASCADE")).await;
        if dropped.is_ok() {
            return;
        }
        tokio::time::sleep(ROUND).await;
    }
    tracing::warn!(schema = old, "the old read model is still in use; the next rebuild drops it");
}
