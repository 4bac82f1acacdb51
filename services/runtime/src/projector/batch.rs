//! One batch, one transaction: positions first, then rows.
//!
//! The positions are moved first, by compare-and-set, because a rebuild takes the same lock before
//! it swaps schemas: a batch comes entirely before or entirely after the swap.

use std::collections::HashMap;
use std::sync::Arc;

use rdkafka::error::KafkaResult;
use sqlx::PgConnection;

use super::model::{Aside, Model, Move, Position};
use super::reader::{Source, Surveyor, Taken, TopicPartition, Unreadable};
use super::table::Tables;
use super::{outcomes, streams};
use crate::database::passes;
use crate::failpoint::failpoint;
use crate::safeguards::{DisabledSafeguards, Safeguard};

/// Moves a partition's position from one offset to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Advance {
    pub(crate) topic_partition: TopicPartition,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// Why a batch was not written. A failed batch writes nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A position has changed: another process projects here, or the database lost recent commits.
    Moved,
    /// The database rejects these rows, and always will.
    Refused(sqlx::Error),
    /// The database is unavailable.
    Unavailable(sqlx::Error),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        let of_data = code.is_some_and(|code| !passes(&code));
        if of_data || matches!(error, sqlx::Error::Encode(_) | sqlx::Error::ColumnDecode { .. }) {
            Self::Refused(error)
        } else {
            Self::Unavailable(error)
        }
    }
}

/// The tables that records are projected into, and the logs they come from.
pub struct Target<M = PgConnection> {
    /// The tables.
    pub tables: Arc<Tables<M>>,
    /// The topics that the records come from.
    pub sources: Vec<Source>,
    /// The id of each source's log; empty if it has none.
    pub log_ids: Vec<String>,
    /// The safeguard that is disabled, if any.
    pub without: DisabledSafeguards,
}

/// A stored position of one of the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) offset: i64,
    pub(crate) log_id: String,
}

impl<M: Model> Target<M> {
    /// Reads the current log ids of the sources.
    pub(crate) fn survey(
        tables: &Arc<Tables<M>>,
        sources: &[Source],
        surveyor: &Surveyor,
    ) -> KafkaResult<Self> {
        let log_ids = sources.iter().map(|source| surveyor.log_id(&source.topic));
        let log_ids = log_ids.collect::<KafkaResult<_>>()?;
        let (tables, sources) = (Arc::clone(tables), sources.to_vec());
        Ok(Self { tables, sources, log_ids, without: DisabledSafeguards::default() })
    }

    /// Writes a batch: all of it, or nothing. Unreadable records, and those that do not follow
    /// their predecessor, are only recorded in `set_aside`; all of them are returned.
    pub(crate) async fn write(
        &self,
        model: &mut M,
        advances: &[Advance],
        records: &[&Taken],
        unreadable: Vec<Unreadable>,
    ) -> Result<Vec<Unreadable>, Failure> {
        failpoint!("projector.before_transaction" if !records.is_empty());
        model.begin().await?;
        match self.write_within(model, advances, records, unreadable).await {
            Ok(aside) => {
                failpoint!("projector.before_commit" if !records.is_empty());
                model.commit().await?;
                failpoint!("projector.after_transaction" if !records.is_empty());
                Ok(aside)
            }
            // A failed connection ends its transaction.
            Err(failure @ Failure::Unavailable(_)) => Err(failure),
            Err(failure) => {
                model.roll_back().await?;
                Err(failure)
            }
        }
    }

    async fn write_within(
        &self,
        model: &mut M,
        advances: &[Advance],
        records: &[&Taken],
        unreadable: Vec<Unreadable>,
    ) -> Result<Vec<Unreadable>, Failure> {
        if !self.advance(model, advances).await? {
            return Err(Failure::Moved);
        }
        let (records, others) = streams::follow(model, records).await?;
        failpoint!("projector.between" if !records.is_empty());
        let events: Vec<_> = records.iter().map(|taken| (&taken.record, &taken.decoded)).collect();
        self.tables.apply(model, &events).await?;
        outcomes::apply(model, &self.sources, &records).await?;
        let aside: Vec<Unreadable> = unreadable.into_iter().chain(others).collect();
        if !aside.is_empty() {
            let named: Vec<Aside<'_>> = aside
                .iter()
                .filter_map(|record| {
                    Some(Aside {
                        topic: &self.sources.get(record.topic_partition.0)?.topic,
                        partition: record.topic_partition.1,
                        offset: record.offset,
                        stream: &record.stream,
                        why: &record.why,
                    })
                })
                .collect();
            model.set_aside(&named).await?;
        }
        Ok(aside)
    }

    /// Moves the positions; false if any of them has changed.
    async fn advance(&self, model: &mut M, advances: &[Advance]) -> sqlx::Result<bool> {
        let moves: Vec<Move<'_>> = advances
            .iter()
            .filter_map(|advance| {
                let (source, partition) = advance.topic_partition;
                Some(Move {
                    topic: &self.sources.get(source)?.topic,
                    partition,
                    from: advance.from,
                    to: advance.to,
                    log_id: self.log_ids.get(source).map_or("", String::as_str),
                })
            })
            .collect();
        let all = model.move_positions(&moves).await? == advances.len() as u64;
        Ok(all || self.without.is_without(Safeguard::ProjectorGuard))
    }

    /// The stored positions of these partitions; new ones start at 0.
    pub(crate) async fn positions(
        &self,
        model: &mut M,
        topic_partitions: &[TopicPartition],
    ) -> sqlx::Result<HashMap<TopicPartition, Stored>> {
        let mut wanted: Vec<_> = topic_partitions
            .iter()
            .filter_map(|topic_partition| {
                Some((self.sources.get(topic_partition.0)?.topic.as_str(), topic_partition.1))
            })
            .collect();
        wanted.sort_unstable();
        let stored = self.known(model.positions(&wanted).await?);
        Ok(stored.into_iter().filter(|(at, _)| topic_partitions.contains(at)).collect())
    }

    /// All stored positions of the sources, including those of other members.
    pub(crate) async fn all_positions(
        &self,
        model: &mut M,
    ) -> sqlx::Result<HashMap<TopicPartition, Stored>> {
        Ok(self.known(model.positions(&[]).await?))
    }

    fn known(&self, positions: Vec<Position>) -> HashMap<TopicPartition, Stored> {
        positions
            .into_iter()
            .filter_map(|Position { topic, partition, offset, log_id }| {
                let source = self.sources.iter().position(|source| source.topic == topic)?;
                Some(((source, partition), Stored { offset, log_id }))
            })
            .collect()
    }
}

/// Records what is not projected.
pub(super) async fn set_aside(
    connection: &mut PgConnection,
    aside: &[Aside<'_>],
) -> sqlx::Result<()> {
    // PostgreSQL cannot store NUL in text.
    let why = |record: &Aside<'_>| record.why.replace('\0', "");
    sqlx::query(
        "INSERT INTO set_aside (topic, partition, \"offset\", stream, why)
         SELECT * FROM UNNEST($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[])
         ON CONFLICT (topic, partition, \"offset\") DO NOTHING",
    )
    .bind(aside.iter().map(|record| record.topic).collect::<Vec<_>>())
    .bind(aside.iter().map(|record| record.partition).collect::<Vec<_>>())
    .bind(aside.iter().map(|record| record.offset).collect::<Vec<_>>())
    .bind(aside.iter().map(|record| record.stream).collect::<Vec<_>>())
    .bind(aside.iter().map(why).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// How many records were set aside, which pauses their streams, and the reason of the first.
pub(super) async fn paused_streams(connection: &mut PgConnection) -> sqlx::Result<Option<String>> {
    let found: Option<(i64, String, i32, i64, String)> = sqlx::query_as(
        "SELECT count(*) OVER (), topic, partition, \"offset\", why FROM set_aside
         ORDER BY topic, partition, \"offset\" LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(records, topic, partition, offset, why)| {
        format!(
            "{records} records are not projected and their purchases are paused; the first is \
             {topic}/{partition}/{offset}: {why}. Fix the cause, then run `recourse rebuild`"
        )
    }))
}

/// Moves the positions whose stored offset is the expected one, and returns how many did.
pub(super) async fn move_positions(
    connection: &mut PgConnection,
    moves: &[Move<'_>],
) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "UPDATE positions p SET \"offset\" = a.to_offset, log_id = a.log_id
         FROM UNNEST($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::text[])
              AS a (topic, partition, from_offset, to_offset, log_id)
         WHERE p.topic = a.topic AND p.partition = a.partition AND p.\"offset\" = a.from_offset",
    )
    .bind(moves.iter().map(|to| to.topic).collect::<Vec<_>>())
    .bind(moves.iter().map(|to| to.partition).collect::<Vec<_>>())
    .bind(moves.iter().map(|to| to.from).collect::<Vec<_>>())
    .bind(moves.iter().map(|to| to.to).collect::<Vec<_>>())
    .bind(moves.iter().map(|to| to.log_id).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// All stored positions, after inserting the new ones of `wanted`.
pub(super) async fn stored_positions(
    connection: &mut PgConnection,
    wanted: &[(&str, i32)],
) -> sqlx::Result<Vec<Position>> {
    if !wanted.is_empty() {
        sqlx::query(
            "INSERT INTO positions (topic, partition) SELECT * FROM UNNEST($1::text[], $2::integer[])
             ON CONFLICT (topic, partition) DO NOTHING",
        )
        .bind(wanted.iter().map(|(topic, _)| *topic).collect::<Vec<_>>())
        .bind(wanted.iter().map(|(_, partition)| *partition).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    let rows: Vec<(String, i32, i64, String)> =
        sqlx::query_as("SELECT topic, partition, \"offset\", log_id FROM positions")
            .fetch_all(connection)
            .await?;
    let read = |(topic, partition, offset, log_id)| Position { topic, partition, offset, log_id };
    Ok(rows.into_iter().map(read).collect())
}
