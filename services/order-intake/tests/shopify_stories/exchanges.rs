//! A device is exchanged at the shop, by the shop's own return and order edit.

use recourse_order_intake::domain::OrderEvent;
use serde_json::{Value, json};

use crate::{Played, a_shop};

const ORDER: i64 = 6_010_000_000_001;

fn line(id: u32, title: &str, bought: u32, current: u32, price: &str) -> Value {
    json!({
        "id": id, "title": title, "vendor": "Google", "sku": title, "quantity": bought,
        "current_quantity": current, "price": price, "requires_shipping": true,
        "gift_card": false, "tax_lines": [], "discount_allocations": [], "duties": [],
        "properties": [
            {"name": "recourse_warranty", "value": "repair:tomrepair"},
            {"name": "_recourse_warranty_price", "value": "16.00"},
            {"name": "_recourse_device", "value": format!("smartphone/android/Google/{title}")},
        ],
    })
}

fn order(updated_at: &str, total: &str, lines: &[Value], shipments: &[Value]) -> String {
    json!({
        "id": ORDER, "name": "EX-7", "test": false, "currency": "EUR", "taxes_included": true,
        "created_at": "2025-06-02T09:00:00+02:00", "processed_at": "2025-06-02T09:00:00+02:00",
        "updated_at": updated_at, "financial_status": "paid", "total_price": total,
        "source_name": "web", "customer": {"id": 88, "email": "kim@example.com"},
        "shipping_address": {"name": "Kim Example", "address1": "Probeweg 1", "city": "Wien",
            "country_code": "AT"},
        "line_items": lines, "fulfillments": shipments, "refunds": [],
    })
    .to_string()
}

fn shipment(id: u32, status: &str, at: &str, lines: &[(u32, u32)]) -> Value {
    let lines = lines.iter().map(|(id, quantity)| json!({"id": id, "quantity": quantity}));
    json!({
        "id": id, "order_id": ORDER, "status": "success", "shipment_status": status,
        "created_at": "2025-06-02T18:00:00+02:00", "updated_at": at,
        "line_items": lines.collect::<Vec<_>>(),
    })
}

/// The shop takes back one unit of line 1, and pays back this amount.
fn back(paid: Option<&str>) -> String {
    let transactions = paid.map(|amount| {
        json!({"id": 31, "kind": "refund", "status": "success", "amount": amount,
            "currency": "EUR"})
    });
    json!({
        "id": 30, "order_id": ORDER, "created_at": "2025-06-10T12:00:00+02:00",
        "processed_at": "2025-06-10T12:00:00+02:00", "return": {"id": 5},
        "refund_line_items": [{"id": 32, "line_item_id": 1, "quantity": 1,
            "restock_type": "return", "subtotal": "400.00", "total_tax": "66.67"}],
        "transactions": transactions.into_iter().collect::<Vec<_>>(), "order_adjustments": [],
    })
    .to_string()
}

/// Two phones in one parcel, paid and delivered.
fn two_phones() -> Played {
    let order =
        order("2025-06-02T09:01:00+02:00", "832.00", &[line(1, "Pixel 8", 2, 2, "400.00")], &[]);
    let parcel = shipment(1, "delivered", "2025-06-04T11:00:00+02:00", &[(1, 2)]);
    a_shop()
        .webhook_of("orders/create", &order)
        .webhook_of("orders/paid", &order)
        .webhook_of("fulfillments/update", &parcel.to_string())
}

fn exchanged(shipments: &[Value]) -> String {
    let lines = [line(1, "Pixel 8", 2, 1, "400.00"), line(2, "Pixel 7a", 1, 1, "330.00")];
    order("2025-06-10T12:05:00+02:00", "762.00", &lines, shipments)
}

#[test]
fn one_of_two_phones_is_exchanged_for_a_cheaper_one() {
    let parcel = shipment(2, "delivered", "2025-06-13T10:00:00+02:00", &[(2, 1)]);
    let story = two_phones()
        .webhook_of("refunds/create", &back(Some("70.00")))
        .webhook_of("orders/updated", &exchanged(&[]))
        .webhook_of("fulfillments/update", &parcel.to_string());
    let names = [
        "placed",
        "paid",
        "delivered",
        "line_refunded",
        "returned",
        "lines_added",
        "payment_added",
        "delivered",
    ];
    assert_eq!(story.names(), names);
    let order = story.order();
    let back = &order.units[&story.unit(1, 2)];
    assert_eq!((back.refunded, back.returned.is_some()), (7_000, true));
    assert!(order.units[&story.unit(1, 1)].returned.is_none(), "the other is kept");
    let OrderEvent::Delivered(delivered) = &story.events[7] else { panic!() };
    assert_eq!(delivered.devices, [story.unit(2, 1)]);
}

#[test]
fn an_exchange_without_money_is_a_return() {
    let story = two_phones().webhook_of("refunds/create", &back(None));
    assert_eq!(story.names(), ["placed", "paid", "delivered", "returned"]);
    assert_eq!(story.refunded(), 0);
}

#[test]
fn the_new_device_may_arrive_before_the_order_that_names_it() {
    let parcel = shipment(2, "delivered", "2025-06-13T10:00:00+02:00", &[(2, 1)]);
    let story = two_phones()
        .webhook_of("refunds/create", &back(None))
        .webhook_of("fulfillments/update", &parcel.to_string())
        .webhook_of("orders/updated", &exchanged(&[]));
    let names = ["returned", "fact_kept", "lines_added", "payment_added", "delivered"];
    assert_eq!(story.names()[3..], names);
    assert!(story.order().units[&story.unit(2, 1)].delivery.is_some());
    assert_eq!(story.waiting(), []);
}

/// So may the money that goes back for it, and the device itself.
#[test]
fn what_names_a_line_that_is_not_known_yet_waits_for_the_edit() {
    let mut second: Value = serde_json::from_str(&back(Some("330.00"))).unwrap();
    second["refund_line_items"][0]["line_item_id"] = json!(2);
    second["refund_line_items"][0]["subtotal"] = json!("330.00");
    let parcel = shipment(2, "delivered", "2025-06-09T10:00:00+02:00", &[(2, 1)]);
    let story = two_phones()
        .webhook_of("refunds/create", &second.to_string())
        .webhook_of("fulfillments/update", &parcel.to_string())
        .webhook_of("orders/updated", &exchanged(&[]));
    assert_eq!(story.waiting(), []);
    let unit = &story.order().units[&story.unit(2, 1)];
    assert!(unit.is_refunded_in_full() && unit.returned.is_some(), "{:?}", story.names());
}

#[test]
fn a_second_exchange_of_the_same_order_is_like_the_first() {
    let parcel = |id, line, at| shipment(id, "delivered", at, &[(line, 1)]).to_string();
    let mut second: Value = serde_json::from_str(&back(None)).unwrap();
    second["id"] = json!(40);
    second["processed_at"] = json!("2025-06-18T12:00:00+02:00");
    second["refund_line_items"][0]["line_item_id"] = json!(2);
    second["refund_line_items"][0]["subtotal"] = json!("330.00");
    let lines = [
        line(1, "Pixel 8", 2, 1, "400.00"),
        line(2, "Pixel 7a", 1, 0, "330.00"),
        line(3, "Pixel 7a", 1, 1, "330.00"),
    ];
    let again = order("2025-06-18T12:05:00+02:00", "762.00", &lines, &[]);
    let story = two_phones()
        .webhook_of("refunds/create", &back(None))
        .webhook_of("orders/updated", &exchanged(&[]))
        .webhook_of("fulfillments/update", &parcel(2, 2, "2025-06-13T10:00:00+02:00"))
        .webhook_of("refunds/create", &second.to_string())
        .webhook_of("orders/updated", &again)
        .webhook_of("fulfillments/update", &parcel(3, 3, "2025-06-21T10:00:00+02:00"));
    let of_the_second = ["returned", "lines_added", "payment_added", "delivered"];
    assert_eq!(story.names()[7..], of_the_second);
    let kept = story.order().units.values().filter(|unit| unit.returned.is_none());
    assert_eq!(kept.count(), 2);
}
