//! Facts that arrived before one they depend on, and refunds that belong to no known device: one
//! row per order that has, or had, such facts.

use recourse_kernel::{Instant, Record};
use recourse_runtime::projector::{Column, Columns, PgTable};
use serde::{Deserialize, Serialize};

use crate::domain::OrderEvent;
use crate::domain::events::{
    FactKept, KeptFactRefused, LineRefunded, RefundUnattributed, Unattributed,
};

pub struct KeptFactsTable;

/// The document of an order's row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptFactsRow {
    /// Facts that still wait, in order of arrival.
    pub waiting: Vec<WaitingFact>,
    /// Facts that were refused when they were finally decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<KeptFactRefused>,
    /// Refunds of which nothing says for which device, until the same amount is reported for one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unattributed: Vec<RefundUnattributed>,
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
    /// The number of facts that still wait, for another one or for a person.
    fn count(&self) -> i32 {
        i32::try_from(self.waiting.len() + self.unattributed.len()).unwrap_or(i32::MAX)
    }

    /// A refund of this amount is reported for a device.
    fn attributed(&mut self, refund: &LineRefunded) {
        let devices = i64::try_from(refund.devices.len()).unwrap_or(i64::MAX);
        let whole = refund.amount.amount.saturating_mul(devices);
        let of_it = |other: &RefundUnattributed| {
            other.amount.currency == refund.amount.currency && other.amount.amount == whole
        };
        if refund.payment.is_none()
            && let Some(position) = self.unattributed.iter().position(of_it)
        {
            self.unattributed.remove(position);
        }
    }

    /// Facts that waited for this event have their turn.
    fn their_turn(&mut self, event: &OrderEvent) {
        self.waiting.retain(|waiting| !waiting.fact.is_next_after(event));
    }
}

impl PgTable for KeptFactsTable {
    const NAME: &'static str = "kept_facts";
    const KEY: &'static str = "order_id";
    type Event = OrderEvent;
    type Row = KeptFactsRow;
    const COLUMNS: Columns<KeptFactsRow> =
        Columns::with_document(&[Column::integer("waiting", KeptFactsRow::count)]);

    fn key(event: &OrderEvent, record: &Record) -> Option<String> {
        match event {
            OrderEvent::FactKept(_)
            | OrderEvent::KeptFactRefused(_)
            | OrderEvent::Placed(_)
            | OrderEvent::Disregarded(_)
            | OrderEvent::Cancelled(_)
            | OrderEvent::LinesAdded(_)
            | OrderEvent::ShipmentNoted(_)
            | OrderEvent::Delivered(_)
            | OrderEvent::DeliveryCorrected(_)
            | OrderEvent::LineRefunded(_)
            | OrderEvent::RefundUnattributed(_) => Some(format!("ord_{}", record.key)),
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
            OrderEvent::Placed(_)
            | OrderEvent::Disregarded(_)
            | OrderEvent::Cancelled(_)
            | OrderEvent::LinesAdded(_)
            | OrderEvent::ShipmentNoted(_)
            | OrderEvent::Delivered(_)
            | OrderEvent::DeliveryCorrected(_) => {
                let mut row = row?;
                row.their_turn(event);
                Some(row)
            }
            // Of what is above all prices, nothing is left to do.
            OrderEvent::RefundUnattributed(refund)
                if refund.because != Unattributed::SeveralDevices =>
            {
                row
            }
            OrderEvent::RefundUnattributed(refund) => {
                let mut row = row.unwrap_or_default();
                row.unattributed.push(refund.clone());
                Some(row)
            }
            OrderEvent::LineRefunded(refund) => {
                let mut row = row?;
                row.attributed(refund);
                Some(row)
            }
            _ => None,
        }
    }
}
