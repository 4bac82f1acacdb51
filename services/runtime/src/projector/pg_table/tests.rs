use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};
use sqlx::Execute as _;

use super::*;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Row {
    name: String,
    number: i64,
}

#[derive(Serialize, Deserialize)]
struct Named {
    name: String,
}

recourse_kernel::wire_format! {
    /// The events of the tables here.
    enum Event {
        "recourse.tally.named.v1" => Named(Named),
    }
}

const EVERY_TYPE: &[Column<Row>] = &[
    Column::text("plain", |row| &row.name),
    Column::owned_text("made", |row| row.number.to_string()),
    Column::nullable_text("nullable", |_| None),
    Column::bigint("big", |row| row.number),
    Column::integer("small", |_| 7),
    Column::boolean("flag", |row| row.number == 0),
    Column::timestamptz("at", |_| Instant::UNIX_EPOCH),
];

macro_rules! table {
    ($table:ident, $columns:expr) => {
        struct $table;

        impl PgTable for $table {
            const NAME: &'static str = "tallies";
            const KEY: &'static str = "thing";
            type Event = Event;
            type Row = Row;
            const COLUMNS: Columns<Row> = $columns;

            fn key(event: &Event, _record: &Record) -> Option<String> {
                let Event::Named(named) = event;
                Some(named.name.clone())
            }

            fn evolve(row: Option<Row>, _event: &Event, _record: &Record) -> Option<Row> {
                Some(row.unwrap_or_default())
            }
        }
    };
}

table!(OnlyADocument, Columns::with_document(&[]));
table!(AllTypes, Columns::with_document(EVERY_TYPE));
table!(Unread, Columns::with_unread_document(&[Column::bigint("number", |row| row.number)]));
table!(NoDocument, Columns::without_document(&[Column::text("name", |row| &row.name)]));

/// The number of values that are bound when rows are saved.
fn bound<T: PgTable<Row = Row>>(rows: &[(String, Row)]) -> usize {
    let mut query = T::COLUMNS.bind(sqlx::query(Statements::<T>::SAVE), rows);
    let arguments = query.take_arguments().unwrap().unwrap();
    sqlx::Arguments::len(&arguments)
}

#[test]
fn rows_are_loaded_from_their_documents_by_key() {
    assert_eq!(
        Statements::<AllTypes>::LOAD,
        "select thing, document from tallies where thing = any($1)"
    );
}

#[test]
fn each_column_is_one_array_of_its_type() {
    assert_eq!(
        Statements::<AllTypes>::SAVE,
        "insert into tallies (thing, plain, made, nullable, big, small, flag, at, document) \
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], \
         $6::integer[], $7::boolean[], $8::timestamptz[], $9::jsonb[]) \
         on conflict (thing) do update set plain = excluded.plain, made = excluded.made, \
         nullable = excluded.nullable, big = excluded.big, small = excluded.small, \
         flag = excluded.flag, at = excluded.at, document = excluded.document"
    );
    assert_eq!(
        Statements::<OnlyADocument>::SAVE,
        "insert into tallies (thing, document) select * from unnest($1::text[], $2::jsonb[]) \
         on conflict (thing) do update set document = excluded.document"
    );
    assert_eq!(
        Statements::<NoDocument>::SAVE,
        "insert into tallies (thing, name) select * from unnest($1::text[], $2::text[]) \
         on conflict (thing) do update set name = excluded.name"
    );
}

#[test]
fn placeholders_have_as_many_digits_as_they_need() {
    const COLUMN: Column<Row> = Column::bigint("number", |row| row.number);
    const MANY: Columns<Row> = Columns::without_document(&[
        COLUMN, COLUMN, COLUMN, COLUMN, COLUMN, COLUMN, COLUMN, COLUMN, COLUMN, COLUMN,
    ]);
    let sql = statements::save("tallies", "thing", &MANY);
    assert!(sql.as_str().contains("$9::bigint[], $10::bigint[], $11::bigint[])"));
}

#[test]
fn every_placeholder_is_bound_whatever_the_number_of_rows() {
    let row = |key: &str| (key.to_owned(), Row { name: format!("the {key}"), number: 1 });
    for rows in [vec![row("one")], vec![row("one"), row("other")]] {
        assert_eq!(bound::<AllTypes>(&rows), 9);
        assert_eq!(bound::<OnlyADocument>(&rows), 2);
        assert_eq!(bound::<Unread>(&rows), 3);
        assert_eq!(bound::<NoDocument>(&rows), 2);
    }
}

#[test]
fn a_row_is_loaded_only_where_the_next_one_builds_on_it() {
    assert!(AllTypes::COLUMNS.row_before().is_some());
    assert!(Unread::COLUMNS.row_before().is_none());
    assert!(NoDocument::COLUMNS.row_before().is_none());
}
