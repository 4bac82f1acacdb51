//! Disputes: one row per dispute.

use recourse_kernel::{Instant, Record};
use recourse_runtime::projector::{Column, Columns, PgTable};
use serde::{Deserialize, Serialize};

use crate::domain::OrderEvent;
use crate::domain::events::{DisputeAnswered, DisputeDecided, DisputeOpened};

pub struct DisputesTable;

/// The document of a dispute's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeRow {
    pub opened: DisputeOpened,
    /// The seller's latest answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<DisputeAnswered>,
    /// When the seller gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Instant>,
    /// When the deadline for the seller's answer passed, if it did (T8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_since: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<DisputeDecided>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Instant>,
}

impl DisputeRow {
    /// The dispute's state as one word. This is a public format.
    pub fn state(&self) -> &'static str {
        match (&self.decided, &self.answered) {
            (Some(_), _) => "decided",
            (None, Some(_)) => "answered",
            (None, None) if self.silent_since.is_some() => "unanswered",
            (None, None) => "open",
        }
    }
}

impl PgTable for DisputesTable {
    const NAME: &'static str = "disputes";
    const KEY: &'static str = "dispute";
    type Event = OrderEvent;
    type Row = DisputeRow;
    const COLUMNS: Columns<DisputeRow> = Columns::with_document(&[
        Column::owned_text("order_id", |row| row.opened.device.order().to_string()),
        Column::text("state", DisputeRow::state),
    ]);

    fn key(event: &OrderEvent, _record: &Record) -> Option<String> {
        match event {
            OrderEvent::DisputeOpened(event) => Some(event.dispute.to_string()),
            OrderEvent::DisputeAnswered(event) => Some(event.dispute.to_string()),
            OrderEvent::DisputeDeadlinePassed(event) => Some(event.dispute.to_string()),
            OrderEvent::DisputeDecided(event) => Some(event.dispute.to_string()),
            _ => None,
        }
    }

    fn evolve(row: Option<DisputeRow>, event: &OrderEvent, record: &Record) -> Option<DisputeRow> {
        match event {
            OrderEvent::DisputeOpened(opened) => Some(DisputeRow {
                opened: opened.clone(),
                answered: None,
                answered_at: None,
                silent_since: None,
                decided: None,
                decided_at: None,
            }),
            OrderEvent::DisputeAnswered(answered) => Some(DisputeRow {
                answered: Some(answered.clone()),
                answered_at: Some(record.time),
                ..row?
            }),
            OrderEvent::DisputeDeadlinePassed(passed) => {
                Some(DisputeRow { silent_since: Some(passed.due), ..row? })
            }
            OrderEvent::DisputeDecided(decided) => Some(DisputeRow {
                decided: Some(decided.clone()),
                decided_at: Some(record.time),
                ..row?
            }),
            _ => None,
        }
    }
}
