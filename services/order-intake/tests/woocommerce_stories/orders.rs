//! Orders: from the checkout until they are completed or cancelled.

use recourse_order_intake::domain::OrderEvent;
use recourse_order_intake::feed::Unusable;
use serde_json::{Value, json};

use crate::{Played, SHOP, a_shop, a_shop_with_plans, body, shop, shop_next_to};

/// When the order was delivered.
fn delivered_at(played: &Played) -> String {
    let at = played.events.iter().find_map(|event| match event {
        OrderEvent::Delivered(delivered) => Some(delivered.delivered_at.to_rfc3339()),
        _ => None,
    });
    at.expect("a delivery")
}

#[test]
fn an_order_is_paid_later_and_delivered_when_the_shop_completes_it() {
    let names = ["placed", "paid", "delivered", "completed"];
    let completed = a_shop()
        .webhook("order.created", "completed/placed.json")
        .webhook("order.updated", "completed/paid.json")
        .webhook("order.updated", "completed/completed.json");
    assert_eq!(completed.names(), names);
    assert_eq!(completed.warranties(), [Some(3_000)]);
    assert_eq!(delivered_at(&completed), "2025-03-10T18:00:00+00:00");
    // The same in any order, again, and in an export.
    let again = completed
        .webhook("order.updated", "completed/completed.json")
        .webhook("order.updated", "completed/placed.json")
        .import("completed/completed.json");
    assert_eq!(again.names(), names);
    again.order();
    assert_eq!(a_shop().import("completed/completed.json").names(), names);
}

#[test]
fn nothing_is_delivered_before_its_parcel_is_shipped() {
    let shipped = a_shop().import("completed/shipped-later.json");
    assert_eq!(delivered_at(&shipped), "2025-03-11T18:00:00+00:00");
    shipped.order();
}

#[test]
fn cash_on_delivery_is_paid_at_completion() {
    let sold = a_shop().webhook("order.created", "cash-on-delivery/processing.json");
    assert_eq!(sold.names(), ["placed"]);
    let sold = sold.webhook("order.updated", "cash-on-delivery/completed.json");
    assert_eq!(sold.names(), ["placed", "paid", "delivered", "completed"]);
    sold.order();
}

#[test]
fn an_order_that_is_worked_on_again_is_not_completed() {
    let mut order = body("completed/completed.json");
    order["status"] = json!("processing");
    assert_eq!(a_shop().import_value(&order).names(), ["placed", "paid"]);
}

#[test]
fn a_cancelled_order_was_not_delivered() {
    let cancelled = a_shop()
        .webhook("order.created", "completed/placed.json")
        .webhook("order.updated", "cancelled/cancelled.json");
    assert_eq!(cancelled.names(), ["placed", "cancelled"]);
    cancelled.order();
}

#[test]
fn a_payment_that_failed_is_none() {
    for status in ["pending", "failed", "on-hold"] {
        let mut order = body("completed/placed.json");
        order["status"] = json!(status);
        assert_eq!(a_shop().import_value(&order).names(), ["placed"], "{status}");
    }
}

#[test]
fn a_draft_a_deleted_order_and_a_test_change_nothing() {
    let ignored = a_shop()
        .webhook("order.created", "draft/draft.json")
        .webhook("order.created", "test-order/order.json")
        .webhook("order.created", "completed/placed.json")
        .webhook("order.deleted", "deleted/deleted.json");
    assert_eq!(ignored.names(), ["disregarded", "placed"]);
    assert_eq!(ignored.codes(), ["no_concern"; 2]);
    let restored = ignored.webhook("order.restored", "completed/paid.json");
    assert_eq!(restored.names(), ["disregarded", "placed", "paid"]);
    let apart = shop(json!({"test_orders": "apart"}));
    let apart = apart.webhook("order.created", "test-order/order.json");
    assert_eq!(apart.order().placed.marketplace, "example.com/test");
}

#[test]
fn other_topics_are_dead_lettered() {
    let other = a_shop().webhook("product.updated", "completed/placed.json");
    assert_eq!(other.unusable, [Unusable::UnknownType]);
}

#[test]
fn a_guest_without_a_shipping_address_has_that_of_the_bill() {
    let sold = a_shop().webhook("order.created", "guest/order.json");
    let placed = &sold.order().placed;
    assert_eq!((placed.country.as_str(), placed.region.as_deref()), ("US", Some("CA")));
    assert!(placed.buyer.starts_with("b-"));
    assert!(placed.contact_mark.is_some());
}

#[test]
fn the_nth_plan_goes_with_the_nth_phone() {
    let sold = a_shop_with_plans("product_id", "94");
    let sold = sold.webhook("order.created", "two-of-one-product/order.json");
    assert_eq!(sold.warranties(), [Some(3_000), None, Some(2_400), None]);
}

#[test]
fn a_plan_of_a_bundle_is_for_its_parent_line() {
    let mut order = body("two-of-one-product/order.json");
    order["line_items"][1]["bundled_by"] = json!(403);
    order["line_items"][3]["bundled_by"] = json!("401");
    let sold = a_shop_with_plans("product_id", "94").import_value(&order);
    assert_eq!(sold.warranties(), [Some(2_400), None, Some(3_000), None]);
}

#[test]
fn an_edited_order_reports_what_changed() {
    let mut order = body("two-of-one-product/order.json");
    order["date_modified_gmt"] = json!("2025-03-07T10:00:00");
    order["line_items"].as_array_mut().unwrap().truncate(2);
    let edited = a_shop_with_plans("product_id", "94")
        .import("two-of-one-product/order.json")
        .import_value(&order);
    assert_eq!(edited.names(), ["placed", "paid", "warranty_removed", "units_removed"]);
}

/// The order after an edit in March.
fn edited(day: u32, change: impl Fn(&mut Vec<Value>)) -> Value {
    let mut order = body("partial-refund/updated.json");
    order["date_modified_gmt"] = json!(format!("2025-03-{day:02}T10:00:00"));
    order["refunds"] = json!([]);
    (order["status"], order["date_completed_gmt"]) = (json!("processing"), Value::Null);
    change(order["line_items"].as_array_mut().unwrap());
    order
}

#[test]
fn s1_s7_plans_that_an_edit_adds_or_removes_are_for_the_devices_in_the_order() {
    let shop = || a_shop_with_plans("sku", "PLAN-500");
    let two = edited(6, |_| {});
    let one = edited(7, |lines| {
        lines[1]["quantity"] = json!(1);
        lines[1]["total"] = json!("30.00");
    });
    let none = edited(8, |lines| {
        lines.remove(1);
    });
    let removed = ["placed", "paid", "warranty_removed", "units_removed"];
    let story = shop().import_value(&two).import_value(&one);
    assert_eq!(story.names(), removed);
    let story = story.import_value(&none);
    assert_eq!(story.names()[4..], ["warranty_removed", "units_removed"]);
    // An older state, and the same again.
    assert_eq!(story.import_value(&one).import_value(&none).names().len(), 6);
    let story = shop().import_value(&none).import_value(&edited(9, |_| {}));
    // The prices of the phones differ by a cent.
    let added = ["lines_added", "warranty_added", "warranty_added", "payment_added"];
    assert_eq!(story.names()[2..], added);
    // Before its payment.
    let unpaid = |mut order: Value| {
        order["date_paid_gmt"] = Value::Null;
        order
    };
    let story = shop().import_value(&unpaid(two)).import_value(&unpaid(none.clone()));
    assert_eq!(
        story.import_value(&none).names(),
        ["placed", "warranty_removed", "units_removed", "paid"]
    );
}

#[test]
fn a_plan_goes_with_the_phone_that_its_own_was_exchanged_for() {
    let mut order = body("two-of-one-product/order.json");
    order["line_items"].as_array_mut().unwrap().truncate(3);
    let ambiguous = a_shop_with_plans("product_id", "94").import_value(&order);
    assert_eq!(ambiguous.codes(), ["warranty"]);
    let back = json!({
        "id": 751, "parent_id": 750, "date_created_gmt": "2025-03-06T11:00:00", "amount": "500.00",
        "line_items": [{"id": 410, "quantity": -1, "total": "-500.00", "total_tax": "0.00",
            "meta_data": [{"key": "_refunded_item_id", "value": "401"}]}],
    });
    let with_refund = json!({"order": order, "refunds": [back]});
    let story = a_shop_with_plans("product_id", "94").import_value(&with_refund);
    assert_eq!(story.warranties(), [None, None, Some(3_000)]);
}

#[test]
fn a_stored_webhook_of_another_shop_has_the_settings_of_that_shop() {
    let other = json!({"domain": "b.example", "complete_after_days": 20});
    let order = body("completed/paid.json");
    for source in ["b.example", "https://B.example/"] {
        let stored = json!({"topic": "order.updated", "source": source, "body": order});
        let played = shop_next_to(json!({}), std::slice::from_ref(&other)).import_value(&stored);
        let order = &played.order().placed;
        let expected = ("b.example", Some(20));
        assert_eq!((&*order.marketplace, order.complete_after_days), expected, "{source}");
    }
    let own = json!({"topic": "order.updated", "body": order});
    let played = shop_next_to(json!({}), &[other]).import_value(&own);
    let order = &played.order().placed;
    assert_eq!((&*order.marketplace, order.complete_after_days), (SHOP, None));
}

/// `7.0` would be another buyer than `7`, and a refund with another id would count again.
#[test]
fn an_id_that_is_a_float_is_refused() {
    let order = body("completed/completed.json");
    let plain = json!({"id": 1, "product_id": 2, "bundled_by": 3, "composite_parent": 4});
    for (at, field) in [
        ("/id", "id"),
        ("/customer_id", "customer_id"),
        ("/line_items/0/id", "line_items[0].id"),
        ("/line_items/0/product_id", "line_items[0].product_id"),
        ("/line_items/0/bundled_by", "line_items[0].bundled_by"),
        ("/line_items/0/composite_parent", "line_items[0].composite_parent"),
    ] {
        for float in [json!(7.0), json!("7.0"), json!("8.2e17")] {
            let mut order = order.clone();
            for (name, value) in plain.as_object().unwrap() {
                order["line_items"][0][name] = value.clone();
            }
            *order.pointer_mut(at).unwrap_or_else(|| panic!("{at}")) = float.clone();
            let played = a_shop().import_value(&order);
            assert!(!played.names().contains(&"placed"), "{at} {float}");
            let reason = Unusable::Value { field: field.to_owned() };
            assert_eq!(played.unusable[0], reason, "{at} {float}");
        }
    }
    let refund = body("partial-refund/refunds.json")[0].clone();
    for (at, field) in [
        ("/id", "id"),
        ("/parent_id", "parent_id"),
        ("/line_items/0/meta_data/0/value", "line_items._refunded_item_id"),
    ] {
        let mut refund = refund.clone();
        refund["parent_id"] = json!(727);
        *refund.pointer_mut(at).unwrap_or_else(|| panic!("{at}")) = json!(7.0);
        let played = a_shop().import_value(&refund);
        assert_eq!(played.unusable, [Unusable::Value { field: field.to_owned() }]);
    }
}
