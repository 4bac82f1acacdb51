//! Orders: what is sold, to whom, and how an order changes.

use recourse_order_intake::domain::OrderEvent;
use recourse_order_intake::domain::state::Removal;
use recourse_order_intake::feed::Unusable;
use serde_json::{Value, json};

use crate::{Played, a_shop, body, json_of, shop};

/// The price of each unit's warranty, in minor units.
fn warranties(played: &Played) -> Vec<Option<i64>> {
    let lines = played.order().placed.lines.iter();
    lines.map(|line| line.warranty.as_ref().map(|warranty| warranty.price.amount)).collect()
}

#[test]
fn an_exchange_returns_one_device_without_money_and_delivers_another() {
    let exchanged = a_shop()
        .webhook("orders/create", "exchange/order.json")
        .webhook("orders/paid", "exchange/order.json")
        .webhook("fulfillments/update", "exchange/main-delivered.json")
        .webhook("refunds/create", "exchange/refund-of-main.json")
        .webhook("orders/edited", "exchange/edited.json")
        .webhook("orders/paid", "exchange/order-after-exchange.json")
        .webhook("fulfillments/update", "exchange/exchange-delivered.json");
    assert_eq!(
        exchanged.names(),
        ["placed", "paid", "delivered", "returned", "lines_added", "payment_added", "delivered"]
    );
    assert!(exchanged.refused.is_empty());
    assert!(matches!(exchanged.unusable[..], [Unusable::Ignored(_)]), "the edit names only ids");
    let OrderEvent::Delivered(delivered) = &exchanged.events[6] else { panic!() };
    assert_eq!(delivered.devices, [exchanged.unit(2, 1)]);
}

#[test]
fn an_edited_order_that_is_exported_again_reports_what_changed() {
    let edited = a_shop().import("edited/day1.json").import("edited/day2.json");
    let names = ["placed", "paid", "lines_added", "units_removed", "contact_corrected"];
    assert_eq!(edited.names(), names);
    let removed: Vec<_> = edited.order().units.values().map(|unit| unit.removed).collect();
    assert_eq!(removed, [None, Some(Removal::Edited), None]);
    // The same export again, an export of the day before, and the webhook say nothing new.
    let again = edited
        .import("edited/day2.json")
        .import("edited/day1.json")
        .webhook("orders/updated", "edited/day2.json");
    assert_eq!(again.names(), names);
    again.order();
}

#[test]
fn a_test_order_sells_nothing_unless_the_shop_keeps_it_apart() {
    let ignored = a_shop()
        .webhook("orders/create", "test-order/order.json")
        .webhook("orders/paid", "test-order/order.json")
        .import("test-order/order.json")
        .test_webhook("orders/create", &body("tax/order.json"));
    assert_eq!(ignored.names(), ["disregarded"]);
    assert_eq!(ignored.unusable, [Unusable::Ignored("a test webhook")]);
    let apart = shop(json!({"test_orders": "apart"}));
    let apart = apart.webhook("orders/create", "test-order/order.json");
    assert_eq!(apart.order().placed.marketplace, "demo-shop.myshopify.com/test");
    let apart = shop(json!({"test_orders": "apart"}));
    let apart = apart.test_webhook("orders/create", &body("tax/order.json"));
    assert_eq!(apart.order().placed.marketplace, "demo-shop.myshopify.com/test");
}

#[test]
fn an_order_of_the_counter_has_the_country_of_the_shop_and_is_handed_over() {
    let settings = [
        json!({"default_country": "US"}),
        json!({"locations": {"371291": "US"}, "default_country": "CA"}),
    ];
    for settings in settings {
        let sold = shop(settings).webhook("orders/create", "counter/pos.json");
        let sold = sold.webhook("orders/paid", "counter/pos.json");
        assert_eq!(sold.names(), ["placed", "delivered", "paid"]);
        assert_eq!(sold.order().placed.country.as_str(), "US");
        let OrderEvent::Delivered(delivered) = &sold.events[1] else { panic!() };
        assert_eq!(delivered.delivered_at.to_rfc3339(), "2025-03-05T16:00:01+00:00");
    }
    let unknown = a_shop().webhook("orders/create", "counter/pos.json");
    assert_eq!(unknown.unusable[0].code(), "no_country");
    assert!(unknown.unusable[0].to_string().contains("default_country"));
}

#[test]
fn an_order_of_the_counter_without_a_warranty_needs_no_country() {
    let mut order = json_of("counter/pos.json");
    order["line_items"][0]["properties"] = json!([]);
    let sold = a_shop().webhook_of("orders/create", &order.to_string());
    assert_eq!(sold.names(), ["placed", "delivered"]);
    assert_eq!(sold.order().placed.country.as_str(), "ZZ");
}

#[test]
fn a_product_that_is_a_plan_is_sold_for_its_parent_line() {
    for by in [json!({"sku": "PLAN-500"}), json!({"product_type": "Protection"})] {
        let mut plan = by;
        plan["program"] = json!("exchange");
        plan["provider"] = json!("the-warranty-group");
        let mut order = json_of("nested-plan/order.json");
        order["line_items"][1]["product_type"] = json!("Protection");
        let plans = || shop(json!({"plans": [plan.clone()]}));
        let sold = plans().webhook_of("orders/create", &order.to_string());
        assert_eq!(warranties(&sold), [Some(3_000), None]);
        let line = &sold.order().placed.lines[0];
        assert_eq!(line.warranty.as_ref().unwrap().reference.as_deref(), Some("9100000000262"));
        assert_eq!(line.device.as_ref().unwrap().model, "Galaxy S24");
        // Without a parent it goes with the only device, and not with one of several.
        order["line_items"][1]["parent_relationship"] = Value::Null;
        let sold = plans().webhook_of("orders/create", &order.to_string());
        assert_eq!(warranties(&sold), [Some(3_000), None]);
        let mut tablet = order["line_items"][0].clone();
        tablet["id"] = json!(77);
        tablet["title"] = json!("Galaxy Tab S9");
        order["line_items"].as_array_mut().unwrap().push(tablet);
        let ambiguous = plans().webhook_of("orders/create", &order.to_string());
        assert_eq!(ambiguous.unusable[0].code(), "warranty");
    }
    let without = a_shop().webhook("orders/create", "nested-plan/order.json");
    assert_eq!(warranties(&without), [None, None]);
}

#[test]
fn the_nth_plan_goes_with_the_nth_phone() {
    let sold = a_shop().webhook("orders/create", "two-of-one-sku/order.json");
    assert_eq!(warranties(&sold), [Some(3_000), Some(2_400), None, None]);
    let sold = a_shop().webhook("orders/create", "two-of-one-sku/sku-is-a-number.json");
    assert_eq!(warranties(&sold), [Some(3_000), Some(1_500), None, None]);
}

#[test]
fn a_plan_for_one_of_two_phones_covers_one() {
    let mut order = json_of("plan-refunded/order.json");
    for field in ["quantity", "current_quantity"] {
        order["line_items"][0][field] = json!(2);
    }
    let sold = a_shop().webhook_of("orders/create", &order.to_string());
    assert_eq!(warranties(&sold), [Some(3_000), None, None]);
    for field in ["quantity", "current_quantity"] {
        order["line_items"][1][field] = json!(3);
    }
    let too_many = a_shop().webhook_of("orders/create", &order.to_string());
    assert!(too_many.unusable[0].to_string().contains("more plans than devices"));
}

#[test]
fn a_character_that_nothing_can_store_does_not_lose_the_order() {
    a_shop().webhook("orders/create", "nul/order.json").order();
    let mut order = json_of("tax/order.json");
    order["shipping_address"]["name"] = json!("Pat \\u0000 Ex\u{0}ample");
    order["line_items"][0]["properties"][0]["name"] = json!("recourse\u{0}_warranty");
    let sold = a_shop().webhook_of("orders/create", &order.to_string());
    assert_eq!(warranties(&sold), [Some(3_000)]);
}

#[test]
fn an_archived_order_that_is_fulfilled_is_completed() {
    let mut order = json_of("completed/order.json");
    order["closed_at"] = json!("2025-03-20T10:00:00-05:00");
    order["updated_at"] = json!("2025-03-20T10:00:00-05:00");
    let unshipped = a_shop().webhook_of("orders/updated", &order.to_string());
    assert_eq!(unshipped.names(), ["placed"]);
    order["fulfillment_status"] = json!("fulfilled");
    let completed = a_shop()
        .webhook("orders/create", "completed/order.json")
        .webhook("fulfillments/update", "completed/delivered.json")
        .webhook_of("orders/updated", &order.to_string())
        .webhook_of("orders/updated", &order.to_string());
    assert_eq!(completed.names(), ["placed", "delivered", "completed"]);
    completed.order();
}
