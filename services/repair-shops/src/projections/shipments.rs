//! Shipments: one row per shipment, with its price and its progress.

use recourse_kernel::{Instant, Record};
use recourse_runtime::projector::{Column, Columns, PgTable};
use serde::{Deserialize, Serialize};

use crate::domain::events::{EndReported, JobEvent, ShipmentBooked};

pub struct ShipmentsTable;

/// A row of `shipments`; also the representation of a shipment in responses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentRow {
    #[serde(flatten)]
    pub booked: ShipmentBooked,
    /// When it was picked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picked_up_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<Instant>,
    /// Whether its end is presumed, because it was not reported (T11).
    #[serde(default)]
    pub presumed: bool,
    /// Since when the buyer is asked whether it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Instant>,
    /// When the booking was cancelled (M13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Instant>,
}

impl PgTable for ShipmentsTable {
    const NAME: &'static str = "shipments";
    const KEY: &'static str = "shipment";
    type Event = JobEvent;
    type Row = ShipmentRow;
    const COLUMNS: Columns<ShipmentRow> =
        Columns::with_document(&[Column::owned_text("job", |row| row.booked.job.to_string())]);

    fn key(event: &JobEvent, _record: &Record) -> Option<String> {
        match event {
            JobEvent::ShipmentBooked(booked) => Some(booked.shipment.to_string()),
            JobEvent::ShipmentPickedUp(moved)
            | JobEvent::ShipmentDelivered(moved)
            | JobEvent::ShipmentLost(moved) => Some(moved.shipment.to_string()),
            JobEvent::ShipmentCancelled(cancelled) => Some(cancelled.shipment.to_string()),
            JobEvent::ReceiptAdded(added) => Some(added.shipment.to_string()),
            JobEvent::DeliveryAsked(asked) => Some(asked.shipment.to_string()),
            JobEvent::ShipmentCorrected(corrected) => Some(corrected.shipment.to_string()),
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
                presumed: false,
                asked_at: None,
                cancelled_at: None,
            }),
            (JobEvent::ShipmentPickedUp(moved), Some(row)) => {
                Some(ShipmentRow { picked_up_at: Some(moved.at), ..row })
            }
            (JobEvent::ShipmentDelivered(moved), Some(row)) => {
                let delivered_at = Some(moved.at);
                Some(ShipmentRow { delivered_at, presumed: moved.presumed, ..row })
            }
            (JobEvent::ShipmentLost(moved), Some(row)) => {
                Some(ShipmentRow { lost_at: Some(moved.at), presumed: moved.presumed, ..row })
            }
            (JobEvent::ShipmentCancelled(cancelled), Some(row)) => {
                Some(ShipmentRow { cancelled_at: Some(cancelled.at), ..row })
            }
            (JobEvent::ReceiptAdded(added), Some(mut row)) => {
                row.booked.receipt = Some(added.receipt.clone());
                Some(row)
            }
            (JobEvent::DeliveryAsked(asked), Some(row)) => {
                Some(ShipmentRow { asked_at: Some(asked.at), ..row })
            }
            (JobEvent::ShipmentCorrected(corrected), Some(row)) => {
                let at = Some(corrected.at);
                let (delivered_at, lost_at) = match corrected.now {
                    EndReported::Lost => (None, at),
                    EndReported::Delivered | EndReported::Arrived => (at, None),
                };
                let presumed = corrected.presumed;
                Some(ShipmentRow { delivered_at, lost_at, presumed, ..row })
            }
            _ => None,
        }
    }
}
