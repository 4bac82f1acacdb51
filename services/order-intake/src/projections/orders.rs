//! Orders: one row per order that was placed.

use recourse_kernel::{Record, Sealed};
use recourse_runtime::projector::{Column, Columns, PgTable};
use serde::{Deserialize, Serialize};

use crate::domain::OrderEvent;
use crate::domain::state::Order;

pub struct OrdersTable;

/// The document of an order's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRow {
    /// The same fold that decisions use.
    pub order: Order,
    /// The buyer's contact, which decisions do not need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Sealed>,
}

impl OrderRow {
    /// The order's stage as one word. This is a public format.
    pub fn stage(&self) -> &'static str {
        let order = &self.order;
        if order.cancelled.is_some() {
            "cancelled"
        } else if order.completed.is_some() {
            "completed"
        } else if order.units.values().any(|unit| unit.delivery.is_some()) {
            "delivered"
        } else if order.paid.is_some() {
            "paid"
        } else {
            "placed"
        }
    }
}

impl PgTable for OrdersTable {
    const NAME: &'static str = "orders";
    const KEY: &'static str = "order_id";
    type Event = OrderEvent;
    type Row = OrderRow;
    const COLUMNS: Columns<OrderRow> = Columns::with_document(&[
        Column::text("marketplace", |row| &row.order.placed.marketplace),
        Column::text("number", |row| &row.order.placed.number),
        Column::text("buyer", |row| &row.order.placed.buyer),
        Column::text("stage", OrderRow::stage),
        Column::timestamptz("placed_at", |row| row.order.placed.placed_at),
    ]);

    fn key(event: &OrderEvent, record: &Record) -> Option<String> {
        match event {
            OrderEvent::FactKept(_)
            | OrderEvent::KeptFactRefused(_)
            | OrderEvent::PrivacyRequested(_)
            | OrderEvent::PrivacyRequestResolved(_)
            | OrderEvent::BuyerAccessGranted(_) => None,
            _ => Some(format!("ord_{}", record.key)),
        }
    }

    fn evolve(row: Option<OrderRow>, event: &OrderEvent, _record: &Record) -> Option<OrderRow> {
        if let OrderEvent::Placed(placed) = event {
            let contact = placed.contact.clone();
            return Some(OrderRow { order: Order::new(placed), contact });
        }
        let mut row = row?;
        if let OrderEvent::ContactCorrected(corrected) = event {
            row.contact.clone_from(&corrected.contact);
        }
        row.order.evolve(event);
        Some(row)
    }
}
