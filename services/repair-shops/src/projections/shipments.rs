//! Shipments: one row per shipment, with its price and its progress.

use recourse_kernel::{Instant, Record};
use recourse_runtime::projector::Table;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};

use crate::domain::events::{JobEvent, ShipmentBooked};

/// The table `shipments`.
pub struct ShipmentsTable;

/// A row of `shipments`; also the representation of a shipment in responses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentRow {
    /// How it was booked.
    #[serde(flatten)]
    pub booked: ShipmentBooked,
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

impl Table for ShipmentsTable {
    const NAME: &'static str = "shipments";
    const KEY: &'static str = "shipment";
    type Event = JobEvent;
    type Row = ShipmentRow;

    fn key(event: &JobEvent, _record: &Record) -> Option<String> {
        match event {
            JobEvent::ShipmentBooked(booked) => Some(booked.shipment.to_string()),
            JobEvent::ShipmentPickedUp(moved)
            | JobEvent::ShipmentDelivered(moved)
            | JobEvent::ShipmentLost(moved) => Some(moved.shipment.to_string()),
            _ => None,
        }
    }

    fn evolve(row: Option<ShipmentRow>, event: &JobEvent, _record: &Record) -> Option<ShipmentRow> {
        match (event, row) {
            (JobEvent::ShipmentBooked(booked), _) => Some(ShipmentRow {
                booked: booked.clone(),
                picked_up_at: None,
                delivered_at: None,
                lost_at: None,
            }),
            (JobEvent::ShipmentPickedUp(moved), Some(row)) => {
                Some(ShipmentRow { picked_up_at: Some(moved.at), ..row })
            }
            (JobEvent::ShipmentDelivered(moved), Some(row)) => {
                Some(ShipmentRow { delivered_at: Some(moved.at), ..row })
            }
            (JobEvent::ShipmentLost(moved), Some(row)) => {
                Some(ShipmentRow { lost_at: Some(moved.at), ..row })
            }
            _ => None,
        }
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, ShipmentRow)>> {
        let rows = sqlx::query("select shipment, document from shipments where shipment = any($1)")
            .bind(keys)
            .fetch_all(connection)
            .await?;
        rows.iter()
            .map(|row| {
                let Json(shipment) = row.try_get("document")?;
                Ok((row.try_get("shipment")?, shipment))
            })
            .collect()
    }

    async fn save(
        connection: &mut PgConnection,
        rows: &[(String, ShipmentRow)],
    ) -> sqlx::Result<()> {
        let shipments: Vec<&str> = rows.iter().map(|(shipment, _)| shipment.as_str()).collect();
        let jobs: Vec<String> = rows.iter().map(|(_, row)| row.booked.job.to_string()).collect();
        let documents: Vec<Json<&ShipmentRow>> = rows.iter().map(|(_, row)| Json(row)).collect();
        sqlx::query(
            "insert into shipments (shipment, job, document)
             select * from unnest($1::text[], $2::text[], $3::jsonb[])
             on conflict (shipment) do update set job = excluded.job, document = excluded.document",
        )
        .bind(shipments)
        .bind(jobs)
        .bind(documents)
        .execute(connection)
        .await?;
        Ok(())
    }
}
