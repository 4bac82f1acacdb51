//! Writes queued flushes. What accumulates during one transaction goes into the next.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::mpsc;
use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::sync::mpsc as channel;

use super::{Flush, Flushed, StoreError, StoredState};
use crate::database::{CACHE_SESSION, Database, run};
use crate::failpoint::failpoint;

/// The maximum number of states per transaction; more only adds latency.
const MOST_STATES: usize = 5_000;
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A connection to the state store. Its commits need not reach the disk, because the log has
/// everything.
pub(super) async fn connect(database: &Database) -> sqlx::Result<PgConnection> {
    let mut connection = database.connect_writer().await?;
    run(&mut connection, CACHE_SESSION.to_owned()).await?;
    Ok(connection)
}

pub(super) struct Flusher {
    database: Database,
    context: String,
    report: mpsc::Sender<Result<Flushed, StoreError>>,
}

impl Flusher {
    pub(super) fn new(
        database: Database,
        context: String,
        report: mpsc::Sender<Result<Flushed, StoreError>>,
    ) -> Self {
        Self { database, context, report }
    }

    /// Runs until the store is dropped; flushes queued by then are still written.
    pub(super) async fn run(self, mut orders: channel::UnboundedReceiver<Flush>) {
        let mut connection = None;
        let mut waiting: Vec<Flush> = Vec::new();
        loop {
            if waiting.is_empty() {
                match orders.recv().await {
                    Some(flush) => waiting.push(flush),
                    None => return,
                }
            }
            while let Ok(flush) = orders.try_recv() {
                waiting.push(flush);
            }
            let group = Group::take_from(&mut waiting);
            let done = self.write(&mut connection, &group, &orders).await;
            let Some(done) = done else { return };
            for flush in group.flushes {
                let (id, partition, to_offset) = (flush.id, flush.partition, flush.to_offset);
                let epoch = flush.from.epoch;
                let ended = if done.contains(&fold_of(&flush)) {
                    Ok(Flushed { id, partition, epoch, to_offset })
                } else {
                    Err(StoreError::Superseded { id, partition })
                };
                if self.report.send(ended).is_err() {
                    tracing::debug!(partition, "a flush completed after its writer had ended");
                }
            }
        }
    }

    /// Writes a group and returns the partitions whose flushes succeeded. Retries until the
    /// database answers; `None` if it fails and nothing waits for the result any longer.
    async fn write(
        &self,
        connection: &mut Option<PgConnection>,
        group: &Group,
        orders: &channel::UnboundedReceiver<Flush>,
    ) -> Option<Vec<(i32, u32)>> {
        let mut pause = FIRST_PAUSE;
        loop {
            let written = match connection.take() {
                Some(open) => self.attempt(open, group).await,
                None => match connect(&self.database).await {
                    Ok(open) => self.attempt(open, group).await,
                    Err(error) => Err(error),
                },
            };
            match written {
                Ok((open, done)) => {
                    *connection = Some(open);
                    return Some(done);
                }
                Err(error) if orders.is_closed() => {
                    tracing::warn!(
                        context = self.context, %error,
                        "folds were not stored; they will be folded again"
                    );
                    return None;
                }
                Err(error) => {
                    if pause == FIRST_PAUSE {
                        tracing::warn!(
                            context = self.context, %error,
                            "the state store does not answer; retrying"
                        );
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn attempt(
        &self,
        mut connection: PgConnection,
        group: &Group,
    ) -> sqlx::Result<(PgConnection, Vec<(i32, u32)>)> {
        failpoint!("store.before_flush");
        let mut transaction = connection.begin().await?;
        let mut done = move_positions(&mut transaction, &self.context, group).await?;
        failpoint!("store.between");
        save_states(&mut transaction, &self.context, group, &done).await?;
        transaction.commit().await?;
        failpoint!("store.after_flush");
        if done.len() < group.moves.len() {
            done.extend(already_committed(&mut connection, &self.context, group).await?);
        }
        Ok((connection, done))
    }
}

/// Flushes written in one transaction; those of one partition are consecutive.
struct Group {
    flushes: Vec<Flush>,
    moves: HashMap<(i32, u32), Move>,
}

/// How a partition's position changes.
struct Move {
    from: i64,
    epoch: i64,
    log_id: String,
    to: i64,
    head: String,
}

fn fold_of(flush: &Flush) -> (i32, u32) {
    (flush.partition, flush.fold_version)
}

impl Group {
    /// Takes flushes in order, up to the first that does not continue its partition's previous one.
    fn take_from(waiting: &mut Vec<Flush>) -> Self {
        let mut moves: HashMap<(i32, u32), Move> = HashMap::new();
        let (mut taken, mut states) = (0, 0);
        for flush in waiting.iter() {
            states += flush.states.len();
            if taken > 0 && states > MOST_STATES {
                break;
            }
            match moves.entry(fold_of(flush)) {
                Entry::Occupied(mut last) => {
                    let last = last.get_mut();
                    if (last.to, last.epoch) != (flush.from.offset, flush.from.epoch) {
                        break;
                    }
                    last.to = flush.to_offset;
                    last.head.clone_from(&flush.to_head);
                    last.log_id.clone_from(&flush.from.log_id);
                }
                Entry::Vacant(first) => {
                    first.insert(Move {
                        from: flush.from.offset,
                        epoch: flush.from.epoch,
                        log_id: flush.from.log_id.clone(),
                        to: flush.to_offset,
                        head: flush.to_head.clone(),
                    });
                }
            }
            taken += 1;
        }
        Self { flushes: waiting.drain(..taken).collect(), moves }
    }
}

/// Advances every position that still has the expected value, and returns which ones did.
async fn move_positions(
    connection: &mut PgConnection,
    context: &str,
    group: &Group,
) -> sqlx::Result<Vec<(i32, u32)>> {
    let mut moves: Vec<_> = group.moves.iter().collect();
    // Always in the same order, so that two owners cannot deadlock.
    moves.sort_by_key(|(fold, _)| **fold);
    let column = |of: fn(&Move) -> i64| moves.iter().map(|(_, to)| of(to)).collect::<Vec<_>>();
    let stored: Vec<(i32, i64)> = sqlx::query_as(
        "UPDATE positions p SET \"offset\" = m.to_offset, head = m.head, log_id = m.log_id
         FROM UNNEST($2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                     $7::text[], $8::text[])
              AS m (partition, fold_version, from_offset, epoch, to_offset, head, log_id)
         WHERE p.context = $1 AND p.partition = m.partition AND p.fold_version = m.fold_version
           AND p.\"offset\" = m.from_offset AND p.epoch = m.epoch
         RETURNING p.partition, p.fold_version",
    )
    .bind(context)
    .bind(moves.iter().map(|(fold, _)| fold.0).collect::<Vec<_>>())
    .bind(moves.iter().map(|(fold, _)| i64::from(fold.1)).collect::<Vec<_>>())
    .bind(column(|to| to.from))
    .bind(column(|to| to.epoch))
    .bind(column(|to| to.to))
    .bind(moves.iter().map(|(_, to)| to.head.as_str()).collect::<Vec<_>>())
    .bind(moves.iter().map(|(_, to)| to.log_id.as_str()).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    Ok(stored.into_iter().map(fold_of_row).collect())
}

fn fold_of_row((partition, fold_version): (i32, i64)) -> (i32, u32) {
    (partition, u32::try_from(fold_version).unwrap_or_default())
}

/// Flushes whose commit succeeded although the answer was lost: our epoch is already at the target
/// position.
async fn already_committed(
    connection: &mut PgConnection,
    context: &str,
    group: &Group,
) -> sqlx::Result<Vec<(i32, u32)>> {
    let rows: Vec<(i32, i64, i64, i64, String)> = sqlx::query_as(
        "SELECT partition, fold_version, \"offset\", epoch, head FROM positions WHERE context = $1",
    )
    .bind(context)
    .fetch_all(connection)
    .await?;
    let landed =
        |&(partition, fold_version, offset, epoch, ref head): &(i32, i64, i64, i64, String)| {
            let fold = fold_of_row((partition, fold_version));
            let to = group.moves.get(&fold)?;
            (to.epoch == epoch && to.to == offset && to.head == *head).then_some(fold)
        };
    Ok(rows.iter().filter_map(landed).collect())
}

/// Writes the latest state of every key in the partitions that were advanced.
async fn save_states(
    connection: &mut PgConnection,
    context: &str,
    group: &Group,
    moved: &[(i32, u32)],
) -> sqlx::Result<()> {
    let mut last: HashMap<(i32, u32, &str), &StoredState> = HashMap::new();
    for flush in group.flushes.iter().filter(|flush| moved.contains(&fold_of(flush))) {
        for state in &flush.states {
            last.insert((flush.partition, flush.fold_version, state.key.as_str()), state);
        }
    }
    if last.is_empty() {
        return Ok(());
    }
    // In key order: better index locality, and no deadlocks.
    let mut rows: Vec<_> = last.into_iter().collect();
    rows.sort_unstable_by_key(|(fold, _)| *fold);
    sqlx::query(
        "INSERT INTO states AS s (context, partition, fold_version, key, state, version, wake_at)
         SELECT $1, * FROM UNNEST($2::integer[], $3::bigint[], $4::text[], $5::bytea[],
                                  $6::bigint[], $7::timestamptz[])
         ON CONFLICT (context, partition, fold_version, key)
         DO UPDATE SET state = EXCLUDED.state, version = EXCLUDED.version,
                       wake_at = EXCLUDED.wake_at",
    )
    .bind(context)
    .bind(rows.iter().map(|(fold, _)| fold.0).collect::<Vec<_>>())
    .bind(rows.iter().map(|(fold, _)| i64::from(fold.1)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(fold, _)| fold.2).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, state)| state.state.as_slice()).collect::<Vec<_>>())
    .bind(
        rows.iter()
            .map(|(_, state)| i64::try_from(state.version).unwrap_or(i64::MAX))
            .collect::<Vec<_>>(),
    )
    .bind(rows.iter().map(|(_, state)| state.wake_at).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}
