//! The columns of a table: their names, their PostgreSQL types, and how a row gives each cell.

use recourse_kernel::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::types::Json;
use sqlx::{Postgres, Row as _};

/// The column that holds the whole row as JSON.
pub(super) const DOCUMENT: &str = "document";

pub(super) type PgQuery = Query<'static, Postgres, PgArguments>;

/// Decodes the row before an event.
pub(super) type RowBefore<R> = fn(&PgRow) -> sqlx::Result<R>;

/// The columns of a table besides its key.
pub struct Columns<R: 'static> {
    for_queries: &'static [Column<R>],
    document: Option<Column<R>>,
    row_before: Option<RowBefore<R>>,
}

impl<R: 'static> Columns<R> {
    /// Columns for queries, and the column `document` with the whole row, from which the row is
    /// loaded before the next event.
    pub const fn with_document(for_queries: &'static [Column<R>]) -> Self
    where
        R: Serialize + DeserializeOwned,
    {
        Self { for_queries, document: Some(Column::document()), row_before: Some(read_document) }
    }

    /// Like [`Columns::with_document`], for a table whose events hold the whole row: the row before
    /// is not loaded.
    pub const fn with_unread_document(for_queries: &'static [Column<R>]) -> Self
    where
        R: Serialize,
    {
        Self { for_queries, document: Some(Column::document()), row_before: None }
    }

    /// Columns that are the whole row, for a table whose events hold the whole row: the row before
    /// is not loaded. There must be at least one column.
    pub const fn without_document(columns: &'static [Column<R>]) -> Self {
        assert!(!columns.is_empty(), "a table without a document needs columns");
        Self { for_queries: columns, document: None, row_before: None }
    }

    /// How the row before an event is decoded; `None` if it is not needed.
    pub(super) const fn row_before(&self) -> Option<RowBefore<R>> {
        self.row_before
    }

    /// The column at this index; the document is the last one.
    pub(super) const fn get(&self, index: usize) -> Option<&Column<R>> {
        if index < self.for_queries.len() {
            Some(&self.for_queries[index])
        } else if index == self.for_queries.len() {
            self.document.as_ref()
        } else {
            None
        }
    }

    /// Binds one array for the keys, and then one per column.
    pub(super) fn bind(&self, query: PgQuery, rows: &[(String, R)]) -> PgQuery {
        let keys: Vec<&str> = rows.iter().map(|(key, _)| key.as_str()).collect();
        let columns = self.for_queries.iter().chain(&self.document);
        columns.fold(query.bind(keys), |query, column| column.bind(query, rows))
    }
}

fn read_document<R: DeserializeOwned>(row: &PgRow) -> sqlx::Result<R> {
    let Json(document) = row.try_get(DOCUMENT)?;
    Ok(document)
}

/// One column: its name, its PostgreSQL type, and how a row gives the cell.
pub struct Column<R> {
    name: &'static str,
    cells: Cells<R>,
}

enum Cells<R> {
    Text(fn(&R) -> &str),
    OwnedText(fn(&R) -> String),
    NullableText(fn(&R) -> Option<String>),
    Bigint(fn(&R) -> i64),
    Integer(fn(&R) -> i32),
    Boolean(fn(&R) -> bool),
    Timestamptz(fn(&R) -> Instant),
    /// Binds the documents of all rows.
    Document(fn(PgQuery, &[(String, R)]) -> PgQuery),
}

impl<R> Column<R> {
    /// A column of type `text`, from text of the row.
    pub const fn text(name: &'static str, cell: fn(&R) -> &str) -> Self {
        Self { name, cells: Cells::Text(cell) }
    }

    /// A column of type `text`, from text that is made for it, such as an id's.
    pub const fn owned_text(name: &'static str, cell: fn(&R) -> String) -> Self {
        Self { name, cells: Cells::OwnedText(cell) }
    }

    /// A column of type `text` that may be null.
    pub const fn nullable_text(name: &'static str, cell: fn(&R) -> Option<String>) -> Self {
        Self { name, cells: Cells::NullableText(cell) }
    }

    /// A column of type `bigint`, such as a stream's version.
    pub const fn bigint(name: &'static str, cell: fn(&R) -> i64) -> Self {
        Self { name, cells: Cells::Bigint(cell) }
    }

    /// A column of type `integer`, such as how many facts of an order are waiting.
    pub const fn integer(name: &'static str, cell: fn(&R) -> i32) -> Self {
        Self { name, cells: Cells::Integer(cell) }
    }

    /// A column of type `boolean`, such as whether a repair job is open.
    pub const fn boolean(name: &'static str, cell: fn(&R) -> bool) -> Self {
        Self { name, cells: Cells::Boolean(cell) }
    }

    /// A column of type `timestamptz`, such as when an order was placed.
    pub const fn timestamptz(name: &'static str, cell: fn(&R) -> Instant) -> Self {
        Self { name, cells: Cells::Timestamptz(cell) }
    }

    const fn document() -> Self
    where
        R: Serialize,
    {
        Self { name: DOCUMENT, cells: Cells::Document(bind_documents) }
    }

    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) const fn sql_type(&self) -> &'static str {
        match self.cells {
            Cells::Text(_) | Cells::OwnedText(_) | Cells::NullableText(_) => "text",
            Cells::Bigint(_) => "bigint",
            Cells::Integer(_) => "integer",
            Cells::Boolean(_) => "boolean",
            Cells::Timestamptz(_) => "timestamptz",
            Cells::Document(_) => "jsonb",
        }
    }

    /// Binds the cells of all rows as one array.
    fn bind(&self, query: PgQuery, rows: &[(String, R)]) -> PgQuery {
        match self.cells {
            Cells::Text(cell) => query.bind(cells(rows, cell)),
            Cells::OwnedText(cell) => query.bind(cells(rows, cell)),
            Cells::NullableText(cell) => query.bind(cells(rows, cell)),
            Cells::Bigint(cell) => query.bind(cells(rows, cell)),
            Cells::Integer(cell) => query.bind(cells(rows, cell)),
            Cells::Boolean(cell) => query.bind(cells(rows, cell)),
            Cells::Timestamptz(cell) => query.bind(cells(rows, cell)),
            Cells::Document(bind) => bind(query, rows),
        }
    }
}

fn bind_documents<R: Serialize>(query: PgQuery, rows: &[(String, R)]) -> PgQuery {
    query.bind(cells(rows, Json))
}

fn cells<'r, R, C>(rows: &'r [(String, R)], cell: impl Fn(&'r R) -> C) -> Vec<C> {
    rows.iter().map(|(_, row)| cell(row)).collect()
}
