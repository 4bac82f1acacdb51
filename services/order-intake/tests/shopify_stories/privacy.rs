//! Requests about personal data: recorded, without any of the data.

use recourse_kernel::Wire as _;
use recourse_order_intake::domain::events::{PrivacyRequestKind, PrivacyRequested, PrivacyScope};
use recourse_order_intake::domain::{OrderCommand, OrderEvent};
use recourse_order_intake::feed::Unusable;
use recourse_order_intake::feed::shop::{ShopSettings, Shops};
use recourse_order_intake::feed::shopify::{Export, Webhook, is_about_privacy, translate};
use serde_json::json;

use crate::{Played, SHOP, a_shop, body, identities, json_of};

fn requested(played: &Played) -> &PrivacyRequested {
    assert_eq!((&played.refused, &played.unusable), (&Vec::new(), &Vec::new()));
    let Some(OrderEvent::PrivacyRequested(requested)) = played.events.last() else {
        panic!("{:?}", played.events)
    };
    let stored = played.events.last().unwrap().encode().unwrap();
    let stored = String::from_utf8(stored).unwrap();
    for personal in ["pat@example.com", "7000000000001", "555-0100"] {
        assert!(!stored.contains(personal), "{stored}");
    }
    requested
}

fn commands(topic: &str, file: &str) -> Vec<Result<OrderCommand, Unusable>> {
    let webhook = Webhook { shop: SHOP, topic, is_test: false, id: "w-1" };
    let read = translate(webhook, body(file).as_bytes(), &ShopSettings::default(), &identities());
    read.into_iter().map(|fact| fact.map(|fact| fact.command)).collect()
}

#[test]
fn an_erasure_is_requested_for_the_orders_buyer() {
    let order = a_shop().webhook("orders/create", "completed/order.json");
    let buyer = order.order().placed.buyer.clone();
    let played = order.webhook("customers/redact", "privacy/redact.json");
    let requested = requested(&played);
    assert_eq!(
        (requested.kind, requested.scope),
        (PrivacyRequestKind::Erasure, PrivacyScope::Order)
    );
    assert_eq!(requested.buyer.as_ref(), Some(&buyer));
    assert_eq!(requested.order, played.order().id());
}

#[test]
fn a_copy_is_requested_under_the_shops_own_id() {
    let played = a_shop().webhook("customers/data_request", "privacy/data_request.json");
    let requested = requested(&played);
    assert_eq!(requested.kind, PrivacyRequestKind::Access);
    assert_eq!(requested.reference.as_deref(), Some("9999"));
}

#[test]
fn a_request_without_orders_is_about_the_buyer_or_the_shop() {
    let buyer = a_shop().webhook("customers/redact", "privacy/redact-without-orders.json");
    assert_eq!(requested(&buyer).scope, PrivacyScope::Buyer);
    assert!(requested(&buyer).buyer.as_ref().is_some_and(|buyer| buyer.starts_with("b-")));
    let shop = a_shop().webhook("shop/redact", "privacy/shop-redact.json");
    assert_eq!((requested(&shop).scope, &requested(&shop).buyer), (PrivacyScope::Shop, &None));
}

#[test]
fn each_order_has_its_request_also_for_a_buyer_known_by_e_mail() {
    let read = commands("customers/redact", "privacy/redact-by-email.json");
    let buyer = identities().buyer(SHOP, "email/kim@example.com");
    let numbers = ["5100000000002", "5100000000003"];
    assert_eq!(read.len(), numbers.len());
    for (command, number) in read.into_iter().zip(numbers) {
        let Ok(OrderCommand::RequestPrivacy(request)) = command else { panic!("{command:?}") };
        assert_eq!(request.order, identities().order(SHOP, number).unwrap());
        assert_eq!(request.buyer.as_ref(), Some(&buyer));
    }
}

/// The ids of the commands that a value in a file leads to.
fn ids_in_a_file(value: serde_json::Value) -> Vec<String> {
    let (shops, identities) = (Shops::default(), identities());
    let export = Export { shop: SHOP, shops: &shops, identities: &identities };
    let read = export.translate_value(value).into_iter();
    read.map(|fact| fact.unwrap().command_id()).collect()
}

#[test]
fn a_stored_webhook_is_the_request_that_was_sent() {
    let redact = json_of("privacy/redact.json");
    let webhook = Webhook { shop: SHOP, topic: "customers/redact", is_test: false, id: "w-1" };
    let (settings, sent) = (ShopSettings::default(), redact.to_string());
    let sent = translate(webhook, sent.as_bytes(), &settings, &identities());
    let sent: Vec<_> = sent.into_iter().map(|fact| fact.unwrap().command_id()).collect();
    let headers = json!({"X-Shopify-Webhook-Id": "w-1", "X-Shopify-Topic": "customers/redact"});
    for stored in [
        json!({"topic": "customers/redact", "webhook_id": "w-1", "body": redact}),
        json!({"topic": "CUSTOMERS_REDACT", "id": "w-1", "payload": redact.to_string()}),
        json!({"id": 77, "headers": headers, "body": redact}),
    ] {
        assert_eq!(ids_in_a_file(stored.clone()), sent, "{stored}");
    }
    let other = json!({"topic": "customers/redact", "webhook_id": "w-2", "body": redact});
    assert_ne!(ids_in_a_file(other), sent, "another request");
    assert_eq!(ids_in_a_file(redact).len(), sent.len(), "a body alone is read as well");
}

#[test]
fn a_request_that_cannot_be_read_says_why_without_the_data() {
    let read = commands("customers/redact", "privacy/broken.json");
    let [Err(unusable)] = &read[..] else { panic!("{read:?}") };
    assert!(!unusable.to_string().contains("pat"), "{unusable}");
    // Its body is not kept either.
    assert!(is_about_privacy("customers/redact") && !is_about_privacy("customers/update"));
}
