//! The timeline: one row per event of any service.

use recourse_kernel::{Instant, Record};
use recourse_runtime::projector::{Column, Columns, PgTable};
use sqlx::Row as _;

use crate::any_event::{AnyEvent, claim, context};
use crate::timelines::sentence;

pub struct TimelineTable;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineRow {
    /// The context of its stream, such as `claims`.
    pub context: String,
    /// The order key, or the terms line.
    pub purchase: String,
    /// The version in its stream.
    pub version: i64,
    /// The claim that it concerns; empty if none.
    pub claim: String,
    /// The id of what it is about.
    pub subject: String,
    /// When it happened.
    pub at: Instant,
    /// When it was recorded.
    pub recorded: Instant,
    pub type_name: String,
    /// Who caused it: role and pseudonym.
    pub who: String,
    /// The id of the event that caused this one; empty if a person or the clock did.
    pub cause: String,
    /// The sentence for people to read.
    pub sentence: String,
    /// The buyer's pseudonym, if the event names one; else empty.
    pub buyer: String,
    /// The shop's id, if the event names one; else empty.
    pub shop: String,
}

impl PgTable for TimelineTable {
    const NAME: &'static str = "timeline";
    const KEY: &'static str = "event";
    type Event = AnyEvent;
    type Row = TimelineRow;
    const COLUMNS: Columns<TimelineRow> = Columns::without_document(&[
        Column::text("context", |row| &row.context),
        Column::text("purchase", |row| &row.purchase),
        Column::bigint("version", |row| row.version),
        Column::text("claim", |row| &row.claim),
        Column::text("subject", |row| &row.subject),
        Column::timestamptz("at", |row| row.at),
        Column::timestamptz("recorded", |row| row.recorded),
        Column::text("type", |row| &row.type_name),
        Column::text("who", |row| &row.who),
        Column::text("cause", |row| &row.cause),
        Column::text("sentence", |row| &row.sentence),
        Column::text("buyer", |row| &row.buyer),
        Column::text("shop", |row| &row.shop),
    ]);

    fn key(_event: &AnyEvent, record: &Record) -> Option<String> {
        Some(record.id.clone())
    }

    fn evolve(_: Option<TimelineRow>, event: &AnyEvent, record: &Record) -> Option<TimelineRow> {
        let shop = event.0.get("shop").and_then(|shop| shop.get("id")?.as_str());
        Some(TimelineRow {
            context: context(record).to_owned(),
            purchase: record.key.clone(),
            version: i64::try_from(record.version).unwrap_or(i64::MAX),
            claim: claim(event, record).map(|claim| claim.to_string()).unwrap_or_default(),
            subject: record.subject.clone(),
            at: record.time,
            recorded: record.recorded,
            type_name: record.type_name.clone(),
            who: record.principal.to_string(),
            cause: cause(record),
            sentence: sentence(&record.type_name, &event.0),
            buyer: event.text("buyer").unwrap_or_default().to_owned(),
            shop: shop.unwrap_or_default().to_owned(),
        })
    }
}

/// The id of the causing event, which has three parts (`jobs/K/5`). A command's id does not, and is
/// left out.
fn cause(record: &Record) -> String {
    let is_event = record.causation_id.split('/').count() == 3;
    if is_event { record.causation_id.clone() } else { String::new() }
}

/// Reads a row of the table, for queries.
pub fn read(row: &sqlx::postgres::PgRow) -> sqlx::Result<TimelineRow> {
    Ok(TimelineRow {
        context: row.try_get("context")?,
        purchase: row.try_get("purchase")?,
        version: row.try_get("version")?,
        claim: row.try_get("claim")?,
        subject: row.try_get("subject")?,
        at: row.try_get("at")?,
        recorded: row.try_get("recorded")?,
        type_name: row.try_get("type")?,
        who: row.try_get("who")?,
        cause: row.try_get("cause")?,
        sentence: row.try_get("sentence")?,
        buyer: row.try_get("buyer")?,
        shop: row.try_get("shop")?,
    })
}
