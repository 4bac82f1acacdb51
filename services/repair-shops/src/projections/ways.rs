//! Ways: one row a transport, with its price and what became of it.

use recourse_kernel::{Instant, Record};
use recourse_runtime::projector::Table;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};

use crate::domain::events::{JobEvent, WayBooked};

/// The table `ways`.
pub struct WaysTable;

/// A row of `ways`; also how a way is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WayRow {
    /// How it was booked.
    #[serde(flatten)]
    pub booked: WayBooked,
    /// When it was picked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picked_up_at: Option<Instant>,
    /// When it was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Instant>,
    /// When it was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<Instant>,
}

impl Table for WaysTable {
    const NAME: &'static str = "ways";
    const KEY: &'static str = "way";
    type Event = JobEvent;
    type Row = WayRow;

    fn key(event: &JobEvent, _record: &Record) -> Option<String> {
        match event {
            JobEvent::WayBooked(booked) => Some(booked.way.to_string()),
            JobEvent::WayPickedUp(moved)
            | JobEvent::WayDelivered(moved)
            | JobEvent::WayLost(moved) => Some(moved.way.to_string()),
            _ => None,
        }
    }

    fn evolve(row: Option<WayRow>, event: &JobEvent, _record: &Record) -> Option<WayRow> {
        match (event, row) {
            (JobEvent::WayBooked(booked), _) => Some(WayRow {
                booked: booked.clone(),
                picked_up_at: None,
                delivered_at: None,
                lost_at: None,
            }),
            (JobEvent::WayPickedUp(moved), Some(row)) => {
                Some(WayRow { picked_up_at: Some(moved.at), ..row })
            }
            (JobEvent::WayDelivered(moved), Some(row)) => {
                Some(WayRow { delivered_at: Some(moved.at), ..row })
            }
            (JobEvent::WayLost(moved), Some(row)) => {
                Some(WayRow { lost_at: Some(moved.at), ..row })
            }
            _ => None,
        }
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, WayRow)>> {
        let rows = sqlx::query("select way, document from ways where way = any($1)")
            .bind(keys)
            .fetch_all(connection)
            .await?;
        rows.iter()
            .map(|row| {
                let Json(way) = row.try_get("document")?;
                Ok((row.try_get("way")?, way))
            })
            .collect()
    }

    async fn save(connection: &mut PgConnection, rows: &[(String, WayRow)]) -> sqlx::Result<()> {
        let ways: Vec<&str> = rows.iter().map(|(way, _)| way.as_str()).collect();
        let jobs: Vec<String> = rows.iter().map(|(_, row)| row.booked.job.to_string()).collect();
        let documents: Vec<Json<&WayRow>> = rows.iter().map(|(_, row)| Json(row)).collect();
        sqlx::query(
            "insert into ways (way, job, document)
             select * from unnest($1::text[], $2::text[], $3::jsonb[])
             on conflict (way) do update set job = excluded.job, document = excluded.document",
        )
        .bind(ways)
        .bind(jobs)
        .bind(documents)
        .execute(connection)
        .await?;
        Ok(())
    }
}
