//! What a GraphQL query must ask for. An answer without it is dead-lettered with the field's name.

use recourse_order_intake::feed::Unusable;
use recourse_order_intake::feed::shopify::TOPICS;
use serde_json::{Value, json};

use crate::exports::{bulk_orders, import};
use crate::{Played, a_shop, json_of, shop};

/// The reason of an answer whose query did not ask for these fields.
pub(crate) fn not_queried(fields: &[&str]) -> Unusable {
    Unusable::NotQueried(fields.iter().map(|field| (*field).to_owned()).collect())
}

/// Takes a field out of an answer, as if its query had not asked for it.
pub(crate) fn without(answer: &mut Value, path: &str) {
    if let Some(items) = answer.as_array_mut() {
        for item in items {
            without(item, path);
        }
        return;
    }
    if let (Some(nodes), false) = (answer.get_mut("nodes"), path.starts_with("pageInfo")) {
        without(nodes, path);
        return;
    }
    match path.split_once('.') {
        Some((name, rest)) => {
            let inner = answer.get_mut(name);
            without(inner.unwrap_or_else(|| panic!("{name} of {path}")), rest);
        }
        None => assert!(answer.as_object_mut().unwrap().remove(path).is_some(), "{path}"),
    }
}

/// An order that buys a warranty.
pub(crate) fn an_order() -> Value {
    let mut order = json_of("graphql/order.json")["data"]["order"].take();
    let attributes = &mut order["lineItems"]["nodes"][0]["customAttributes"];
    let warranty = json!({"key": "recourse_warranty", "value": "repair:tomrepair:11.94"});
    attributes.as_array_mut().unwrap().push(warranty);
    order
}

/// The reasons of an order whose query did not ask for this field.
fn reasons(without_field: &str, shop: Played) -> Played {
    let mut order = an_order();
    // A part of the order is still to come, so each shipment must name its lines.
    order["displayFulfillmentStatus"] = json!("PARTIALLY_FULFILLED");
    without(&mut order, without_field);
    import(shop, order)
}

const OF_AN_ORDER: &[&str] = &[
    "createdAt",
    "updatedAt",
    "cancelledAt",
    "test",
    "taxesIncluded",
    "displayFinancialStatus",
    "totalPriceSet.shopMoney.amount",
    "shippingAddress",
    "shippingAddress.countryCodeV2",
    "shippingAddress.provinceCode",
    "shippingAddress.city",
    "lineItems",
    "lineItems.id",
    "lineItems.quantity",
    "lineItems.currentQuantity",
    "lineItems.originalUnitPriceSet.shopMoney.amount",
    "lineItems.taxLines",
    "lineItems.taxLines.priceSet.shopMoney.amount",
    "lineItems.discountAllocations",
    "lineItems.discountAllocations.allocatedAmountSet.shopMoney.amount",
    "lineItems.customAttributes.value",
    // The order has fewer units than before.
    "refunds",
    "refunds.refundLineItems",
    "refunds.refundLineItems.quantity",
    "refunds.refundLineItems.lineItem.id",
];

const OF_A_PART: &[&str] = &[
    "refunds.id",
    "refunds.createdAt",
    "refunds.refundLineItems.restockType",
    "refunds.refundLineItems.subtotalSet.shopMoney.amount",
    "refunds.refundLineItems.totalTaxSet.shopMoney.amount",
    "refunds.transactions",
    "refunds.transactions.id",
    "refunds.transactions.kind",
    "refunds.transactions.status",
    "refunds.transactions.amountSet.shopMoney.amount",
    "refunds.transactions.amountSet.shopMoney.currencyCode",
    "refunds.refundShippingLines",
    "refunds.refundShippingLines.subtotalAmountSet.shopMoney.amount",
    "refunds.refundShippingLines.taxAmountSet.shopMoney.amount",
    "refunds.orderAdjustments",
    "refunds.orderAdjustments.amountSet.shopMoney.amount",
    "refunds.orderAdjustments.taxAmountSet.shopMoney.amount",
    "fulfillments.id",
    "fulfillments.displayStatus",
    "fulfillments.fulfillmentLineItems",
    "fulfillments.fulfillmentLineItems.quantity",
    "fulfillments.fulfillmentLineItems.lineItem.id",
];

#[test]
fn an_order_is_refused_if_its_query_did_not_ask_for_a_field() {
    for field in OF_AN_ORDER {
        let played = reasons(field, a_shop());
        assert_eq!(played.unusable, [not_queried(&[field])], "{field}");
        assert!(played.events.is_empty(), "{field}");
        let reason = played.unusable[0].to_string();
        assert!(reason.contains(field) && reason.contains("add it to the query"), "{reason}");
    }
}

/// Without its attributes it is not known whether it buys one.
#[test]
fn an_order_without_its_attributes_is_read_and_says_that_they_are_missing() {
    for field in ["lineItems.customAttributes", "lineItems.customAttributes.key"] {
        let played = reasons(field, a_shop());
        assert_eq!(played.names()[0], "placed", "{field}");
        let [Unusable::NotQueried(fields)] = &played.unusable[..] else { panic!("{field}") };
        assert!(fields.contains(&field.to_owned()), "{fields:?}");
    }
}

#[test]
fn a_part_of_an_order_is_refused_alone_if_its_query_did_not_ask_for_a_field() {
    for field in OF_A_PART {
        let played = reasons(field, a_shop());
        assert_eq!(played.unusable, [not_queried(&[field])], "{field}");
        assert_eq!(played.names()[..2], ["placed", "paid"], "{field}");
    }
}

#[test]
fn a_list_that_may_be_a_full_page_must_say_whether_it_has_a_further_one() {
    for (items, is_read) in [(4, true), (5, false), (9, true), (10, false)] {
        let mut order = an_order();
        without(&mut order, "lineItems.pageInfo");
        let lines = order["lineItems"]["nodes"].as_array_mut().unwrap();
        let line = lines[0].clone();
        for number in lines.len()..items {
            let mut line = line.clone();
            line["id"] = json!(format!("gid://shopify/LineItem/77{number}"));
            lines.push(line);
        }
        let played = import(a_shop(), order);
        let reason = not_queried(&["lineItems.pageInfo.hasNextPage"]);
        assert_eq!(!played.unusable.contains(&reason), is_read, "{items}");
    }
}

#[test]
fn an_order_whose_total_is_that_of_its_lines_needs_no_taxes_and_discounts() {
    let mut answer = json_of("graphql/few-fields.json");
    let played = import(a_shop(), answer.clone());
    assert_eq!((played.names(), &played.unusable[..]), (vec!["placed", "paid"], &[][..]));
    assert!(played.order().placed.lines[0].warranty.is_some());
    answer["data"]["orders"]["edges"][0]["node"]["totalPriceSet"]["shopMoney"]["amount"] =
        json!("227.40");
    let taxed = import(a_shop(), answer);
    assert!(taxed.events.is_empty());
    let [Unusable::NotQueried(fields)] = &taxed.unusable[..] else { panic!() };
    assert!(fields.contains(&"lineItems.taxLines".to_owned()), "{fields:?}");
}

/// A phone of 500.00, of which a coupon takes as much as shipping or tax adds.
#[test]
fn a_discount_that_shipping_or_tax_makes_up_for_is_noticed_if_anything_shows_it() {
    let money = |amount: &str| json!({"shopMoney": {"amount": amount, "currencyCode": "USD"}});
    let with = |fields: Value| {
        let mut answer = json_of("graphql/few-fields.json");
        let order = &mut answer["data"]["orders"]["edges"][0]["node"];
        for (name, value) in fields.as_object().unwrap() {
            order[name] = value.clone();
        }
        import(a_shop(), answer)
    };
    for shown in [
        json!({"totalDiscountsSet": money("10.00")}),
        json!({"totalShippingPriceSet": money("10.00")}),
        json!({"subtotalPriceSet": money("200.94")}),
        json!({"totalTaxSet": money("10.00")}),
        json!({"totalShippingPriceSet": money("10.00"), "totalTaxSet": money("0.0")}),
        json!({"shippingLine": {"originalPriceSet": money("10.00")}}),
        json!({"shippingLines": {"nodes": [{"discountedPriceSet": money("10.00")}]}}),
        json!({"discountCodes": ["TEN"]}),
    ] {
        let played = with(shown.clone());
        assert!(played.events.is_empty(), "{shown}");
        let [Unusable::NotQueried(fields)] = &played.unusable[..] else { panic!("{shown}") };
        assert!(fields.contains(&"lineItems.discountAllocations".to_owned()), "{fields:?}");
    }
    for nothing_else in [
        json!({"totalDiscountsSet": money("0.0"), "totalShippingPriceSet": money("0.00")}),
        json!({"subtotalPriceSet": money("210.94"), "totalTaxSet": money("9.94")}),
        json!({"totalShippingPriceSet": money("0.00"), "totalTaxSet": money("0.00")}),
        json!({"taxesIncluded": true, "totalTaxSet": money("9.94")}),
        json!({"discountCodes": [], "discountCode": null, "shippingLine": null}),
    ] {
        let played = with(nothing_else.clone());
        assert_eq!(played.names(), ["placed", "paid"], "{nothing_else}");
        played.order();
    }
}

#[test]
fn an_order_that_buys_no_warranty_is_read_and_says_what_is_missing() {
    let played = import(a_shop(), bulk_orders("bulk/few-fields.jsonl").remove(0));
    assert_eq!(played.names(), ["placed"]);
    let fields = [
        "updatedAt",
        "cancelledAt",
        "test",
        "taxesIncluded",
        "totalPriceSet.shopMoney.amount",
        "shippingAddress.provinceCode",
        "shippingAddress.city",
        "lineItems.currentQuantity",
        "lineItems.taxLines",
        "lineItems.discountAllocations",
        "lineItems.customAttributes",
        "refunds.refundLineItems",
    ];
    assert!(played.unusable.contains(&not_queried(&fields)), "{:?}", played.unusable);
}

#[test]
fn the_currency_is_that_of_the_order_or_of_its_total() {
    let mut order = an_order();
    without(&mut order, "currencyCode");
    assert!(import(a_shop(), order.clone()).unusable.is_empty());
    without(&mut order, "totalPriceSet.shopMoney.currencyCode");
    assert_eq!(import(a_shop(), order).unusable, [not_queried(&["currencyCode"])]);
}

#[test]
fn what_matches_the_plans_of_a_shop_is_needed_only_there() {
    for (by, field) in [
        ("sku", "lineItems.sku"),
        ("product_id", "lineItems.product.id"),
        ("product_type", "lineItems.product.productType"),
    ] {
        let plan = json!({by: "P", "program": "repair", "provider": "wisetech-service"});
        let settings = json!({ "plans": [plan] });
        let played = import(shop(settings.clone()), an_order());
        assert_eq!(played.unusable, [not_queried(&[field])]);
        let mut order = an_order();
        order["lineItems"]["nodes"][0]["sku"] = Value::Null;
        order["lineItems"]["nodes"][0]["product"] = Value::Null;
        assert!(import(shop(settings), order).unusable.is_empty(), "it has none");
    }
}

#[test]
fn what_is_null_was_asked_for() {
    let mut order = an_order();
    order["displayFinancialStatus"] = Value::Null;
    order["shippingAddress"] = Value::Null;
    order["sourceName"] = Value::Null;
    order["lineItems"]["nodes"][0]["customAttributes"] = json!([]);
    assert!(import(a_shop(), order).unusable.is_empty());
}

#[test]
fn the_only_shipment_of_a_fulfilled_order_is_all_of_it() {
    let mut order = an_order();
    without(&mut order, "fulfillments.fulfillmentLineItems");
    assert!(import(a_shop(), order).names().contains(&"delivered"));
}

#[test]
fn a_refund_a_shipment_and_a_payment_by_themselves_name_their_order() {
    let order = an_order();
    let refund = order["refunds"][0].clone();
    for part in [&order["fulfillments"][0], &refund, &refund["transactions"]["nodes"][0]] {
        let alone = import(a_shop(), part.clone());
        assert_eq!(alone.unusable, [not_queried(&["order.id"])]);
        let mut of_it = part.clone();
        of_it["order"] = json!({"id": order["id"]});
        of_it["processedAt"] = order["updatedAt"].clone();
        let played = import(import(a_shop(), order.clone()), of_it);
        let is_used = |reason: &Unusable| !matches!(reason, Unusable::NotQueried(_));
        assert!(played.unusable.iter().all(is_used), "{:?}", played.unusable);
    }
}

/// The page of the service has a query that can be copied.
#[test]
fn the_documented_query_asks_for_every_field() {
    let page = include_str!("../../README.md");
    let query = page.split("```graphql").nth(1).and_then(|rest| rest.split("```").next());
    let query = query.expect("a query");
    let words: Vec<&str> = query.split(|c: char| !c.is_alphanumeric()).collect();
    let in_some_cases = ["sourceName", "retailLocation.id", "fulfillments.deliveredAt"];
    for path in OF_AN_ORDER.iter().chain(OF_A_PART).chain(&in_some_cases) {
        for field in path.split('.') {
            assert!(words.contains(&field), "`{field}` of `{path}`");
        }
    }
}

#[test]
fn the_page_of_the_service_has_every_topic() {
    let page = include_str!("../../README.md");
    for topic in TOPICS {
        assert!(page.contains(&format!("`{topic}`")), "{topic}");
    }
}

/// A line of shipping that costs nothing has no tax.
#[test]
fn the_tax_of_refunded_shipping_is_needed_if_it_was_paid_for() {
    for (amount, is_read) in [("0.00", true), ("10.00", false)] {
        let mut order = an_order();
        let line = &mut order["refunds"][0]["refundShippingLines"]["nodes"][0];
        line["subtotalAmountSet"]["shopMoney"]["amount"] = json!(amount);
        line.as_object_mut().unwrap().remove("taxAmountSet");
        let played = import(a_shop(), order);
        let reason = not_queried(&["refunds.refundShippingLines.taxAmountSet.shopMoney.amount"]);
        assert_eq!(!played.unusable.contains(&reason), is_read, "{amount}");
    }
}
