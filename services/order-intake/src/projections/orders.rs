//! Orders: one row per order that was placed.

use recourse_kernel::{Record, Sealed};
use recourse_runtime::projector::Table;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};

use crate::domain::OrderEvent;
use crate::domain::state::Order;

/// The table `orders`.
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

impl Table for OrdersTable {
    const NAME: &'static str = "orders";
    const KEY: &'static str = "order_id";
    type Event = OrderEvent;
    type Row = OrderRow;

    fn key(event: &OrderEvent, record: &Record) -> Option<String> {
        match event {
            OrderEvent::FactKept(_) | OrderEvent::KeptFactRefused(_) => None,
            _ => Some(format!("ord_{}", record.key)),
        }
    }

    fn evolve(row: Option<OrderRow>, event: &OrderEvent, _record: &Record) -> Option<OrderRow> {
        if let OrderEvent::Placed(placed) = event {
            let contact = placed.contact.clone();
            return Some(OrderRow { order: Order::new(placed), contact });
        }
        let mut row = row?;
        row.order.evolve(event);
        Some(row)
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, OrderRow)>> {
        let rows = sqlx::query("select order_id, document from orders where order_id = any($1)")
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

    async fn save(connection: &mut PgConnection, rows: &[(String, OrderRow)]) -> sqlx::Result<()> {
        let placed = || rows.iter().map(|(_, row)| &row.order.placed);
        let ids: Vec<&str> = rows.iter().map(|(id, _)| id.as_str()).collect();
        let marketplaces: Vec<&str> = placed().map(|it| it.marketplace.as_str()).collect();
        let numbers: Vec<&str> = placed().map(|it| it.number.as_str()).collect();
        let buyers: Vec<&str> = placed().map(|it| it.buyer.as_str()).collect();
        let stages: Vec<&str> = rows.iter().map(|(_, row)| row.stage()).collect();
        let placed_at: Vec<recourse_kernel::Instant> = placed().map(|it| it.placed_at).collect();
        let documents: Vec<Json<&OrderRow>> = rows.iter().map(|(_, row)| Json(row)).collect();
        sqlx::query(
            "insert into orders (order_id, marketplace, number, buyer, stage, placed_at, document)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
                                  $6::timestamptz[], $7::jsonb[])
             on conflict (order_id) do update set
                 marketplace = excluded.marketplace, number = excluded.number,
                 buyer = excluded.buyer, stage = excluded.stage,
                 placed_at = excluded.placed_at, document = excluded.document",
        )
        .bind(ids)
        .bind(marketplaces)
        .bind(numbers)
        .bind(buyers)
        .bind(stages)
        .bind(placed_at)
        .bind(documents)
        .execute(connection)
        .await?;
        Ok(())
    }
}
