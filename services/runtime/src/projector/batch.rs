//! One batch, one transaction: positions first, then rows.
//!
//! The positions are moved first, by compare-and-set, because a rebuild takes the same lock before
//! it swaps schemas: a batch comes entirely before or entirely after the swap.

use std::collections::HashMap;
use std::sync::Arc;

use rdkafka::error::KafkaResult;
use sqlx::PgConnection;

use super::model::{Aside, Model, Move, Position};
use super::reader::Surveyor;
use super::table::Tables;
use super::taken::{Source, Taken, TopicPartition, Unreadable};
use super::{outcomes, streams};
use crate::database::passes;
use crate::failpoint::failpoint;
use crate::safeguards::{DisabledSafeguards, Safeguard};

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
    /// Any other error: the same batch may succeed later.
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
    /// Each of them gets the records of all sources.
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
