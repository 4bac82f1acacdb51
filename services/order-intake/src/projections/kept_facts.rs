//! Facts that arrived before one they depend on: one row per order that has, or had, such facts.

use recourse_kernel::{Instant, Record};
use recourse_runtime::projector::Table;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};

use crate::domain::OrderEvent;
use crate::domain::events::{FactKept, KeptFactRefused, MissingFact};

/// The table `kept_facts`.
pub struct KeptFactsTable;

/// The document of an order's row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptFactsRow {
    /// Facts that still wait, in order of arrival.
    pub waiting: Vec<WaitingFact>,
    /// Facts that were refused when they were finally decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<KeptFactRefused>,
}

/// A fact that waits for another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitingFact {
    /// The event that keeps it.
    pub fact: FactKept,
    /// Since when it has been waiting.
    pub kept_at: Instant,
}

impl KeptFactsRow {
    fn its_turn(&mut self, missing: MissingFact) {
        self.waiting.retain(|waiting| waiting.fact.missing != missing);
    }
}

impl Table for KeptFactsTable {
    const NAME: &'static str = "kept_facts";
    const KEY: &'static str = "order_id";
    type Event = OrderEvent;
    type Row = KeptFactsRow;

    fn key(event: &OrderEvent, record: &Record) -> Option<String> {
        match event {
            OrderEvent::FactKept(_)
            | OrderEvent::KeptFactRefused(_)
            | OrderEvent::Placed(_)
            | OrderEvent::Delivered(_) => Some(format!("ord_{}", record.key)),
            _ => None,
        }
    }

    fn evolve(
        row: Option<KeptFactsRow>,
        event: &OrderEvent,
        record: &Record,
    ) -> Option<KeptFactsRow> {
        match event {
            OrderEvent::FactKept(fact) => {
                let mut row = row.unwrap_or_default();
                row.waiting.push(WaitingFact { fact: fact.clone(), kept_at: record.recorded });
                Some(row)
            }
            OrderEvent::KeptFactRefused(refused) => {
                let mut row = row.unwrap_or_default();
                row.refused.push(refused.clone());
                Some(row)
            }
            // Most orders never have kept facts, and need no row.
            OrderEvent::Placed(_) => {
                let mut row = row?;
                row.its_turn(MissingFact::Placed);
                Some(row)
            }
            OrderEvent::Delivered(_) => {
                let mut row = row?;
                row.its_turn(MissingFact::Delivered);
                Some(row)
            }
            _ => None,
        }
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, KeptFactsRow)>> {
        let rows =
            sqlx::query("select order_id, document from kept_facts where order_id = any($1)")
                .bind(keys)
                .fetch_all(connection)
                .await?;
        rows.iter()
            .map(|row| {
                let Json(document) = row.try_get("document")?;
                Ok((row.try_get("order_id")?, document))
            })
            .collect()
    }

    async fn save(
        connection: &mut PgConnection,
        rows: &[(String, KeptFactsRow)],
    ) -> sqlx::Result<()> {
        let ids: Vec<&str> = rows.iter().map(|(id, _)| id.as_str()).collect();
        let count = |row: &KeptFactsRow| i32::try_from(row.waiting.len()).unwrap_or(i32::MAX);
        let waiting: Vec<i32> = rows.iter().map(|(_, row)| count(row)).collect();
        let documents: Vec<Json<&KeptFactsRow>> = rows.iter().map(|(_, row)| Json(row)).collect();
        sqlx::query(
            "insert into kept_facts (order_id, waiting, document)
             select * from unnest($1::text[], $2::integer[], $3::jsonb[])
             on conflict (order_id) do update set
                 waiting = excluded.waiting, document = excluded.document",
        )
        .bind(ids)
        .bind(waiting)
        .bind(documents)
        .execute(connection)
        .await?;
        Ok(())
    }
}
