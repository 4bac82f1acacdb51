//! The table `deadlines`: one row per obligation, with each deadline that was set for it and how it
//! ended (T8). All events of a row come from one service.

use recourse_kernel::Record;
use recourse_runtime::projector::Table;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::any_event::{AnyEvent, claim};
use crate::deadline::{Change, Deadline, DeadlineState, Step, after, changes};

/// The table `deadlines`.
pub struct DeadlinesTable;

/// One obligation and its deadlines. This is a stored format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineRow {
    /// What is due: `decision`, `answer`, `appeal`, `remedy`, `declaration`, `dispatch`, `parts`,
    /// `payment` or `seller_answer`.
    pub kind: String,
    /// The order key of the purchase.
    pub purchase: String,
    /// The claim that it concerns; empty if none.
    pub claim: String,
    /// The claim, the job, the job and its part, the payment, or the dispute.
    pub subject: String,
    /// Every deadline that was set, in order.
    pub deadlines: Vec<Deadline>,
}

impl DeadlineRow {
    fn first(change: &Change, event: &AnyEvent, record: &Record) -> Option<Self> {
        // What was never due can be neither met nor ended.
        if matches!(change.step, Step::Met(_) | Step::Ended(_)) {
            return None;
        }
        Some(Self {
            kind: change.kind.to_owned(),
            purchase: record.key.clone(),
            claim: claim(event, record).map(|claim| claim.to_string()).unwrap_or_default(),
            subject: change.subject.clone(),
            deadlines: Vec::new(),
        })
    }

    fn count(&self, state: DeadlineState) -> i64 {
        let count = self.deadlines.iter().filter(|deadline| deadline.state == state).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    }
}

impl Change {
    fn key(&self) -> String {
        format!("{}/{}", self.kind, self.subject)
    }
}

impl Table for DeadlinesTable {
    const NAME: &'static str = "deadlines";
    const KEY: &'static str = "deadline";
    type Event = AnyEvent;
    type Row = DeadlineRow;

    fn key(event: &AnyEvent, record: &Record) -> Option<String> {
        Self::keys(event, record).into_iter().next()
    }

    fn keys(event: &AnyEvent, record: &Record) -> Vec<String> {
        let changes = changes(&record.type_name, event);
        let mut keys: Vec<String> = changes.iter().map(Change::key).collect();
        // Changes with the same key are adjacent.
        keys.dedup();
        keys
    }

    fn evolve(_: Option<DeadlineRow>, _: &AnyEvent, _: &Record) -> Option<DeadlineRow> {
        None
    }

    fn evolve_key(
        key: &str,
        row: Option<DeadlineRow>,
        event: &AnyEvent,
        record: &Record,
    ) -> Option<DeadlineRow> {
        let changes = changes(&record.type_name, event).into_iter();
        changes.filter(|change| change.key() == key).fold(row, |row, change| {
            let mut row = row.or_else(|| DeadlineRow::first(&change, event, record))?;
            row.deadlines = after(row.deadlines, &change.step, record.time);
            Some(row)
        })
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, DeadlineRow)>> {
        let rows: Vec<(String, Json<DeadlineRow>)> =
            sqlx::query_as("select deadline, document from deadlines where deadline = any($1)")
                .bind(keys)
                .fetch_all(connection)
                .await?;
        Ok(rows.into_iter().map(|(key, Json(row))| (key, row)).collect())
    }

    async fn save(
        connection: &mut PgConnection,
        rows: &[(String, DeadlineRow)],
    ) -> sqlx::Result<()> {
        let texts = |text: fn(&DeadlineRow) -> &str| -> Vec<&str> {
            rows.iter().map(|(_, row)| text(row)).collect()
        };
        let counts = |state: DeadlineState| -> Vec<i64> {
            rows.iter().map(|(_, row)| row.count(state)).collect()
        };
        sqlx::query(
            "insert into deadlines
                 (deadline, kind, purchase, claim, running, met, missed, document)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[],
                                  $6::bigint[], $7::bigint[], $8::jsonb[])
             on conflict (deadline) do update set
                 kind = excluded.kind, purchase = excluded.purchase, claim = excluded.claim,
                 running = excluded.running, met = excluded.met, missed = excluded.missed,
                 document = excluded.document",
        )
        .bind(rows.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>())
        .bind(texts(|row| &row.kind))
        .bind(texts(|row| &row.purchase))
        .bind(texts(|row| &row.claim))
        .bind(counts(DeadlineState::Running))
        .bind(counts(DeadlineState::Met))
        .bind(counts(DeadlineState::Missed))
        .bind(rows.iter().map(|(_, row)| Json(row)).collect::<Vec<_>>())
        .execute(connection)
        .await?;
        Ok(())
    }
}
