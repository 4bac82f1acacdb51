//! Answers of the API and bulk operations: they say the same as webhooks.

use recourse_order_intake::domain::OrderEvent;
use recourse_order_intake::feed::Unusable;
use recourse_order_intake::feed::shopify::{Export, bulk, is_record, records};
use serde_json::{Value, json};

use crate::{Played, SHOP, a_shop, body, identities, json_of};

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
    let (settings, identities) = (played.settings.clone(), identities());
    let export = Export { shop: SHOP, settings: &settings, identities: &identities };
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
