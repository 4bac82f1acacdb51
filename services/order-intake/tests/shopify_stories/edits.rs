//! Edits of orders and what they do to warranties that are lines of their own (S1, S7, M7).

use recourse_kernel::DeviceId;
use recourse_order_intake::domain::OrderEvent;
use recourse_order_intake::domain::events::{WarrantyAdded, WarrantyRemoved};
use serde_json::{Value, json};

use crate::{Played, json_of, shop};

const PHONE: u64 = 11;
const PLAN: u64 = 12;
const OTHER_PHONE: u64 = 21;
const OTHER_PLAN: u64 = 22;

/// A shop with two products that are plans.
fn plans() -> Played {
    shop(json!({"plans": [
        {"sku": "REPAIR", "program": "repair", "provider": "wisetech-service"},
        {"sku": "EXCHANGE", "program": "exchange", "provider": "the-warranty-group"},
    ]}))
}

/// Units of a line, of which so many are in the order now.
fn line(id: u64, sku: &str, units: (u32, u32), price: &str) -> Value {
    let title = if sku == "S24" { "Galaxy S24" } else { "Protection plan" };
    json!({
        "id": id, "title": title, "vendor": "Samsung", "sku": sku, "quantity": units.0,
        "current_quantity": units.1, "price": price, "properties": [],
    })
}

fn phone(id: u64, units: (u32, u32)) -> Value {
    line(id, "S24", units, "500.00")
}

fn repair(id: u64, units: (u32, u32)) -> Value {
    line(id, "REPAIR", units, "30.00")
}

/// The order as it is on a day of March.
fn order(day: u32, status: &str, total: &str, lines: &[Value]) -> Value {
    let mut order = json_of("nested-plan/order.json");
    order["id"] = json!(7);
    order["updated_at"] = json!(format!("2025-03-{day:02}T10:00:00-06:00"));
    order["financial_status"] = json!(status);
    order["total_price"] = json!(total);
    order["total_price_set"] = Value::Null;
    order["line_items"] = json!(lines);
    order
}

fn updated(played: Played, order: &Value) -> Played {
    played.webhook_of("orders/updated", &order.to_string())
}

/// An order with these lines that was paid on the 5th.
fn paid(lines: &[Value]) -> Played {
    let order = order(5, "paid", "530.00", lines).to_string();
    plans().webhook_of("orders/create", &order).webhook_of("orders/paid", &order)
}

fn delivered(played: Played, shipment: u64, line: u64) -> Played {
    let body = json!({
        "id": shipment, "order_id": 7, "status": "success", "shipment_status": "delivered",
        "updated_at": "2025-03-08T12:00:00-06:00", "line_items": [{"id": line, "quantity": 1}],
        "destination": {"city": "Austin", "province_code": "TX", "country_code": "US"},
    });
    played.webhook_of("fulfillments/update", &body.to_string())
}

fn refund(lines: &Value, amount: Option<&str>) -> Value {
    let payment = amount.map(|amount| {
        json!({"id": 91, "kind": "refund", "status": "success", "amount": amount,
            "currency": "USD"})
    });
    json!({
        "id": 90, "order_id": 7, "created_at": "2025-03-14T12:00:00-06:00",
        "refund_line_items": lines, "order_adjustments": [],
        "transactions": payment.into_iter().collect::<Vec<_>>(),
    })
}

fn refunded_line(line: u64, restock: &str, subtotal: &str) -> Value {
    json!([{"line_item_id": line, "quantity": 1, "restock_type": restock, "total_tax": "0.00",
        "subtotal": subtotal,
        "subtotal_set": {"shop_money": {"amount": subtotal, "currency_code": "USD"}}}])
}

/// The devices with a warranty now, and the line that charges for it.
fn covered(played: &Played) -> Vec<(DeviceId, String)> {
    let units = played.order().units.iter();
    let plan = |unit: &recourse_order_intake::domain::state::Unit| {
        unit.warranty.as_ref().and_then(|warranty| warranty.reference.clone())
    };
    units.filter_map(|(device, unit)| Some((*device, plan(unit)?))).collect()
}

fn added(played: &Played) -> Vec<&WarrantyAdded> {
    let events = played.events.iter();
    let added = events.map(|event| match event {
        OrderEvent::WarrantyAdded(added) => Some(&**added),
        _ => None,
    });
    added.flatten().collect()
}

fn removed(played: &Played) -> Vec<&WarrantyRemoved> {
    let events = played.events.iter();
    let removed = events.map(|event| match event {
        OrderEvent::WarrantyRemoved(removed) => Some(removed),
        _ => None,
    });
    removed.flatten().collect()
}

#[test]
fn s1_a_plan_that_is_added_before_the_payment_is_for_the_device_in_the_order() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let placed = order(5, "pending", "500.00", &lines[..1]).to_string();
    let story = plans().webhook_of("orders/create", &placed);
    let story = updated(story, &order(6, "pending", "530.00", &lines));
    let story = story.webhook_of("orders/paid", &order(7, "paid", "530.00", &lines).to_string());
    assert_eq!(story.names(), ["placed", "lines_added", "warranty_added", "paid"]);
    assert_eq!(covered(&story), [(story.unit(1, 1), PLAN.to_string())]);
    let added = added(&story)[0];
    assert_eq!((added.warranty.price.amount, added.unit_price.amount), (3_000, 50_000));
    assert_eq!(added.kind.as_ref().unwrap().brand, "Samsung");
    assert_eq!(added.delivery, None);
}

#[test]
fn s1_a_plan_that_is_added_after_the_payment_is_sold_with_its_own_payment_and_once() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let with_plan = |status| order(6, status, "530.00", &lines);
    let start = || {
        let placed = order(5, "paid", "500.00", &lines[..1]).to_string();
        plans().webhook_of("orders/create", &placed).webhook_of("orders/paid", &placed)
    };
    let unpaid = || updated(start(), &with_plan("partially_paid"));
    assert_eq!(unpaid().names(), ["placed", "paid", "lines_added", "warranty_added"]);
    let names = ["placed", "paid", "lines_added", "warranty_added", "payment_added"];
    let paid = with_plan("paid").to_string();
    let story = unpaid().webhook_of("orders/paid", &paid);
    assert_eq!(story.names(), names);
    let OrderEvent::PaymentAdded(payment) = &story.events[4] else { panic!() };
    assert_eq!(payment.amount.amount, 53_000);
    let mut outstanding = with_plan("paid");
    outstanding["total_outstanding"] = json!("30.00");
    assert_eq!(updated(start(), &outstanding).names(), &names[..4]);
    // Whichever webhook comes, and however often.
    for topic in ["orders/updated", "orders/paid"] {
        let story = start().webhook_of(topic, &paid).webhook_of("orders/paid", &paid);
        assert_eq!(story.webhook_of("orders/updated", &paid).names(), names, "{topic}");
    }
}

#[test]
fn s1_a_plan_that_is_added_after_the_delivery_says_when_that_was() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let story = updated(delivered(paid(&lines[..1]), 1, PHONE), &order(9, "paid", "530", &lines));
    let names = ["placed", "paid", "delivered", "lines_added", "warranty_added", "payment_added"];
    assert_eq!(story.names(), names);
    let delivery = added(&story)[0].delivery.unwrap();
    assert_eq!(delivery.delivered_at.to_rfc3339(), "2025-03-08T18:00:00+00:00");
}

#[test]
fn s1_a_plan_that_the_settings_name_only_now_is_for_devices_that_are_not_delivered() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let body = |day| order(day, "paid", "530.00", &lines).to_string();
    let unnamed = || {
        let shop = shop(json!({}));
        shop.webhook_of("orders/create", &body(5)).webhook_of("orders/paid", &body(5))
    };
    let named = unnamed().with_settings_of(&plans()).webhook_of("orders/updated", &body(9));
    assert_eq!(named.names(), ["placed", "paid", "warranty_added", "payment_added"]);
    let later = delivered(unnamed(), 1, PHONE).with_settings_of(&plans());
    let later = later.webhook_of("orders/updated", &body(9));
    assert_eq!(later.names(), ["placed", "paid", "delivered"]);
    // And a plan that they no longer name was sold all the same.
    let sold = paid(&lines).with_settings_of(&shop(json!({})));
    assert_eq!(sold.webhook_of("orders/updated", &body(9)).names(), ["placed", "paid"]);
}

#[test]
fn s7_a_plan_that_is_removed_before_the_payment_is_not_paid() {
    let without = [phone(PHONE, (1, 1)), repair(PLAN, (1, 0))];
    // Some edits are listed among the refunds, without a payment.
    for restock in [None, Some("no_restock"), Some("cancel")] {
        let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
        let placed = order(5, "pending", "530.00", &lines).to_string();
        let mut edited = order(6, "pending", "500.00", &without);
        if let Some(restock) = restock {
            edited["refunds"] = json!([refund(&refunded_line(PLAN, restock, "30.00"), None)]);
        }
        let story = updated(plans().webhook_of("orders/create", &placed), &edited);
        edited["financial_status"] = json!("paid");
        edited["updated_at"] = json!("2025-03-16T10:00:00-06:00");
        let story = story.webhook_of("orders/paid", &edited.to_string());
        assert_eq!(story.names(), ["placed", "warranty_removed", "units_removed", "paid"]);
        assert_eq!(removed(&story)[0].devices, [story.unit(1, 1)], "{restock:?}");
        assert_eq!(covered(&story), []);
    }
}

#[test]
fn m7_a_plan_that_is_removed_after_the_payment_ends_once_whatever_its_refund_says() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let edited = order(6, "paid", "530.00", &[phone(PHONE, (1, 1)), repair(PLAN, (1, 0))]);
    let story = || updated(paid(&lines), &edited);
    let names = ["placed", "paid", "warranty_removed", "units_removed"];
    assert_eq!(story().names(), names);
    // By line.
    let by_line = refund(&refunded_line(PLAN, "no_restock", "30.00"), Some("30.00"));
    let refunded = story().webhook_of("refunds/create", &by_line.to_string());
    assert_eq!(refunded.names()[4..], ["warranty_refunded", "line_refunded"]);
    // The price of the device stays what it was, also if the refund names no line.
    let no_line = refund(&json!([]), Some("30.00"));
    let refunded = story().webhook_of("refunds/create", &no_line.to_string());
    assert_eq!(refunded.names()[4..], ["line_refunded"]);
    let units = &refunded.order().units;
    assert_eq!(units[&refunded.unit(1, 1)].refunded, 0);
    assert_eq!(units[&refunded.unit(2, 1)].refunded, 3_000);
    // Another amount is goodwill.
    let other = refund(&json!([]), Some("20.00"));
    let goodwill = story().webhook_of("refunds/create", &other.to_string());
    assert_eq!(goodwill.order().units[&goodwill.unit(1, 1)].refunded, 2_000);
}

#[test]
fn m7_a_plan_that_is_refunded_and_so_left_the_order_is_not_removed_by_an_edit_too() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let refund = refund(&refunded_line(PLAN, "no_restock", "30.00"), Some("30.00"));
    let mut after =
        order(15, "partially_refunded", "530.00", &[phone(PHONE, (1, 1)), repair(PLAN, (1, 0))]);
    after["refunds"] = json!([refund]);
    let names = ["placed", "paid", "warranty_refunded", "line_refunded"];
    assert_eq!(updated(paid(&lines), &after).names(), names);
    let story = paid(&lines).webhook_of("refunds/create", &refund.to_string());
    assert_eq!(updated(story, &after).names(), names);
}

#[test]
fn s7_of_two_plans_for_one_line_the_last_is_removed() {
    let two = [phone(PHONE, (2, 2)), repair(PLAN, (2, 2))];
    let one = [phone(PHONE, (2, 2)), repair(PLAN, (2, 1))];
    let story = updated(paid(&two), &order(6, "paid", "1060.00", &one));
    assert_eq!(removed(&story)[0].devices, [story.unit(1, 2)]);
    assert_eq!(covered(&story), [(story.unit(1, 1), PLAN.to_string())]);
    // With the phone that leaves as well, it is the plan of that phone.
    let both = [phone(PHONE, (2, 1)), repair(PLAN, (2, 1))];
    let story = updated(paid(&two), &order(6, "paid", "1060.00", &both));
    assert_eq!(story.names()[2..], ["warranty_removed", "units_removed"]);
    assert_eq!(removed(&story)[0].devices, [story.unit(1, 2)]);
    // And one more is for the phone without.
    let more = [one[0].clone(), one[1].clone(), repair(OTHER_PLAN, (1, 1))];
    let story = updated(paid(&two), &order(6, "paid", "1060.00", &one));
    let story = updated(story, &order(7, "paid", "1060.00", &more));
    let all = [(story.unit(1, 1), PLAN.to_string()), (story.unit(1, 2), OTHER_PLAN.to_string())];
    assert_eq!(covered(&story), all);
}

#[test]
fn s7_of_two_plans_for_two_lines_the_one_that_is_removed_leaves_the_other_as_it_was() {
    let line = |phone_id: u64, plan: u64, units| {
        let mut plan = repair(plan, units);
        plan["parent_relationship"] = json!({"parent_id": phone_id});
        [phone(phone_id, (1, 1)), plan]
    };
    for has_parents in [true, false] {
        let lines = |units| {
            let mut lines = [line(PHONE, PLAN, units), line(OTHER_PHONE, OTHER_PLAN, (1, 1))];
            for line in lines.iter_mut().flatten().filter(|_| !has_parents) {
                line["parent_relationship"] = Value::Null;
            }
            lines.concat()
        };
        let story = updated(paid(&lines((1, 1))), &order(6, "paid", "1060.00", &lines((1, 0))));
        assert_eq!(removed(&story)[0].devices, [story.unit(1, 1)], "{has_parents}");
        assert_eq!(covered(&story), [(story.unit(3, 1), OTHER_PLAN.to_string())]);
    }
}

#[test]
fn s2_a_plan_is_exchanged_for_one_of_another_program_at_the_same_price() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let edited =
        [phone(PHONE, (1, 1)), repair(PLAN, (1, 0)), line(OTHER_PLAN, "EXCHANGE", (1, 1), "30.00")];
    let story = updated(paid(&lines), &order(6, "paid", "530.00", &edited));
    let names = ["warranty_removed", "lines_added", "warranty_added", "units_removed"];
    assert_eq!(story.names()[2..6], names);
    // No further payment comes, since nothing is outstanding.
    assert_eq!(story.names()[6..], ["payment_added"]);
    assert_eq!(covered(&story), [(story.unit(1, 1), OTHER_PLAN.to_string())]);
    assert_eq!(added(&story)[0].warranty.program, recourse_terms::Program::Exchange);
    assert!(!removed(&story)[0].moved);
}

#[test]
fn s3_the_price_of_a_plan_can_be_edited_until_the_payment() {
    let at = |price| [phone(PHONE, (1, 1)), line(PLAN, "REPAIR", (1, 1), price)];
    let placed = order(5, "pending", "525.00", &at("25.00")).to_string();
    let edited = order(6, "pending", "530.00", &at("30.00"));
    let story = updated(plans().webhook_of("orders/create", &placed), &edited);
    assert_eq!(story.names(), ["placed", "warranty_removed", "warranty_added"]);
    assert_eq!(added(&story)[0].warranty.price.amount, 3_000);
    // Later it was sold at its price; what goes back is a refund.
    let cheaper = order(6, "paid", "525.00", &at("25.00"));
    assert_eq!(updated(paid(&at("30.00")), &cheaper).names(), ["placed", "paid"]);
}

#[test]
fn s8_a_device_that_is_removed_keeps_its_plan_until_that_is_removed_too() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let kept = [phone(PHONE, (1, 0)), repair(PLAN, (1, 1))];
    let story = updated(paid(&lines), &order(6, "paid", "530.00", &kept));
    assert_eq!(story.names()[2..], ["units_removed"]);
    let neither = [phone(PHONE, (1, 0)), repair(PLAN, (1, 0))];
    let story = updated(story, &order(7, "paid", "530.00", &neither));
    assert_eq!(story.names()[3..], ["warranty_removed", "units_removed"]);
    // Both in one go.
    let story = updated(paid(&lines), &order(6, "paid", "530.00", &neither));
    assert_eq!(story.names()[2..], ["warranty_removed", "units_removed"]);
}

fn exchanged() -> Value {
    let lines = [phone(PHONE, (1, 0)), repair(PLAN, (1, 1)), phone(OTHER_PHONE, (1, 1))];
    let mut order = order(14, "paid", "1030.00", &lines);
    order["refunds"] = json!([refund(&refunded_line(PHONE, "return", "500.00"), None)]);
    order
}

#[test]
fn a_plan_moves_to_the_device_that_its_own_was_exchanged_for() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let story = updated(delivered(paid(&lines), 1, PHONE), &exchanged());
    let names = ["warranty_removed", "lines_added", "payment_added", "returned"];
    assert_eq!(story.names()[3..], names);
    assert!(removed(&story)[0].moved);
    assert_eq!(covered(&story), [(story.unit(3, 1), PLAN.to_string())]);
    assert_eq!(updated(story, &exchanged()).names().len(), 7);
}

#[test]
fn m7_a_plan_whose_price_is_owed_since_its_device_went_back_is_not_sold_with_the_new_one() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let story = delivered(paid(&lines), 1, PHONE);
    let back = exchanged()["refunds"][0].to_string();
    let story = updated(story.webhook_of("refunds/create", &back), &exchanged());
    assert_eq!(story.names()[3..], ["returned", "lines_added"]);
    assert_eq!(covered(&story), [(story.unit(1, 1), PLAN.to_string())]);
    // A plan of its own is sold with it.
    let mut with_plan = exchanged();
    with_plan["updated_at"] = json!("2025-03-15T10:00:00-06:00");
    let mut own = repair(OTHER_PLAN, (1, 1));
    own["parent_relationship"] = json!({"parent_id": OTHER_PHONE});
    with_plan["line_items"][1]["parent_relationship"] = json!({"parent_id": PHONE});
    with_plan["line_items"].as_array_mut().unwrap().push(own);
    let story = updated(story, &with_plan);
    assert_eq!(story.names()[5..], ["lines_added", "warranty_added", "payment_added"]);
    assert_eq!(covered(&story)[1], (story.unit(3, 1), OTHER_PLAN.to_string()));
}

#[test]
fn several_edits_at_once_and_a_state_that_comes_late_or_twice() {
    let lines = [phone(PHONE, (1, 1)), repair(PLAN, (1, 1))];
    let edited = [
        phone(PHONE, (1, 1)),
        repair(PLAN, (1, 0)),
        phone(OTHER_PHONE, (1, 1)),
        repair(OTHER_PLAN, (2, 2)),
    ];
    let before = order(5, "paid", "530.00", &lines);
    let after = order(6, "paid", "1120.00", &edited);
    let story = updated(paid(&lines), &after);
    let names = ["warranty_removed", "lines_added", "warranty_added", "units_removed"];
    assert_eq!(story.names()[2..], [&names[..], &["payment_added"]].concat());
    let plan = || OTHER_PLAN.to_string();
    assert_eq!(covered(&story), [(story.unit(1, 1), plan()), (story.unit(3, 1), plan())]);
    let again = updated(updated(updated(story, &after), &before), &after);
    assert_eq!(again.names().len(), 7);
    let later = order(8, "paid", "1120.00", &edited);
    assert_eq!(updated(again, &later).names().len(), 7);
}

#[test]
fn an_order_that_is_first_seen_after_its_edits_sells_what_is_in_it() {
    let edited =
        [phone(PHONE, (2, 1)), repair(PLAN, (2, 0)), line(OTHER_PLAN, "EXCHANGE", (1, 1), "30.00")];
    let story = plans().webhook_of("orders/paid", &order(6, "paid", "530", &edited).to_string());
    assert_eq!(story.names(), ["placed", "units_removed", "paid"]);
    assert_eq!(covered(&story), [(story.unit(1, 1), OTHER_PLAN.to_string())]);
    // And an exchange.
    let story = plans().webhook_of("orders/paid", &exchanged().to_string());
    assert_eq!(covered(&story), [(story.unit(3, 1), PLAN.to_string())]);
}
