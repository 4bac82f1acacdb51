//! Answers of the API and bulk operations: they say the same as webhooks.

use recourse_order_intake::domain::OrderEvent;
use recourse_order_intake::feed::Unusable;
use recourse_order_intake::feed::shopify::{Export, bulk, is_record, records};
use serde_json::{Value, json};

use crate::{Played, SHOP, a_shop, body, identities, json_of, shop_next_to};

const OTHER: &str = "b-shop.myshopify.com";

/// The orders of a bulk operation, with their children.
pub(crate) fn bulk_orders(file: &str) -> Vec<Value> {
    let mut orders: Vec<Value> = Vec::new();
    for line in body(file).lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        if bulk::is_order(&object) {
            orders.push(object);
        } else {
            bulk::attach(orders.last_mut().unwrap(), object).unwrap();
        }
    }
    orders
}

/// An import of this value.
pub(crate) fn import(mut played: Played, value: Value) -> Played {
    let (shops, identities) = (played.shops.clone(), identities());
    let export = Export { shop: SHOP, shops: &shops, identities: &identities };
    let read = export.translate_value(value);
    played.decide(read);
    played
}

#[test]
fn answers_for_one_order_its_shipments_and_its_refunds_are_read() {
    let played = a_shop()
        .import("answers/order.json")
        .import("answers/fulfillments.json")
        .import("answers/refunds.json");
    assert_eq!(played.names(), ["placed", "paid", "delivered", "line_refunded"]);
    assert_eq!(played.refunded(), 19_900);
    played.order();
    // The same in the singular, and as webhooks.
    let one = |file: &str, many: &str, one: &str| json!({ one: json_of(file)[many][0] });
    let again = import(played, one("answers/fulfillments.json", "fulfillments", "fulfillment"));
    let again = import(again, one("answers/refunds.json", "refunds", "refund"));
    let order = json_of("answers/order.json")["order"].to_string();
    assert_eq!(again.webhook_of("orders/updated", &order).names().len(), 4, "nothing is new");
}

#[test]
fn the_payments_of_an_order_are_read_as_an_answer() {
    let payments = json!({"transactions": [
        {"id": 1, "order_id": 450_789_469, "kind": "sale", "status": "success", "amount": "210.94"},
    ]});
    let played = import(a_shop().import("answers/order.json"), payments);
    assert_eq!(played.names(), ["placed", "paid"]);
    assert!(matches!(played.unusable[..], [Unusable::Ignored(_)]), "the order reports it itself");
}

#[test]
fn an_answer_of_graphql_is_read_like_a_webhook() {
    let played = a_shop().import("graphql/orders.json");
    assert_eq!(played.names(), ["placed", "paid"]);
    let warranty = played.order().placed.lines[0].warranty.as_ref().unwrap();
    assert_eq!(warranty.price.amount, 1_194);
    assert_eq!(played.order().placed.number, "450789469");
}

#[test]
fn a_node_of_graphql_has_its_shipments_refunds_and_completion() {
    let played = a_shop().import("graphql/order.json");
    assert_eq!(played.names(), ["placed", "paid", "delivered", "line_refunded", "completed"]);
    // Two phones for 390.00 with 20.00 of tax; one of them was paid back.
    assert_eq!(played.refunded(), 20_500);
    let OrderEvent::Delivered(delivered) = &played.events[2] else { panic!() };
    assert_eq!(delivered.delivered_at.to_rfc3339(), "2025-03-09T23:00:00+00:00");
    played.order();
}

#[test]
fn a_bulk_operation_is_read_order_by_order() {
    let mut orders = bulk_orders("bulk/orders.jsonl");
    assert_eq!(orders.len(), 2);
    let without_lines = import(a_shop(), orders.pop().unwrap());
    assert_eq!(without_lines.unusable, [Unusable::NotQueried(vec!["lineItems".to_owned()])]);
    let played = import(a_shop(), orders.pop().unwrap());
    assert_eq!(played.names()[..2], ["placed", "paid"]);
    assert_eq!(played.order().placed.lines.len(), 2);
}

#[test]
fn a_child_without_its_order_and_an_error_of_the_api_are_refused_with_the_remedy() {
    let parent = "gid://shopify/Order/1";
    let child = json!({"id": "gid://shopify/LineItem/2", "__parentId": parent});
    let error = json!({"data": {"orders": null}, "errors": [{"message": "Throttled"}]});
    for value in [child, error, json!({"errors": "Not Found"})] {
        let played = import(a_shop(), value.clone());
        assert!(matches!(played.unusable[..], [Unusable::Incomplete(_)]), "{value}");
    }
}

#[test]
fn each_order_of_a_page_is_read_alone() {
    let page = json_of("page/two-bad-orders.json");
    assert!(!is_record(&page));
    let reasons = records(page).into_iter().map(|order| import(a_shop(), order).unusable.len());
    let unusable: Vec<bool> = reasons.map(|reasons| reasons > 0).collect();
    assert_eq!(unusable, [false, true, true]);
}

#[test]
fn a_stored_webhook_of_another_shop_has_the_settings_of_that_shop() {
    // Given: only the other shop sells its warranties as a product, and keeps test orders apart.
    let plan = json!({"product_id": "632910399", "program": "repair",
                      "provider": "wisetech-service"});
    let other = json!({"domain": OTHER, "complete_after_days": 20, "plans": [plan]});
    let order = json!({
        "id": 81, "currency": "USD", "created_at": "2025-03-05T10:00:00Z", "email": "a@b.example",
        "shipping_address": {"city": "Austin", "province_code": "TX", "country_code": "US"},
        "line_items": [
            {"id": 1, "title": "Galaxy S24", "vendor": "Samsung", "product_id": 7, "quantity": 1,
             "price": "500.00", "requires_shipping": true},
            {"id": 2, "title": "Three years", "product_id": 632_910_399_i64, "quantity": 1,
             "price": "50.00", "requires_shipping": false},
        ],
    });
    for named in [
        json!({"topic": "orders/create", "shop": OTHER, "body": order}),
        json!({"topic": "orders/create", "shop": "https://B-Shop.myshopify.com/", "body": order}),
        json!({"headers": {"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": OTHER},
               "body": order.to_string()}),
    ] {
        // When: its webhook is in a file of this shop.
        let played = import(shop_next_to(json!({}), std::slice::from_ref(&other)), named.clone());
        // Then: it is an order of that shop, with the warranty that its settings name.
        let order = &played.order().placed;
        assert_eq!(order.marketplace, OTHER, "{named}");
        assert_eq!(order.complete_after_days, Some(20), "{named}");
        let warranties = order.lines.iter().filter(|line| line.warranty.is_some());
        assert_eq!(warranties.count(), 1, "{named}");
    }
    let own = json!({"topic": "orders/create", "body": order});
    let played = import(shop_next_to(json!({}), std::slice::from_ref(&other)), own);
    assert_eq!(played.order().placed.marketplace, SHOP);
    assert!(played.order().placed.lines.iter().all(|line| line.warranty.is_none()));
}

#[test]
fn a_stored_test_order_of_another_shop_is_kept_apart_as_that_shop_wants_it() {
    let apart = json!({"domain": OTHER, "test_orders": "apart"});
    let stored = json!({"topic": "orders/create", "shop": OTHER,
                        "body": json_of("test-order/order.json")});
    let played = import(shop_next_to(json!({}), &[apart]), stored);
    assert_eq!(played.order_so_far().placed.marketplace, format!("{OTHER}/test"));
}

#[test]
fn a_request_about_personal_data_names_its_shop_itself() {
    let mut redact = json_of("privacy/redact.json");
    redact["shop_domain"] = json!(OTHER);
    for value in [redact.clone(), json!({"topic": "customers/redact", "body": redact})] {
        let (shops, identities) = (a_shop().shops, identities());
        let export = Export { shop: SHOP, shops: &shops, identities: &identities };
        let read = export.translate_value(value);
        let marketplaces: Vec<_> = read.iter().flatten().map(|fact| &fact.marketplace).collect();
        assert!(!marketplaces.is_empty() && marketplaces.iter().all(|name| *name == OTHER));
    }
}

/// The message of the only reason, which is that something is missing.
fn incomplete(played: &Played) -> String {
    let [Unusable::Incomplete(why)] = &played.unusable[..] else { panic!("{:?}", played.unusable) };
    why.to_string()
}

/// An answer with an order, another one, and these errors.
fn two_orders(errors: Value) -> Value {
    let mut answer = json_of("graphql/orders.json");
    let edges = answer["data"]["orders"]["edges"].as_array_mut().unwrap();
    let mut other = edges[0].clone();
    other["node"]["id"] = json!("gid://shopify/Order/450789470");
    other["node"]["displayFinancialStatus"] = Value::Null;
    edges.push(other);
    answer["errors"] = errors;
    answer
}

#[test]
fn an_order_that_an_error_of_the_answer_is_about_is_refused_with_its_message() {
    let denied = "Access denied for displayFinancialStatus field.";
    let path = json!(["orders", "edges", 1, "node", "displayFinancialStatus"]);
    let played = import(a_shop(), two_orders(json!([{"message": denied, "path": path}])));
    assert_eq!(played.names(), ["placed", "paid"], "the other order");
    assert_eq!(played.order_so_far().placed.number, "450789469");
    assert!(incomplete(&played).contains(denied));
    let whole = import(a_shop(), two_orders(json!([{"message": "Timeout"}])));
    assert!(whole.events.is_empty());
    assert_eq!(whole.unusable.len(), 2, "an error without a path is about all of them");
    let none = import(a_shop(), two_orders(json!([])));
    assert_eq!(none.names(), ["placed", "paid", "placed"]);
    none.order();
    // A single order, of which nothing is left.
    let answer =
        json!({"data": {"order": null}, "errors": [{"message": denied, "path": ["order"]}]});
    assert!(incomplete(&import(a_shop(), answer)).contains(denied));
}

#[test]
fn an_answer_without_the_order_that_was_asked_for_says_so() {
    for answer in [
        json!({"data": {"order": null}}),
        json!({"data": {"node": null}, "extensions": {}}),
        json!({"data": {"nodes": [null]}}),
        json!({"order": null}),
    ] {
        let reason = incomplete(&import(a_shop(), answer.clone()));
        assert!(reason.contains("no such record exists"), "{answer}: {reason}");
    }
}

#[test]
fn a_page_of_orders_with_a_further_one_is_read_and_says_so() {
    let mut answer = json_of("graphql/orders.json");
    for (has_more, reasons) in [(false, 0), (true, 1)] {
        answer["data"]["orders"]["pageInfo"] = json!({"hasNextPage": has_more, "endCursor": "x"});
        let played = import(a_shop(), answer.clone());
        assert_eq!((played.names(), played.unusable.len()), (vec!["placed", "paid"], reasons));
        if has_more {
            assert!(incomplete(&played).contains("further page"));
        }
    }
}
