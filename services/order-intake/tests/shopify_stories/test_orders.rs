//! Test orders sell nothing, leave nothing open, or are kept apart as a whole. Only the order
//! itself says that it is a test.

use recourse_order_intake::feed::Unusable;
use serde_json::{Value, json};

use crate::{Played, a_shop, json_of, shop};

const TESTS: &str = "demo-shop.myshopify.com/test";

/// The webhooks of an order, and of what happened to it: `test` is only in the first two and in
/// payments.
fn webhooks(is_test: bool) -> Vec<(&'static str, String)> {
    let mut order = json_of("completed/order.json");
    order["test"] = json!(is_test);
    let (id, line) = (order["id"].clone(), order["line_items"][0]["id"].clone());
    let payment = json!({
        "id": 71, "order_id": id, "kind": "refund", "status": "success", "amount": "500.00",
        "currency": "USD", "test": is_test, "processed_at": "2025-03-16T12:00:00Z",
    });
    let set = json!({"shop_money": {"amount": "500.00", "currency_code": "USD"}});
    let mut pending = payment.clone();
    pending["status"] = json!("pending");
    let refund = json!({
        "id": 72, "order_id": id, "created_at": "2025-03-15T12:00:00Z", "transactions": [pending],
        "order_adjustments": [],
        "refund_line_items": [{"line_item_id": line, "quantity": 1, "subtotal_set": set,
            "restock_type": "return"}],
    });
    let event = json!({
        "id": 73, "order_id": id, "fulfillment_id": json_of("completed/delivered.json")["id"],
        "status": "delivered", "happened_at": "2025-03-09T14:00:00Z",
    });
    let mut in_transit = json_of("completed/delivered.json");
    in_transit["shipment_status"] = Value::Null;
    let text = |value: &Value| value.to_string();
    vec![
        ("orders/create", text(&order)),
        ("orders/paid", text(&order)),
        ("fulfillments/create", text(&in_transit)),
        ("fulfillment_events/create", text(&event)),
        ("fulfillments/update", text(&json_of("completed/delivered.json"))),
        ("refunds/create", text(&refund)),
        ("order_transactions/create", text(&payment)),
    ]
}

fn play(shop: Played, webhooks: &[(&'static str, String)]) -> Played {
    webhooks.iter().fold(shop, |played, (topic, body)| played.webhook_of(topic, body))
}

/// What happened to the order at its own marketplace.
const STORY: [&str; 7] = [
    "placed",
    "paid",
    "shipment_noted",
    "delivered",
    "refund_announced",
    "returned",
    "line_refunded",
];

fn own(played: &Played) -> Vec<&'static str> {
    played.names().into_iter().filter(|name| *name != "disregarded").collect()
}

#[test]
fn nothing_of_a_test_order_is_sold_or_stays_open_in_any_order_of_arrival() {
    let webhooks = webhooks(true);
    for first in 0..webhooks.len() {
        let mut turned = webhooks.clone();
        turned.rotate_left(first);
        let played = play(a_shop(), &turned);
        assert_eq!((played.waiting(), played.refused.len()), (vec![], 0), "{first}");
        let left: Vec<_> = own(&played).into_iter().filter(|name| *name != "fact_kept").collect();
        assert_eq!(left, [""; 0], "{first}");
    }
}

#[test]
fn all_of_a_test_order_reaches_the_marketplace_of_tests_and_leaves_nothing_at_the_other() {
    for is_test in [true, false] {
        let webhooks = webhooks(is_test);
        let played = play(shop(json!({"test_orders": "apart"})), &webhooks);
        assert_eq!(own(&played), STORY, "{is_test}");
        assert_eq!(played.waiting(), []);
        let domain = TESTS.trim_end_matches("/test");
        let expected = if is_test { TESTS } else { domain };
        assert_eq!(played.order().placed.marketplace, expected);
        assert_eq!(played.refunded(), 50_000);
        // What arrives before the order waits at both, and then at none.
        for first in 0..webhooks.len() {
            let mut turned = webhooks.clone();
            turned.rotate_left(first);
            let played = play(shop(json!({"test_orders": "apart"})), &turned);
            assert_eq!((played.waiting(), played.refused.len()), (vec![], 0), "{first}");
            assert_eq!(played.refunded(), 50_000, "{first}");
        }
    }
}

#[test]
fn a_test_order_that_cannot_be_read_is_ignored_too() {
    let mut order = json_of("completed/order.json");
    (order["test"], order["currency"]) = (json!(true), json!("none"));
    let ignored = a_shop().webhook_of("orders/create", &order.to_string());
    assert_eq!(ignored.unusable.iter().map(Unusable::code).collect::<Vec<_>>(), ["no_concern"]);
    assert!(ignored.events.is_empty());
}
