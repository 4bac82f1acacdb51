//! A table in PostgreSQL that is declared by its columns: the queries that load and save its rows
//! are the same for every table.

mod columns;
mod statements;

use std::marker::PhantomData;

use recourse_kernel::{Record, Wire};
use sqlx::{PgConnection, Row as _};

pub use self::columns::{Column, Columns};
use self::statements::Sql;
use super::table::Table;

/// A [`Table`] of PostgreSQL with one key column of type `text`. It declares its columns and how a
/// row gives each cell; how rows are loaded and saved follows from that.
///
/// ```
/// use recourse_kernel::Record;
/// use recourse_runtime::projector::{Column, Columns, PgTable};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # pub struct Counted { thing: String }
/// # recourse_kernel::wire_format! {
/// #     /// The events of a tally.
/// #     pub enum TallyEvent {
/// #         "recourse.tally.counted.v1" => Counted(Counted),
/// #     }
/// # }
///
/// struct Tallies;
///
/// #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
/// struct Tally {
///     count: i64,
/// }
///
/// impl PgTable for Tallies {
///     const NAME: &'static str = "tallies";
///     const KEY: &'static str = "thing";
///     type Event = TallyEvent;
///     type Row = Tally;
///     const COLUMNS: Columns<Tally> =
///         Columns::with_document(&[Column::bigint("count", |row| row.count)]);
///
///     fn key(event: &TallyEvent, _record: &Record) -> Option<String> {
///         let TallyEvent::Counted(counted) = event;
///         Some(counted.thing.clone())
///     }
///
///     fn evolve(row: Option<Tally>, _event: &TallyEvent, _record: &Record) -> Option<Tally> {
///         Some(Tally { count: row.unwrap_or_default().count + 1 })
///     }
/// }
/// ```
pub trait PgTable: Send + Sync + 'static {
    /// The table's name, unqualified.
    const NAME: &'static str;
    /// The name of the key column, which is the primary key.
    const KEY: &'static str;
    /// See [`Table::Event`].
    type Event: Wire + Send + Sync + 'static;
    /// See [`Table::Row`].
    type Row: Clone + Send + Sync + 'static;
    /// All columns but the key.
    const COLUMNS: Columns<Self::Row>;

    /// See [`Table::key`].
    fn key(event: &Self::Event, record: &Record) -> Option<String>;

    /// See [`Table::keys`].
    fn keys(event: &Self::Event, record: &Record) -> Vec<String> {
        Self::key(event, record).into_iter().collect()
    }

    /// See [`Table::evolve`]. There is no row before if [`PgTable::COLUMNS`] loads none, except one
    /// that an earlier event of the same batch created.
    fn evolve(row: Option<Self::Row>, event: &Self::Event, record: &Record) -> Option<Self::Row>;

    /// See [`Table::evolve_key`].
    fn evolve_key(
        _key: &str,
        row: Option<Self::Row>,
        event: &Self::Event,
        record: &Record,
    ) -> Option<Self::Row> {
        Self::evolve(row, event, record)
    }
}

impl<T: PgTable> Table for T {
    const NAME: &'static str = <T as PgTable>::NAME;
    const KEY: &'static str = <T as PgTable>::KEY;
    type Event = <T as PgTable>::Event;
    type Row = <T as PgTable>::Row;

    fn key(event: &<T as PgTable>::Event, record: &Record) -> Option<String> {
        <T as PgTable>::key(event, record)
    }

    fn keys(event: &<T as PgTable>::Event, record: &Record) -> Vec<String> {
        <T as PgTable>::keys(event, record)
    }

    fn evolve(
        row: Option<<T as PgTable>::Row>,
        event: &<T as PgTable>::Event,
        record: &Record,
    ) -> Option<<T as PgTable>::Row> {
        <T as PgTable>::evolve(row, event, record)
    }

    fn evolve_key(
        key: &str,
        row: Option<<T as PgTable>::Row>,
        event: &<T as PgTable>::Event,
        record: &Record,
    ) -> Option<<T as PgTable>::Row> {
        <T as PgTable>::evolve_key(key, row, event, record)
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, <T as PgTable>::Row)>> {
        let Some(read) = T::COLUMNS.row_before() else {
            return Ok(Vec::new());
        };
        let rows = sqlx::query(Statements::<T>::LOAD).bind(keys).fetch_all(connection).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, read(row)?))).collect()
    }

    async fn save(
        connection: &mut PgConnection,
        rows: &[(String, <T as PgTable>::Row)],
    ) -> sqlx::Result<()> {
        let query = sqlx::query(Statements::<T>::SAVE);
        T::COLUMNS.bind(query, rows).execute(connection).await?;
        Ok(())
    }
}

/// The SQL of a table, built by the compiler from its constants.
struct Statements<T>(PhantomData<T>);

impl<T: PgTable> Statements<T> {
    const LOAD: &'static str = Self::LOAD_TEXT.as_str();
    const SAVE: &'static str = Self::SAVE_TEXT.as_str();
    const LOAD_TEXT: Sql = statements::load(<T as PgTable>::NAME, <T as PgTable>::KEY);
    const SAVE_TEXT: Sql = statements::save(<T as PgTable>::NAME, <T as PgTable>::KEY, &T::COLUMNS);
}

#[cfg(test)]
mod tests;
