//! The facts that an order waits for. This is a public format.

use recourse_kernel::Instant;
use serde::Serialize;

use crate::domain::events::{KeptFactRefused, MissingFact, RefundUnattributed};
use crate::domain::state::Unit;
use crate::projections::kept_facts::{KeptFactsRow, WaitingFact};
use crate::projections::orders::OrderRow;

/// The facts that an order waits for.
#[derive(Debug, Serialize)]
pub(super) struct MissingView {
    pub(super) order: String,
    /// Facts that should have been reported by now: `order.placed`, `order.paid`,
    /// `order.delivered`, `order.shipped`, `order.lines_added`.
    missing: Vec<&'static str>,
    /// Facts that wait for one of them.
    kept: Vec<KeptView>,
    /// Kept facts that were refused when they were finally decided.
    refused: Vec<KeptFactRefused>,
    /// Refunds of which nothing says for which device. Each is resolved once the marketplace
    /// reports the same amount for a device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unattributed: Vec<RefundUnattributed>,
}

#[derive(Debug, Serialize)]
struct KeptView {
    fact: String,
    id: String,
    missing: MissingFact,
    kept_at: Instant,
}

pub(super) fn view(order: String, row: Option<&OrderRow>, kept: KeptFactsRow) -> MissingView {
    let waits_for = |missing| kept.waiting.iter().any(|it| it.fact.missing == missing);
    let mut missing = Vec::new();
    if waits_for(MissingFact::Placed) {
        missing.push("order.placed");
    }
    if let Some(row) = row {
        let delivered = row.order.units.values().any(|unit| unit.delivery.is_some());
        let went_on = delivered || row.order.completed.is_some();
        if went_on && row.order.paid.is_none() {
            missing.push("order.paid");
        }
        let is_expected = row.order.units.values().any(Unit::is_expected);
        if row.order.completed.is_some() && is_expected {
            missing.push("order.delivered");
        }
    }
    if waits_for(MissingFact::Delivered) && !missing.contains(&"order.delivered") {
        missing.push("order.delivered");
    }
    if waits_for(MissingFact::Shipped) {
        missing.push("order.shipped");
    }
    if waits_for(MissingFact::Line) {
        missing.push("order.lines_added");
    }
    let kept_view = |waiting: WaitingFact| KeptView {
        fact: waiting.fact.fact,
        id: waiting.fact.id,
        missing: waiting.fact.missing,
        kept_at: waiting.kept_at,
    };
    MissingView {
        order,
        missing,
        kept: kept.waiting.into_iter().map(kept_view).collect(),
        refused: kept.refused,
        unattributed: kept.unattributed,
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::OrderId;
    use serde_json::json;

    use super::*;
    use crate::domain::events::FactKept;

    #[test]
    fn an_order_that_waits_for_its_parcel_says_so() {
        let order: OrderId = "ord_WD3YT8B7PZJCNBKJJ8ZYR0QTJ0".parse().unwrap();
        let fact = FactKept {
            order,
            fact: "shopify:fulfillment_events/create".to_owned(),
            id: "shipment:1:0".to_owned(),
            command: "recourse.order.deliver.v1".to_owned(),
            body: json!({"reference": "1"}),
            missing: MissingFact::Shipped,
        };
        let waiting = vec![WaitingFact { fact, kept_at: Instant::UNIX_EPOCH }];
        let kept = KeptFactsRow { waiting, ..KeptFactsRow::default() };
        let view = serde_json::to_value(view(order.to_string(), None, kept)).unwrap();
        assert_eq!(view["missing"], json!(["order.shipped"]));
        assert_eq!(view["kept"][0]["missing"], "order.shipped");
    }
}
