//! Disputes: one row per dispute.

use recourse_kernel::{Instant, Record, WaitKind};
use recourse_runtime::projector::{Column, Columns, PgTable};
use serde::{Deserialize, Serialize};

use crate::domain::OrderEvent;
use crate::domain::events::{
    DisputeAnswered, DisputeDecided, DisputeOpened, DisputePerformanceStated, DisputePerformed,
};

pub struct DisputesTable;

/// The document of a dispute's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeRow {
    pub opened: DisputeOpened,
    /// The seller's latest answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<DisputeAnswered>,
    /// When the deadline for the seller's answer passed, if it did (T8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_since: Option<Instant>,
    /// When the buyer declined the seller's latest offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_declined_at: Option<Instant>,
    /// When the buyer withdrew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<DisputeDecided>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performed: Option<DisputePerformed>,
    /// The seller's statement that it is carried out, unless the buyer objected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<DisputePerformanceStated>,
    /// When the buyer objected to such a statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contested_at: Option<Instant>,
}

impl DisputeRow {
    /// The dispute's state as one word. This is a public format.
    pub fn state(&self) -> &'static str {
        if self.withdrawn_at.is_some() {
            return "withdrawn";
        }
        match (&self.decided, &self.answered) {
            (Some(_), _) if self.performed.is_some() => "performed",
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
            OrderEvent::DisputeOfferDeclined(event) => Some(event.dispute.to_string()),
            OrderEvent::DisputeWithdrawn(event) => Some(event.dispute.to_string()),
            OrderEvent::DeadlinePassed(event) => Some(event.dispute.to_string()),
            OrderEvent::DisputeDecided(event) => Some(event.dispute.to_string()),
            OrderEvent::DisputePerformanceStated(event) => Some(event.dispute.to_string()),
            OrderEvent::DisputePerformanceContested(event) => Some(event.dispute.to_string()),
            OrderEvent::DisputePerformed(event) => Some(event.dispute.to_string()),
            _ => None,
        }
    }

    fn evolve(row: Option<DisputeRow>, event: &OrderEvent, _record: &Record) -> Option<DisputeRow> {
        match event {
            OrderEvent::DisputeOpened(opened) => Some(DisputeRow {
                opened: opened.clone(),
                answered: None,
                silent_since: None,
                offer_declined_at: None,
                withdrawn_at: None,
                decided: None,
                performed: None,
                stated: None,
                contested_at: None,
            }),
            OrderEvent::DisputeAnswered(answered) => Some(DisputeRow {
                answered: Some(answered.clone()),
                offer_declined_at: None,
                ..row?
            }),
            OrderEvent::DeadlinePassed(passed) if passed.deadline == WaitKind::DisputeAnswer => {
                Some(DisputeRow { silent_since: Some(passed.due), ..row? })
            }
            OrderEvent::DisputeOfferDeclined(declined) => {
                Some(DisputeRow { offer_declined_at: Some(declined.declined_at), ..row? })
            }
            OrderEvent::DisputeWithdrawn(withdrawn) => {
                Some(DisputeRow { withdrawn_at: Some(withdrawn.withdrawn_at), ..row? })
            }
            OrderEvent::DisputeDecided(decided) => {
                Some(DisputeRow { decided: Some(decided.clone()), ..row? })
            }
            OrderEvent::DisputePerformed(performed) => {
                Some(DisputeRow { performed: Some(performed.clone()), ..row? })
            }
            OrderEvent::DisputePerformanceStated(stated) => {
                Some(DisputeRow { stated: Some(stated.clone()), ..row? })
            }
            OrderEvent::DisputePerformanceContested(contested) => {
                let contested_at = Some(contested.contested_at);
                Some(DisputeRow { stated: None, contested_at, ..row? })
            }
            OrderEvent::DeadlinePassed(_) => row,
            _ => None,
        }
    }
}
