//! Grants of access to an order as its buyer: one row per grant, by the command that asked for it.

use recourse_kernel::Record;
use recourse_runtime::projector::{Column, Columns, PgTable};

use crate::domain::OrderEvent;
use crate::domain::events::BuyerAccessGranted;

/// The table `buyer_access`.
pub struct BuyerAccessTable;

impl PgTable for BuyerAccessTable {
    const NAME: &'static str = "buyer_access";
    const KEY: &'static str = "command_id";
    type Event = OrderEvent;
    type Row = BuyerAccessGranted;
    const COLUMNS: Columns<BuyerAccessGranted> =
        Columns::with_document(&[Column::owned_text("order_id", |row| row.order.to_string())]);

    fn key(event: &OrderEvent, record: &Record) -> Option<String> {
        matches!(event, OrderEvent::BuyerAccessGranted(_)).then(|| record.command_id.clone())
    }

    fn evolve(
        _row: Option<BuyerAccessGranted>,
        event: &OrderEvent,
        _record: &Record,
    ) -> Option<BuyerAccessGranted> {
        match event {
            OrderEvent::BuyerAccessGranted(granted) => Some(granted.clone()),
            _ => None,
        }
    }
}
