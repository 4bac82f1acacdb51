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
    fn fold(&mut self, event: &OrderEvent) {
        if let OrderEvent::ContactCorrected(corrected) = event
            && corrected.contact.is_some()
        {
            self.contact.clone_from(&corrected.contact);
        }
        self.order.evolve(event);
    }

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
        row.fold(event);
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::Wire as _;

    use super::*;

    fn event(name: &str, example: &str) -> OrderEvent {
        OrderEvent::decode(&format!("recourse.order.{name}.v1"), example.as_bytes()).unwrap()
    }

    macro_rules! example {
        ($file:literal) => {
            include_str!(concat!("../../../../schemas/examples/recourse.order.", $file, ".json"))
        };
    }

    #[test]
    fn a_correction_without_a_contact_leaves_the_one_that_is_known() {
        let placed = event("placed", example!("placed.v1/4-by-a-shop"));
        let OrderEvent::Placed(placed) = placed else { panic!() };
        let mut row = OrderRow { contact: None, order: Order::new(&placed) };
        let corrected = example!("contact_corrected.v1/1-another-address");
        row.fold(&event("contact_corrected", corrected));
        let known = row.contact.clone();
        assert!(known.is_some());
        let moved = example!("contact_corrected.v1/2-another-city-and-no-contact");
        row.fold(&event("contact_corrected", moved));
        assert_eq!((row.contact, row.order.placed.city.as_deref()), (known, Some("Bangor")));
    }
}
