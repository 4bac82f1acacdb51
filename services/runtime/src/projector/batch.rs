//! One batch, one transaction: positions first, then rows.
//!
//! The positions are moved first, by compare-and-set, because that lock is also what a rebuild takes before it
//! swaps schemas: a batch is wholly before the swap, or wholly after it.

use std::collections::HashMap;

use rdkafka::error::KafkaResult;
use sqlx::{Connection, PgConnection};

use super::reader::{Place, Source, Surveyor, Taken, Unreadable};
use super::table::Tables;
use super::{outcomes, streams};
use crate::database::passes;
use crate::failpoint::failpoint;

/// From where to where a partition's position goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Advance {
    pub(crate) place: Place,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// Why a batch was not written. Nothing of it was.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A position is not where we left it: somebody else projects here, or the database lost its last moments.
    Moved,
    /// A record that does not follow on its predecessor.
    Unreadable(Unreadable),
    /// The database does not take these rows, whenever they come.
    Refused(sqlx::Error),
    /// The database does not answer.
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

/// Where projected records go.
pub(crate) struct Target<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) sources: &'a [Source],
    /// The id of each source's log, empty where it has none.
    pub(crate) log_ids: Vec<String>,
}

/// A position as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) offset: i64,
    pub(crate) log_id: String,
}

impl<'a> Target<'a> {
    /// Looks up which logs the sources are now.
    pub(crate) fn survey(
        tables: &'a Tables,
        sources: &'a [Source],
        surveyor: &Surveyor,
    ) -> KafkaResult<Self> {
        let log_ids = sources.iter().map(|source| surveyor.log_id(&source.topic));
        Ok(Self { tables, sources, log_ids: log_ids.collect::<KafkaResult<_>>()? })
    }

    /// Writes a batch: all of it, or nothing.
    pub(crate) async fn write(
        &self,
        connection: &mut PgConnection,
        advances: &[Advance],
        records: &[&Taken],
    ) -> Result<(), Failure> {
        failpoint!("projector.before_transaction" if !records.is_empty());
        let mut transaction = connection.begin().await?;
        if !self.advance(&mut transaction, advances).await? {
            return Err(Failure::Moved);
        }
        streams::follow(&mut transaction, records).await?.map_err(Failure::Unreadable)?;
        failpoint!("projector.between" if !records.is_empty());
        let events: Vec<_> = records.iter().map(|taken| (&taken.record, &taken.decoded)).collect();
        self.tables.apply(&mut transaction, &events).await?;
        outcomes::apply(&mut transaction, self.sources, records).await?;
        failpoint!("projector.before_commit" if !records.is_empty());
        transaction.commit().await?;
        failpoint!("projector.after_transaction" if !records.is_empty());
        Ok(())
    }

    /// Moves the positions; false if one of them is not where it should be.
    async fn advance(
        &self,
        connection: &mut PgConnection,
        advances: &[Advance],
    ) -> sqlx::Result<bool> {
        let known: Vec<_> = advances
            .iter()
            .filter_map(|advance| Some((advance, self.sources.get(advance.place.0)?)))
            .collect();
        let log_id =
            |advance: &Advance| self.log_ids.get(advance.place.0).map_or("", String::as_str);
        let moved = sqlx::query(
            "UPDATE positions p SET \"offset\" = a.to_offset, log_id = a.log_id
             FROM UNNEST($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::text[])
                  AS a (topic, partition, from_offset, to_offset, log_id)
             WHERE p.topic = a.topic AND p.partition = a.partition AND p.\"offset\" = a.from_offset",
        )
        .bind(known.iter().map(|(_, source)| source.topic.as_str()).collect::<Vec<_>>())
        .bind(known.iter().map(|(advance, _)| advance.place.1).collect::<Vec<_>>())
        .bind(known.iter().map(|(advance, _)| advance.from).collect::<Vec<_>>())
        .bind(known.iter().map(|(advance, _)| advance.to).collect::<Vec<_>>())
        .bind(known.iter().map(|(advance, _)| log_id(advance)).collect::<Vec<_>>())
        .execute(connection)
        .await?;
        Ok(moved.rows_affected() == advances.len() as u64)
    }

    /// The stored positions of these partitions; those that are new start at 0.
    pub(crate) async fn positions(
        &self,
        connection: &mut PgConnection,
        places: &[Place],
    ) -> sqlx::Result<HashMap<Place, Stored>> {
        let mut places: Vec<_> = places
            .iter()
            .filter_map(|place| Some((*place, self.sources.get(place.0)?.topic.as_str())))
            .collect();
        places.sort_unstable();
        sqlx::query(
            "INSERT INTO positions (topic, partition) SELECT * FROM UNNEST($1::text[], $2::integer[])
             ON CONFLICT (topic, partition) DO NOTHING",
        )
        .bind(places.iter().map(|(_, topic)| *topic).collect::<Vec<_>>())
        .bind(places.iter().map(|(place, _)| place.1).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
        let stored = self.all_positions(connection).await?;
        Ok(stored
            .into_iter()
            .filter(|(at, _)| places.iter().any(|(place, _)| place == at))
            .collect())
    }

    /// Every stored position of the sources, whoever projects them.
    pub(crate) async fn all_positions(
        &self,
        connection: &mut PgConnection,
    ) -> sqlx::Result<HashMap<Place, Stored>> {
        let rows: Vec<(String, i32, i64, String)> =
            sqlx::query_as("SELECT topic, partition, \"offset\", log_id FROM positions")
                .fetch_all(connection)
                .await?;
        Ok(rows
            .into_iter()
            .filter_map(|(topic, partition, offset, log_id)| {
                let source = self.sources.iter().position(|source| source.topic == topic)?;
                Some(((source, partition), Stored { offset, log_id }))
            })
            .collect())
    }
}
