//! The state store in PostgreSQL: reads on a dedicated connection, flushes in the background.

use std::collections::VecDeque;
use std::sync::mpsc;
use std::time::{Duration, Instant as Monotonic};

use recourse_kernel::Instant;
use sqlx::PgConnection;
use tokio::runtime::Handle;
use tokio::sync::mpsc as channel;

use super::epochs::Epochs;
use super::flusher::{self, Flusher};
use super::{Flush, Flushed, PartitionPosition, Store, StoreError, StoredState};
use crate::database::Database;

/// Key, state and version if stored, when it needs to be woken, and the epoch of its partition.
type StateRow = (Option<String>, Option<Vec<u8>>, Option<i64>, Option<Instant>, Option<i64>);

/// The stored folds of one context, in its service's writer schema.
///
/// Use it on the writer's own thread, which must not be a thread of the async runtime.
pub struct PgStore {
    handle: Handle,
    database: Database,
    context: String,
    connection: Option<PgConnection>,
    flushes: channel::UnboundedSender<Flush>,
    ended: mpsc::Receiver<Result<Flushed, StoreError>>,
    /// Results that arrived during [`Store::wait_flushed`] and are not yet reported.
    untold: VecDeque<Result<Flushed, StoreError>>,
    in_progress: usize,
    epochs: Epochs,
}

impl PgStore {
    /// Opens the folds of `context` (such as `claims`). Flushes run on the runtime of `handle`.
    pub fn new(handle: &Handle, database: &Database, context: &str) -> Self {
        let (flushes, orders) = channel::unbounded_channel();
        let (report, ended) = mpsc::channel();
        handle.spawn(Flusher::new(database.clone(), context.to_owned(), report).run(orders));
        Self {
            handle: handle.clone(),
            database: database.clone(),
            context: context.to_owned(),
            connection: None,
            flushes,
            ended,
            untold: VecDeque::new(),
            in_progress: 0,
            epochs: Epochs::default(),
        }
    }

    /// Runs a query on the store's own connection; a connection that fails is dropped.
    fn ask<T>(
        &mut self,
        question: impl AsyncFnOnce(&mut PgConnection, &str) -> sqlx::Result<T>,
    ) -> Result<T, StoreError> {
        let Self { handle, database, context, connection, .. } = self;
        let answer = handle.block_on(async {
            if connection.is_none() {
                *connection = Some(flusher::connect(database).await?);
            }
            match connection {
                Some(connection) => question(connection, context).await,
                None => Err(sqlx::Error::PoolClosed),
            }
        });
        answer.map_err(|error| {
            *connection = None;
            StoreError::Unavailable(error.to_string())
        })
    }

    fn note(&mut self, ended: Result<Flushed, StoreError>) {
        self.in_progress = self.in_progress.saturating_sub(1);
        self.untold.push_back(ended);
    }
}

impl Store for PgStore {
    fn take_over(
        &mut self,
        partition: i32,
        fold_version: u32,
    ) -> Result<PartitionPosition, StoreError> {
        let position = self.ask(async |connection, context| {
            let row: (String, i64, String, i64) = sqlx::query_as(
                // The clock prevents a database that lost its latest commits from issuing an epoch
                // twice.
                "INSERT INTO positions AS p (context, partition, fold_version, epoch)
                 VALUES ($1, $2, $3, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
                 ON CONFLICT (context, partition, fold_version)
                     DO UPDATE SET epoch = GREATEST(p.epoch + 1, excluded.epoch)
                 RETURNING log_id, \"offset\", head, epoch",
            )
            .bind(context)
            .bind(partition)
            .bind(i64::from(fold_version))
            .fetch_one(connection)
            .await?;
            let (log_id, offset, head, epoch) = row;
            Ok(PartitionPosition { log_id, offset, head, epoch })
        })?;
        self.epochs.taken_over(partition, fold_version, position.epoch);
        Ok(position)
    }

    fn furthest(&mut self, partition: i32) -> Result<Option<(String, i64)>, StoreError> {
        self.ask(async |connection, context| {
            sqlx::query_as(
                "SELECT log_id, \"offset\" FROM positions
                 WHERE context = $1 AND partition = $2 AND \"offset\" > 0
                 ORDER BY \"offset\" DESC LIMIT 1",
            )
            .bind(context)
            .bind(partition)
            .fetch_optional(connection)
            .await
        })
    }

    fn reset(
        &mut self,
        partition: i32,
        fold_version: u32,
        epoch: i64,
        log_id: &str,
    ) -> Result<PartitionPosition, StoreError> {
        let ours = self.ask(async |connection, context| {
            let reset = sqlx::query(
                "WITH ours AS (
                     UPDATE positions SET \"offset\" = 0, head = '', log_id = $5
                     WHERE context = $1 AND partition = $2 AND fold_version = $3 AND epoch = $4
                     RETURNING partition
                 ), gone AS (
                     DELETE FROM states s USING ours
                     WHERE s.context = $1 AND s.partition = $2 AND s.fold_version = $3
                 )
                 SELECT partition FROM ours",
            )
            .bind(context)
            .bind(partition)
            .bind(i64::from(fold_version))
            .bind(epoch)
            .bind(log_id)
            .fetch_optional(connection)
            .await?;
            Ok(reset.is_some())
        })?;
        if ours {
            Ok(PartitionPosition {
                log_id: log_id.to_owned(),
                offset: 0,
                head: String::new(),
                epoch,
            })
        } else {
            Err(StoreError::Superseded { id: 0, partition })
        }
    }

    fn load(
        &mut self,
        partition: i32,
        fold_version: u32,
        keys: &[String],
    ) -> Result<Vec<StoredState>, StoreError> {
        let rows: Vec<StateRow> = self.ask(async |connection, context| {
            sqlx::query_as(
                // One index lookup per key. With `key = ANY($4)` the planner may compare every row
                // of the partition with every key while the table is new and its statistics are
                // poor.
                "SELECT found.key, found.state, found.version, found.wake_at, (
                     SELECT p.epoch FROM positions p
                     WHERE p.context = $1 AND p.partition = $2 AND p.fold_version = $3)
                 FROM UNNEST($4::text[]) AS wanted (key) LEFT JOIN LATERAL (
                     SELECT s.key, s.state, s.version, s.wake_at FROM states s
                     WHERE s.context = $1 AND s.partition = $2 AND s.fold_version = $3
                       AND s.key = wanted.key
                     LIMIT 1) AS found ON true",
            )
            .bind(context)
            .bind(partition)
            .bind(i64::from(fold_version))
            .bind(keys)
            .fetch_all(connection)
            .await
        })?;
        let mut found = Vec::new();
        for (key, state, version, wake_at, epoch) in rows {
            self.epochs.check(partition, fold_version, epoch)?;
            // All `None` if the key is not stored.
            if let (Some(key), Some(state), Some(version)) = (key, state, version) {
                let version = version.try_into().unwrap_or_default();
                found.push(StoredState { key, state, version, wake_at });
            }
        }
        Ok(found)
    }

    fn due(
        &mut self,
        partition: i32,
        fold_version: u32,
        until: Instant,
        limit: usize,
    ) -> Result<Vec<(String, Instant)>, StoreError> {
        self.ask(async |connection, context| {
            sqlx::query_as(
                "SELECT key, wake_at FROM states
                 WHERE context = $1 AND partition = $2 AND fold_version = $3 AND wake_at <= $4
                 ORDER BY wake_at, key LIMIT $5",
            )
            .bind(context)
            .bind(partition)
            .bind(i64::from(fold_version))
            .bind(until)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(connection)
            .await
        })
    }

    fn flush(&mut self, batch: Flush) -> Result<(), StoreError> {
        self.in_progress += 1;
        self.flushes.send(batch).map_err(|_| {
            self.in_progress -= 1;
            StoreError::Unavailable("it has been shut down".to_owned())
        })
    }

    fn flushed(&mut self) -> Vec<Result<Flushed, StoreError>> {
        while let Ok(ended) = self.ended.try_recv() {
            self.note(ended);
        }
        self.untold.drain(..).collect()
    }

    fn wait_flushed(&mut self, within: Duration) -> bool {
        let deadline = Monotonic::now() + within;
        while self.in_progress > 0 {
            match self.ended.recv_timeout(deadline.saturating_duration_since(Monotonic::now())) {
                Ok(ended) => self.note(ended),
                Err(_) => return false,
            }
        }
        true
    }
}
