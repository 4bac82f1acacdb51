//! The timeline: one row per event of any service.

use recourse_kernel::{Instant, Record};
use recourse_runtime::projector::Table;
use sqlx::{PgConnection, Row as _};

use crate::any_event::{AnyEvent, claim, context};
use crate::sentences::sentence;

/// The table `timeline`.
pub struct TimelineTable;

/// One event of the timeline.
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
    /// Its type name.
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

impl Table for TimelineTable {
    const NAME: &'static str = "timeline";
    const KEY: &'static str = "event";
    type Event = AnyEvent;
    type Row = TimelineRow;

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

    /// A row is built from its event alone, so there is nothing to load.
    async fn load(_: &mut PgConnection, _: &[String]) -> sqlx::Result<Vec<(String, TimelineRow)>> {
        Ok(Vec::new())
    }

    async fn save(
        connection: &mut PgConnection,
        rows: &[(String, TimelineRow)],
    ) -> sqlx::Result<()> {
        let texts = |text: fn(&TimelineRow) -> &str| -> Vec<&str> {
            rows.iter().map(|(_, row)| text(row)).collect()
        };
        let times = |time: fn(&TimelineRow) -> Instant| -> Vec<Instant> {
            rows.iter().map(|(_, row)| time(row)).collect()
        };
        let events: Vec<&str> = rows.iter().map(|(event, _)| event.as_str()).collect();
        let versions: Vec<i64> = rows.iter().map(|(_, row)| row.version).collect();
        sqlx::query(
            "insert into timeline (event, context, purchase, version, claim, subject, at, recorded,
                                   type, who, cause, sentence, buyer, shop)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[],
                                  $6::text[], $7::timestamptz[], $8::timestamptz[], $9::text[],
                                  $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
             on conflict (event) do update set
                 context = excluded.context, purchase = excluded.purchase,
                 version = excluded.version, claim = excluded.claim, subject = excluded.subject,
                 at = excluded.at, recorded = excluded.recorded, type = excluded.type,
                 who = excluded.who, cause = excluded.cause, sentence = excluded.sentence,
                 buyer = excluded.buyer, shop = excluded.shop",
        )
        .bind(events)
        .bind(texts(|row| &row.context))
        .bind(texts(|row| &row.purchase))
        .bind(versions)
        .bind(texts(|row| &row.claim))
        .bind(texts(|row| &row.subject))
        .bind(times(|row| row.at))
        .bind(times(|row| row.recorded))
        .bind(texts(|row| &row.type_name))
        .bind(texts(|row| &row.who))
        .bind(texts(|row| &row.cause))
        .bind(texts(|row| &row.sentence))
        .bind(texts(|row| &row.buyer))
        .bind(texts(|row| &row.shop))
        .execute(connection)
        .await?;
        Ok(())
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
