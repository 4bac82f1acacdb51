//! Fees: what is charged besides products is part of no price, and a fee below zero is a discount.

use serde_json::{Value, json};

use crate::{Played, a_shop, body};

/// An order of one phone for 1,000.00 and a discount of 50.00 that is a fee.
fn discounted() -> Value {
    let mut order = body("fees/order.json");
    let line = &mut order["line_items"][0];
    line["total"] = json!("1000.00");
    order["fee_lines"] = json!([{"id": 89, "name": "Loyalty", "total": "-50.00", "total_tax": ""}]);
    order["total"] = json!("950.00");
    order["status"] = json!("completed");
    order["date_completed_gmt"] = json!("2025-03-10T18:00:00");
    order
}

/// The same with two phones.
fn two_discounted() -> Value {
    let mut order = discounted();
    order["line_items"][0]["quantity"] = json!(2);
    order["line_items"][0]["total"] = json!("2000.00");
    order["total"] = json!("1950.00");
    order
}

/// The price of the first line's units, and the tax in it.
fn price(played: &Played) -> (i64, Option<i64>) {
    let line = &played.order().placed.lines[0];
    (line.unit_price.amount, line.unit_tax.map(|tax| tax.amount))
}

/// How much was refunded for each unit, and whether nothing is left of its price.
fn refunds(played: &Played) -> Vec<(i64, bool)> {
    let units = played.order().units.values();
    units.map(|unit| (unit.refunded, unit.remaining().amount == 0)).collect()
}

/// A refund of these units of the line, of which `amount` was paid back.
fn refund(quantity: i64, subtotal: &str, fee: Option<&str>, amount: &str) -> Value {
    let mut refund = body("fees/refund.json");
    refund["amount"] = json!(amount);
    refund["parent_id"] = json!(790);
    refund["line_items"][0]["quantity"] = json!(-quantity);
    refund["line_items"][0]["total"] = json!(format!("-{subtotal}"));
    refund["fee_lines"] = fee.map_or(json!([]), |fee| json!([{"id": 90, "total": fee}]));
    refund
}

#[test]
fn m1_a_fee_below_zero_is_a_discount() {
    let sold = a_shop().import_value(&discounted());
    assert_eq!(sold.names(), ["placed", "paid", "delivered", "completed"]);
    assert_eq!(price(&sold), (95_000, None));
    // What is charged on top is part of no device's price.
    let mut wrapped = discounted();
    let wrap = json!({"id": 90, "name": "Gift wrap", "total": "4.00", "total_tax": "0.3333"});
    wrapped["fee_lines"].as_array_mut().unwrap().push(wrap);
    assert_eq!(price(&a_shop().import_value(&wrapped)).0, 95_000);
    let mut broken = discounted();
    broken["fee_lines"][0]["total"] = json!("-1,50");
    assert!(a_shop().import_value(&broken).codes().contains(&"value"));
}

#[test]
fn m6_a_discount_is_spread_over_the_lines_by_their_worth() {
    let mut order = discounted();
    let mut case = order["line_items"][0].clone();
    (case["id"], case["total"], case["meta_data"]) = (json!(316), json!("20.01"), json!([]));
    let mut gone = case.clone();
    (gone["id"], gone["quantity"]) = (json!(317), json!(0));
    order["line_items"].as_array_mut().unwrap().extend([gone, case]);
    let sold = a_shop().import_value(&order);
    let prices: Vec<_> =
        sold.order().placed.lines.iter().map(|line| line.unit_price.amount).collect();
    assert_eq!((prices.len(), prices.iter().sum::<i64>()), (2, 97_001));
    assert_eq!(prices, [95_099, 1_902]);
    // More than the lines are worth is for shipping.
    order["fee_lines"][0]["total"] = json!("-2000.00");
    let free = a_shop().import_value(&order);
    assert!(free.order().placed.lines.iter().all(|line| line.unit_price.amount == 0));
}

#[test]
fn m1_the_tax_of_a_discount_lowers_that_of_the_price() {
    let mut added = discounted();
    added["line_items"][0]["total_tax"] = json!("100.00");
    added["fee_lines"][0]["total_tax"] = json!("-5.00");
    added["total"] = json!("1045.00");
    assert_eq!(price(&a_shop().import_value(&added)), (104_500, Some(9_500)));
    added["prices_include_tax"] = json!(true);
    assert_eq!(price(&a_shop().import_value(&added)), (104_500, None));
    let free = {
        let mut order = discounted();
        order["line_items"][0]["total_tax"] = json!("100.00");
        order["fee_lines"][0]["total"] = json!("-1090.00");
        order["total"] = json!("10.00");
        a_shop().import_value(&order)
    };
    assert_eq!(price(&free), (1_000, Some(1_000)), "never more tax than price");
}

#[test]
fn m7_what_was_paid_is_all_of_a_discounted_order() {
    let mut short = discounted();
    short["status"] = json!("refunded");
    short["refunds"] = json!([{"id": 791, "reason": "", "total": "-950.00"}]);
    let by_status = {
        let mut refund = body("goodwill/refund.json");
        (refund["id"], refund["parent_id"]) = (json!(791), json!(790));
        refund["amount"] = json!("950.00");
        refund
    };
    for (file, reports) in [
        ("short", vec![discounted(), short.clone()]),
        ("by status", vec![json!({"order": discounted(), "refunds": [by_status]})]),
        ("alone", vec![discounted(), by_status]),
        ("line", vec![discounted(), refund(1, "1000.00", Some("50.00"), "950.00")]),
        (
            "both",
            vec![json!({
                "order": discounted(), "refunds": [refund(1, "1000.00", Some("50.00"), "950.00")],
            })],
        ),
    ] {
        let played = reports.iter().fold(a_shop(), Played::import_value);
        assert_eq!(refunds(&played), [(95_000, true)], "{file}: {:?}", played.names());
    }
    // Part of it is not all of it.
    short["refunds"][0]["total"] = json!("-900.00");
    let part = a_shop().import_value(&discounted()).import_value(&short);
    assert_eq!(refunds(&part), [(90_000, false)]);
}

/// The line is worth 1,000.00 for a unit, of which 975.00 was paid.
#[test]
fn m7_a_discount_that_is_paid_back_too_is_part_of_no_price() {
    for (fee, amount) in [(None, "1000.00"), (Some("25.00"), "975.00")] {
        let one = refund(1, "1000.00", fee, amount);
        let both = json!({"order": two_discounted(), "refunds": [one]});
        let played = a_shop().import_value(&both);
        assert_eq!(refunds(&played), [(0, false), (97_500, true)], "{amount}");
    }
}
