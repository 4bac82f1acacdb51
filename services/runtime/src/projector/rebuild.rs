//! A read model made again from the log, beside the live one, with the same code: to take its place, or to be
//! compared with it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::error::KafkaError;
use sqlx::PgConnection;
use tokio::runtime::Handle;

use super::batch::Target;
use super::dump::{Difference, compare_schemas};
use super::reader::{Reader, Surveyor, TopicPartition};
use super::run::{ProjectorSettings, connect};
use super::sink::{Sink, Trouble};
use super::table::Tables;
use crate::database::{Database, DatabaseError, run};

const ROUND: Duration = Duration::from_millis(100);
/// Longer than any transaction may stay open on the log.
const STALLED_AFTER: Duration = Duration::from_mins(1);
const DROP_ATTEMPTS: u32 = 20;

/// How far a rebuild has come: offsets read, and to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildProgress {
    /// Offsets behind us, over all partitions.
    pub done: u64,
    /// Offsets in all. May grow while the live read model goes on.
    pub total: u64,
}

/// Why a read model was not rebuilt. The live one is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// Kafka does not answer, or refuses.
    #[error("Kafka: {0}")]
    Kafka(#[from] KafkaError),
    /// The database does not answer, or refuses.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The new schema could not be made.
    #[error(transparent)]
    Schema(#[from] DatabaseError),
    /// Another rebuild of the same read model is under way.
    #[error("this read model is being rebuilt already")]
    InProgress,
    /// Nothing came any more, and the end was not reached.
    #[error("the log gives nothing more, and its end is not reached: is a transaction left open?")]
    Stalled,
    /// The rebuilding thread ended without an answer.
    #[error("the rebuild was broken off")]
    BrokenOff,
}

/// Makes the read model again from offset 0 and puts it in the live one's place, in one transaction, while
/// queries and the live projector go on.
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
        site.build_as_far_as(&ends).await?;
        site.take_the_place().await
    })
    .await
}

/// Makes the read model again beside the live one, and gives the first row in which they differ at the very
/// same positions (left the live one's, right the new one's). The live one is left as it is.
pub async fn verify(
    settings: ProjectorSettings,
    database: &Database,
    tables: Arc<Tables>,
    on_progress: impl FnMut(RebuildProgress) + Send + 'static,
) -> Result<Option<Difference>, RebuildError> {
    let database = database.clone();
    in_a_thread(async move || {
        let mut site = Site::open(&settings, &database, &tables, on_progress).await?;
        site.build_as_far_as(&HashMap::new()).await?;
        site.compare().await
    })
    .await
}

/// Reading the log blocks, so it gets a thread.
async fn in_a_thread<T: Send + 'static>(
    work: impl AsyncFnOnce() -> Result<T, RebuildError> + Send + 'static,
) -> Result<T, RebuildError> {
    let handle = Handle::current();
    let done = tokio::task::spawn_blocking(move || handle.block_on(work())).await;
    done.unwrap_or(Err(RebuildError::BrokenOff))
}

/// A new read model under construction.
struct Site<'a, P> {
    database: &'a Database,
    tables: &'a Arc<Tables>,
    on_progress: P,
    batch: usize,
    reader: Reader,
    surveyor: Surveyor,
    sink: Sink,
    /// To the new schema.
    new: PgConnection,
    /// May rename schemas; looks into the live one. Holds the lock against other rebuilds.
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
        let (owner, mut new) = clear_the_ground(database).await?;
        let stored = sink.target.positions(&mut new, &reader.all_places()?).await?;
        sink.own(stored.into_iter().map(|(place, stored)| (place, stored.offset)).collect());
        let batch = *batch;
        Ok(Self { database, tables, on_progress, batch, reader, surveyor, sink, new, owner })
    }

    /// Where the topics end now.
    fn ends_now(&self) -> Result<HashMap<TopicPartition, i64>, RebuildError> {
        let mut ends = HashMap::new();
        for (source, partition) in self.sink.positions().keys() {
            let topic = &self.sink.target.sources[*source].topic;
            ends.insert((*source, *partition), self.surveyor.end(topic, *partition)?);
        }
        Ok(ends)
    }

    /// Where the live read model stands, or the log's end where it stands on another log.
    async fn live_positions(&mut self) -> Result<HashMap<TopicPartition, i64>, RebuildError> {
        let ends = self.ends_now()?;
        let target = &self.sink.target;
        let live = target.all_positions(&mut self.owner).await?;
        Ok(ends
            .into_iter()
            .map(|(place, end)| {
                let goal = live.get(&place).map_or(0, |live| {
                    let is_same = live.log_id.is_empty() || live.log_id == target.log_ids[place.0];
                    if is_same { live.offset } else { end }
                });
                (place, goal)
            })
            .collect())
    }

    /// Builds up to where the live one stands, and where `further` says so, further; no record beyond.
    async fn build_as_far_as(
        &mut self,
        further: &HashMap<TopicPartition, i64>,
    ) -> Result<(), RebuildError> {
        let mut goal = self.live_positions().await?;
        for (place, offset) in &mut goal {
            *offset = further.get(place).map_or(*offset, |further| *further.max(offset));
        }
        let total = goal.values().copied().map(i64::cast_unsigned).sum();
        let mut moved = Instant::now();
        let mut reading = false;
        loop {
            let positions = self.sink.positions();
            let done = positions.values().copied().map(i64::cast_unsigned).sum();
            (self.on_progress)(RebuildProgress { done, total });
            let behind: Vec<_> = positions
                .iter()
                .filter(|(place, at)| goal.get(place).is_some_and(|goal| goal > *at))
                .map(|(place, at)| (*place, *at))
                .collect();
            if behind.is_empty() {
                return Ok(());
            }
            if !reading {
                self.reader.read_from(behind)?;
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
        let within = |place, offset: i64| goal.get(&place).is_some_and(|goal| offset < *goal);
        let mut gathered = self.reader.gather(self.tables.decoders(), self.batch, ROUND)?;
        gathered.records.retain(|taken| within(taken.place, taken.offset));
        for unreadable in gathered.unreadable {
            if within(unreadable.place, unreadable.offset) {
                self.sink.set_aside(unreadable);
            }
        }
        let mut reached = self.reader.positions()?;
        for (place, offset) in &mut reached {
            *offset = goal.get(place).map_or(0, |goal| *goal.min(offset));
        }
        match self.sink.write(&mut self.new, &gathered.records, &reached).await {
            Ok(()) => Ok(()),
            Err(Trouble::Moved) => Err(RebuildError::InProgress),
            Err(Trouble::Unavailable(error)) => Err(error.into()),
        }
    }

    /// With the live projector held for a moment: the last records, then the names change.
    async fn take_the_place(mut self) -> Result<(), RebuildError> {
        let (live, new, old) = names(self.database);
        hold_the_live_one(&mut self.owner).await?;
        self.build_as_far_as(&HashMap::new()).await?;
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

    /// With the live projector held for a moment: the last records, then a snapshot to compare with.
    async fn compare(mut self) -> Result<Option<Difference>, RebuildError> {
        let mut live = self.database.connect().await?;
        hold_the_live_one(&mut self.owner).await?;
        self.build_as_far_as(&HashMap::new()).await?;
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

/// The schemas: the live one, the new one, the old one.
fn names(database: &Database) -> (String, String, String) {
    let live = database.schema();
    (live.to_owned(), format!("{live}_next"), format!("{live}_old"))
}

/// Makes an empty new schema. Gives the owner's connection, with the lock, and one to the new schema.
async fn clear_the_ground(
    database: &Database,
) -> Result<(PgConnection, PgConnection), RebuildError> {
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

/// Begins a transaction in which the live read model does not move.
async fn hold_the_live_one(owner: &mut PgConnection) -> sqlx::Result<()> {
    run(owner, "BEGIN; LOCK TABLE positions IN EXCLUSIVE MODE".to_owned()).await
}

/// Queries that began before the swap may still read the old tables; nobody waits behind them.
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
