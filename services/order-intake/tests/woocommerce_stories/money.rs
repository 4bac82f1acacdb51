//! Money: what was paid, and what was paid back.

use serde_json::{Value, json};

use crate::{Played, a_shop, a_shop_with_plans, body, shop};

#[test]
fn m1_a_price_has_its_tax_whether_the_shop_adds_or_includes_it() {
    let added = a_shop_with_plans("sku", "PLAN-500").webhook("order.created", "tax/added.json");
    let line = &added.order().placed.lines[0];
    assert_eq!(
        (line.unit_price.amount, line.unit_tax.map(|tax| tax.amount)),
        (54_313, Some(4_313))
    );
    let warranty = line.warranty.as_ref().unwrap();
    assert_eq!((warranty.price.amount, warranty.tax.map(|tax| tax.amount)), (3_259, Some(259)));
    for file in ["tax/included.json", "tax/included-four-digits.json"] {
        let included = a_shop().webhook("order.created", file);
        let placed = &included.order().placed;
        let line = &placed.lines[0];
        assert_eq!((line.unit_price.amount, line.unit_tax), (50_000, None), "{file}");
        assert_eq!(placed.region.as_deref(), Some("BE"), "{file}");
    }
}

#[test]
fn an_amount_that_is_no_whole_minor_unit_is_refused() {
    let mut order = body("tax/included.json");
    order["line_items"][0]["total"] = json!("420.1681");
    let refused = a_shop().import_value(&order);
    // Its payment waits for the order.
    assert_eq!((refused.names(), refused.codes()), (vec!["fact_kept"], vec!["value"]));
}

fn sold() -> Played {
    a_shop_with_plans("sku", "PLAN-500").webhook("order.updated", "partial-refund/completed.json")
}

const SOLD: [&str; 4] = ["placed", "paid", "delivered", "completed"];

fn names_after_sale(played: &Played) -> Vec<&'static str> {
    let names = played.names();
    assert_eq!(names[..SOLD.len()], SOLD);
    names[SOLD.len()..].to_vec()
}

#[test]
fn m7_a_refund_is_for_the_units_and_the_plan_that_it_names() {
    let refunded = sold().import("partial-refund/refunds.json");
    // A plan is not delivered, so it leaves the order. The phone stays: it was delivered.
    let names = ["line_refunded", "warranty_refunded", "line_refunded", "units_removed"];
    assert_eq!(names_after_sale(&refunded), names);
    // 543.13 for the phone, 30.00 for the plan's own line.
    assert_eq!(refunded.refunded(), 57_313);
    refunded.order();
    // Once, also with the order, whose currency then counts.
    let both = json!({
        "order": body("partial-refund/updated.json"),
        "refunds": body("partial-refund/refunds.json"),
    });
    let again = refunded.import("partial-refund/refunds.json").import_value(&both);
    assert_eq!(names_after_sale(&again), names);
    let plans = json!([{"sku": "PLAN-500", "program": "repair", "provider": "wisetech-service"}]);
    let together = shop(json!({"plans": plans})).import_value(&both);
    assert_eq!(together.refunded(), 57_313);
    together.order();
}

#[test]
fn m7_one_of_two_phones_is_refunded_and_the_only_plan_stays_with_the_other() {
    let mut order = body("partial-refund/completed.json");
    order["line_items"][1]["quantity"] = json!(1);
    order["line_items"][1]["total"] = json!("30.00");
    let refund = &body("partial-refund/refunds.json")[0];
    let shop = || a_shop_with_plans("sku", "PLAN-500");
    let delivered = shop().import_value(&order).import_value(refund);
    // Before it is sent, the unit leaves the order.
    let mut open = order.clone();
    open["status"] = json!("processing");
    open["date_completed"] = Value::Null;
    open["date_completed_gmt"] = Value::Null;
    let cancelled = shop().import_value(&open).import_value(refund);
    assert_eq!(cancelled.names()[2..], ["line_refunded", "units_removed"]);
    for story in [delivered, cancelled] {
        let units = story.order().units.values();
        let covered = units.clone().filter(|unit| unit.is_covered());
        assert_eq!(covered.map(|unit| unit.refunded).collect::<Vec<_>>(), [0]);
        let gone = units.filter(|unit| unit.is_refunded_in_full());
        assert!(gone.map(|unit| unit.warranty.is_none()).eq([true]));
    }
}

#[test]
fn m7_an_order_does_not_say_which_lines_were_refunded() {
    let updated = sold().webhook("order.updated", "partial-refund/updated.json");
    assert_eq!((updated.names(), updated.codes()), (SOLD.to_vec(), vec!["no_refund_lines"; 2]));
    let then = updated.import("partial-refund/refunds.json");
    assert_eq!(then.refunded(), 57_313);
}

#[test]
fn a_refund_by_itself_needs_the_shops_currency() {
    let without = shop(json!({})).import("completed/completed.json").import("goodwill/refund.json");
    assert_eq!(without.codes(), ["no_currency"]);
    let own = {
        let mut refund = body("goodwill/refund.json");
        refund["currency"] = json!("USD");
        shop(json!({})).import("completed/completed.json").import_value(&refund)
    };
    assert_eq!(own.refunded(), 2_000);
}

#[test]
fn m7_goodwill_lowers_the_price_of_the_only_device() {
    for (file, amount) in
        [("goodwill/refund.json", 2_000), ("goodwill/amount-on-a-line.json", 5_000)]
    {
        let refunded = a_shop().import("completed/completed.json").import(file);
        assert_eq!(names_after_sale(&refunded), ["line_refunded"], "{file}");
        assert_eq!(refunded.refunded(), amount, "{file}");
        refunded.order();
    }
    let shipping = a_shop().import("completed/completed.json");
    let shipping = shipping.import("goodwill/refund-shipping-only.json");
    assert_eq!((shipping.refunded(), shipping.codes()), (0, vec!["no_concern"]));
}

#[test]
fn m7_an_order_that_was_refunded_in_full_says_enough() {
    let refunded = a_shop().webhook("order.updated", "refunded/updated.json");
    assert_eq!(refunded.names(), ["placed", "paid", "line_refunded", "units_removed"]);
    assert_eq!(refunded.refunded(), 50_000);
    // Its full body says nothing new.
    let mut full = body("goodwill/refund.json");
    full["amount"] = json!("510.00");
    let again = refunded.import_value(&full);
    assert_eq!(again.refunded(), 50_000);
    again.order();
}

/// The refund that the status `refunded` makes: all of the order, and no lines.
fn refund_by_status(order: &Value) -> Value {
    let mut refund = body("goodwill/refund.json");
    refund["parent_id"] = order["id"].clone();
    refund["amount"] = order["total"].clone();
    refund
}

/// The order once it has this refund.
fn with_refund(order: &Value, refund: &Value) -> Value {
    let mut order = order.clone();
    order["status"] = json!("refunded");
    order["date_modified_gmt"] = json!("2025-03-13T12:00:00");
    let total = format!("-{}", refund["amount"].as_str().unwrap());
    order["refunds"] = json!([{"id": refund["id"], "reason": "", "total": total}]);
    order
}

#[test]
fn m7_a_refund_by_status_is_one_in_any_order_of_arrival() {
    for file in ["completed/completed.json", "partial-refund/completed.json", "fees/order.json"] {
        let order = body(file);
        let refund = refund_by_status(&order);
        let webhook = with_refund(&order, &refund);
        let both = json!({"order": order, "refunds": [refund]});
        let reports = [order.clone(), refund.clone(), webhook.clone(), both];
        let mut results = Vec::new();
        for used in
            [vec![0, 1, 2], vec![0, 2, 1], vec![1, 0, 2], vec![3, 2], vec![0, 3], vec![2, 1]]
        {
            let shop = a_shop_with_plans("sku", "PLAN-500");
            let played = used.iter().fold(shop, |played, at| played.import_value(&reports[*at]));
            let units = played.order().units.values();
            assert!(units.clone().all(|unit| unit.remaining().amount == 0), "{file} {used:?}");
            let plans: Vec<_> =
                units.filter_map(|unit| Some(unit.plan.as_ref()?.refunded)).collect();
            results.push((played.refunded(), plans));
        }
        assert!(results.iter().all(|result| *result == results[0]), "{file}: {results:?}");
    }
}

/// The status refunds what the refunds before have left. The API lists the last refund first.
#[test]
fn m7_a_refund_by_status_is_for_what_the_others_left() {
    let order = body("partial-refund/completed.json");
    let mut rest = refund_by_status(&order);
    rest["id"] = json!(790);
    rest["amount"] = json!("583.12");
    rest["date_created_gmt"] = json!("2025-04-30T12:00:00");
    let mut refunds = body("partial-refund/refunds.json").as_array().unwrap().clone();
    refunds.push(rest);
    refunds.reverse();
    let both = json!({"order": order, "refunds": refunds});
    let played = a_shop_with_plans("sku", "PLAN-500").import_value(&both);
    let units = || played.order().units.values();
    assert!(units().all(|unit| unit.remaining().amount == 0), "{:?}", played.names());
    let plans: Vec<_> = units().filter_map(|unit| Some(unit.plan.as_ref()?.refunded)).collect();
    assert_eq!(plans, [3_000, 3_000]);
}

#[test]
fn m7_money_back_in_an_order_of_one_unit_was_for_that_unit() {
    let mut order = body("cash-on-delivery/completed.json");
    order["refunds"] = json!([{"id": 732, "reason": "", "total": "-40.00"}]);
    let refunded = a_shop().import_value(&order);
    assert_eq!(refunded.refunded(), 4_000);
    refunded.order();
}

#[test]
fn m7_shipping_and_fees_are_part_of_no_price() {
    let refunded = a_shop().import("fees/order.json").import("fees/refund.json");
    assert_eq!(refunded.names(), ["placed", "paid", "line_refunded", "units_removed"]);
    assert_eq!(refunded.refunded(), 50_000);
    refunded.order();
}

#[test]
fn a_refund_finds_its_order_by_its_link_in_older_releases() {
    let mut refund = body("goodwill/refund.json");
    refund.as_object_mut().unwrap().remove("parent_id");
    let by_link = a_shop().import("completed/completed.json").import_value(&refund);
    assert_eq!(by_link.refunded(), 2_000);
    refund["_links"] = Value::Null;
    let unknown = a_shop().import_value(&refund);
    assert_eq!(unknown.codes(), ["missing"]);
}
