//! Ids and texts as some libraries write them: ids as floats, half an emoji.

use recourse_order_intake::feed::Unusable;
use serde_json::{Value, json};

use crate::{Played, a_shop, json_of};

/// What a library makes of an id that it reads as a float: a number, or its text.
const FLOATS: [&str; 3] = ["5100000000001.0", "5.100000000001e12", "\"5100000000001.0\""];

/// A webhook whose id at this place is a float.
fn with_a_float(played: Played, topic: &str, body: &Value, at: &str, float: &str) -> Played {
    let mut body = body.clone();
    // The number is put in as text, because it must arrive as it is written.
    *body.pointer_mut(at).unwrap_or_else(|| panic!("{at}")) = json!("FLOAT");
    played.webhook_of(topic, &body.to_string().replace("\"FLOAT\"", float))
}

/// A refund of the phone, restocked before it was sent.
fn refund() -> Value {
    json!({
        "id": 811, "order_id": 5_100_000_000_001_i64, "created_at": "2025-03-20T12:00:00-05:00",
        "refund_line_items": [{"line_item_id": 9_100_000_000_001_i64, "quantity": 1,
            "restock_type": "cancel", "subtotal": "500.00", "total_tax": "0.00"}],
        "transactions": [{"id": 3, "kind": "refund", "status": "success", "amount": "500.00",
            "currency": "USD"}],
        "order_adjustments": [],
    })
}

#[test]
fn an_order_with_an_id_that_is_a_float_is_refused() {
    let mut order = json_of("completed/order.json");
    order["location_id"] = json!(1);
    order["line_items"][0]["product_id"] = json!(81);
    order["line_items"][0]["parent_relationship"] = json!({"parent_id": 9});
    order["refunds"] = json!([refund()]);
    let line = "line_items[0]";
    for (at, field) in [
        ("/id", "id".to_owned()),
        ("/customer/id", "customer.id".to_owned()),
        ("/location_id", "location_id".to_owned()),
        ("/line_items/0/id", format!("{line}.id")),
        ("/line_items/0/product_id", format!("{line}.product_id")),
        ("/line_items/0/parent_relationship/parent_id", format!("{line}.parent_id")),
        (
            "/refunds/0/refund_line_items/0/line_item_id",
            "refund_line_items.line_item_id".to_owned(),
        ),
    ] {
        for float in FLOATS {
            let played = with_a_float(a_shop(), "orders/create", &order, at, float);
            assert!(!played.names().contains(&"placed"), "{at} {float}");
            assert_eq!(
                played.unusable[0],
                Unusable::Value { field: field.clone() },
                "{at} {float}"
            );
        }
    }
}

#[test]
fn a_part_of_an_order_with_an_id_that_is_a_float_is_refused() {
    let mut parcel = json_of("completed/delivered.json");
    parcel["shipment_status"] = json!("delivered");
    let event = json!({"id": 1, "order_id": 1, "fulfillment_id": 2, "status": "delivered",
        "happened_at": "2025-03-09T23:00:00Z"});
    let payment = json!({"id": 3, "order_id": 1, "kind": "refund", "status": "success",
        "amount": "500.00", "currency": "USD", "processed_at": "2025-03-22T12:00:00-05:00"});
    let request =
        json!({"customer": {"id": 7}, "orders_to_redact": [1], "data_request": {"id": 2}});
    let ids: &[(&str, &Value, &[&str])] = &[
        ("fulfillments/update", &parcel, &["/id", "/order_id", "/line_items/0/id"]),
        ("fulfillment_events/create", &event, &["/order_id", "/fulfillment_id"]),
        (
            "refunds/create",
            &refund(),
            &["/id", "/order_id", "/refund_line_items/0/line_item_id", "/transactions/0/id"],
        ),
        ("order_transactions/create", &payment, &["/id", "/order_id"]),
        (
            "customers/redact",
            &request,
            &["/customer/id", "/orders_to_redact/0", "/data_request/id"],
        ),
    ];
    for (topic, body, places) in ids {
        for (at, float) in places.iter().flat_map(|at| FLOATS.map(|float| (at, float))) {
            let played = with_a_float(a_shop(), topic, body, at, float);
            assert!(played.events.is_empty(), "{at} {float}");
            let [Unusable::Value { field }] = &played.unusable[..] else {
                panic!("{topic} {at} {float}: {:?}", played.unusable)
            };
            assert!(field.ends_with("id") || field == "orders", "{field}");
        }
    }
}

/// `3.0` after `3` would be another payment, and the refund would count twice.
#[test]
fn a_refund_whose_payment_is_named_by_a_float_counts_once() {
    let mut part = refund();
    part["refund_line_items"][0]["restock_type"] = json!("no_restock");
    part["transactions"][0]["amount"] = json!("200.00");
    let refunded = || {
        a_shop()
            .webhook("orders/create", "completed/order.json")
            .webhook_of("refunds/create", &part.to_string())
    };
    assert_eq!(refunded().refunded(), 20_000);
    for float in FLOATS {
        let again = with_a_float(refunded(), "refunds/create", &part, "/transactions/0/id", float);
        assert_eq!(again.refunded(), 20_000, "{float}");
    }
}

#[test]
fn half_an_emoji_does_not_lose_the_order() {
    for (name, read) in [
        (r"Pat \ud83d", "Pat \u{FFFD}"),
        (r"\ude00 Pat", "\u{FFFD} Pat"),
        (r"Pat \ud83d\ude00", "Pat \u{1F600}"),
        (r"Pat \ud83d\u0000", "Pat \u{FFFD}"),
        (r"Pat \\ud83d", r"Pat \ud83d"),
    ] {
        let mut order = json_of("completed/order.json");
        order["note"] = json!("TEXT");
        order["line_items"][0]["title"] = json!("TEXT");
        let body = order.to_string().replace("TEXT", name);
        let sold = a_shop().webhook_of("orders/create", &body);
        assert_eq!(sold.order().placed.lines[0].title, read, "{name}");
    }
}
