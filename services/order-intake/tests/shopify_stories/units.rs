//! Which device of an order money or a return is for, if only some have a plan (M1, M7).

use recourse_order_intake::domain::OrderEvent;
use recourse_order_intake::domain::state::Unit;
use serde_json::{Value, json};

use crate::{Played, json_of, shop};

const PHONES: u64 = 11;

/// A line of which so many units were ordered.
fn line(id: u64, title: &str, units: u32, price: &str) -> Value {
    json!({
        "id": id, "title": title, "vendor": "Zephyr", "sku": title, "quantity": units,
        "current_quantity": units, "price": price, "requires_shipping": true, "properties": [],
    })
}

/// A plan for one of these phones.
fn plan() -> Value {
    let mut plan = line(12, "PLAN", 1, "30.00");
    plan["requires_shipping"] = json!(false);
    plan["parent_relationship"] = json!({"parent_id": PHONES});
    plan
}

fn order(day: u32, lines: &[Value], refunds: &[Value]) -> String {
    let mut order = json_of("nested-plan/order.json");
    order["id"] = json!(7);
    order["updated_at"] = json!(format!("2025-03-{day:02}T10:00:00-06:00"));
    order["financial_status"] = json!("paid");
    order["total_price"] = json!("2000.00");
    order["total_price_set"] = Value::Null;
    order["line_items"] = json!(lines);
    order["refunds"] = json!(refunds);
    order.to_string()
}

fn bought(lines: &[Value]) -> Played {
    let order = order(5, lines, &[]);
    let shop = shop(json!({"plans": [
        {"sku": "PLAN", "program": "repair", "provider": "wisetech-service"},
    ]}));
    shop.webhook_of("orders/create", &order).webhook_of("orders/paid", &order)
}

fn refund(lines: &Value, amount: &str) -> Value {
    json!({
        "id": 90, "order_id": 7, "created_at": "2025-03-14T12:00:00-06:00",
        "refund_line_items": lines, "order_adjustments": [],
        "transactions": [{"id": 91, "kind": "refund", "status": "success", "amount": amount,
            "currency": "USD"}],
    })
}

fn one_phone(restock: &str) -> Value {
    json!([{"line_item_id": PHONES, "quantity": 1, "restock_type": restock,
        "subtotal": "500.00", "total_tax": "0.00"}])
}

#[test]
fn m7_one_of_two_phones_goes_back_and_its_plan_stays_with_the_other() {
    let lines = [line(PHONES, "Galaxy S24", 2, "500.00"), plan()];
    for restock in ["return", "cancel", "no_restock"] {
        let refund = refund(&one_phone(restock), "500.00");
        let mut after = lines.clone();
        after[0]["current_quantity"] = json!(1);
        let mut story = bought(&lines);
        if restock == "return" {
            let parcel = json!({
                "id": 1, "order_id": 7, "status": "success", "shipment_status": "delivered",
                "updated_at": "2025-03-08T12:00:00-06:00",
                "line_items": [{"id": PHONES, "quantity": 2}],
                "destination": {"city": "Austin", "province_code": "TX", "country_code": "US"},
            });
            story = story.webhook_of("fulfillments/update", &parcel.to_string());
        }
        let story = story
            .webhook_of("refunds/create", &refund.to_string())
            .webhook_of("orders/updated", &order(15, &after, &[refund]));
        let units = &story.order().units;
        let (kept, gone) = (&units[&story.unit(1, 1)], &units[&story.unit(2, 1)]);
        assert!(kept.is_covered() && kept.refunded == 0, "{restock}: {:?}", story.names());
        assert!(gone.warranty.is_none() && gone.is_refunded_in_full(), "{restock}");
        assert_eq!(gone.returned.is_some(), restock == "return");
        assert_eq!(gone.removed.is_some(), restock == "cancel");
    }
}

/// 100.00 are paid back for nothing that is named.
fn goodwill(lines: &[Value]) -> Played {
    bought(lines).webhook_of("refunds/create", &refund(&json!([]), "100.00").to_string())
}

#[test]
fn m1_money_is_for_the_phone_with_a_plan_only_if_nothing_else_can_be_a_device() {
    let phone = || line(PHONES, "Galaxy S24", 1, "500.00");
    let several = [
        vec![line(PHONES, "Galaxy S24", 2, "500.00"), plan()],
        // A brand that is not known.
        vec![line(PHONES, "Nova", 2, "500.00"), plan()],
        vec![phone(), plan(), line(13, "Nova", 1, "200.00")],
        // It says what it is.
        vec![phone(), plan(), line(13, "Galaxy A15", 1, "20.00")],
    ];
    for lines in several {
        let story = goodwill(&lines);
        assert_eq!(story.names(), ["placed", "paid", "refund_unattributed"], "{lines:?}");
    }
    let mut service = line(13, "Setup of your Galaxy S24", 1, "200.00");
    service["requires_shipping"] = json!(false);
    for other in [service, line(13, "Case", 2, "60.00"), line(13, "Sticker", 3, "5.00")] {
        let story = goodwill(&[phone(), plan(), other]);
        let [.., OrderEvent::LineRefunded(refund)] = &story.events[..] else { panic!() };
        assert_eq!(refund.devices, [story.unit(1, 1)]);
        let devices = story.order().units.values().filter(|unit| unit.is_device);
        assert_eq!(devices.map(Unit::is_covered).collect::<Vec<_>>(), [true]);
    }
}
