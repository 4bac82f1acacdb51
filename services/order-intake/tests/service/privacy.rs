//! Requests about personal data, and how a buyer is erased: also from dead letters, and also if it
//! is interrupted.

use chrono::TimeDelta;
use recourse_installation::Answer;
use recourse_kernel::{OrderId, OrderKeys, Role};
use recourse_order_intake::domain::OrderCommand;
use recourse_order_intake::domain::commands::ResolvePrivacyRequest;
use recourse_order_intake::domain::events::PrivacyOutcome;
use recourse_order_intake::import::{Files, Format, Import, import};
use recourse_order_intake::intake::{Intake, IntakeError, RawRecord};
use recourse_runtime::dead_letter::DeadLetter;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::market::Market;
use crate::{contains, shopify_order, signature};

const OPERATOR: (Role, &str) = (Role::Operator, "o-1");
const SHOP: &str = "privacy.example";
const OPEN: &str = "/v1/privacy-requests?state=open";

/// Sends a webhook as the shop.
async fn send(service: &Market, topic: &str, id: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let signed = signature(&body);
    let headers = [
        ("X-Shopify-Topic", topic),
        ("X-Shopify-Webhook-Id", id),
        ("X-Shopify-Shop-Domain", SHOP),
        ("X-Shopify-Hmac-Sha256", &signed),
    ];
    let taken = service.webhook(&headers, &body).await;
    assert_eq!(taken.status, StatusCode::OK, "{taken:?}");
    taken
}

/// An order of Jon's, who has no account at the shop.
async fn an_order(service: &Market, number: u64) -> String {
    send(service, "orders/create", &format!("o-{number}"), &shopify_order(number)).await;
    let order = OrderId::new(OrderKeys::development().key_of(SHOP, &number.to_string()));
    let path = format!("/v1/orders/{order}");
    service.get_until((Role::Marketplace, SHOP), &path, |it| it.status == StatusCode::OK).await;
    path
}

/// A request to erase the buyer of an order; returns its id.
async fn a_request(service: &Market, customer: &Value, order: u64) -> String {
    let redact = json!({"customer": customer, "orders_to_redact": [order]});
    send(service, "customers/redact", &format!("r-{order}"), &redact).await;
    let key = OrderKeys::development().key_of(SHOP, &order.to_string()).to_string();
    let is_it = move |item: &&Value| item["request"].as_str().is_some_and(|it| it.contains(&key));
    let items = |answer: &Answer| answer.body["items"].as_array().cloned().unwrap_or_default();
    let has_it = |answer: &Answer| items(answer).iter().any(|item| is_it(&item));
    let listed = service.get_until(OPERATOR, OPEN, has_it).await;
    items(&listed).iter().find(is_it).unwrap()["request"].as_str().unwrap().to_owned()
}

fn jon() -> Value {
    json!({"id": null, "email": "jon@example.com"})
}

async fn resolve(service: &Market, request: &str, key: &str, outcome: &str) -> Answer {
    let path = format!("/v1/privacy-requests/{request}/resolution");
    service.post(OPERATOR, &path, key, &json!({"outcome": outcome})).await
}

/// Whether the shop can still read Jon's contact.
async fn has_contact(service: &Market, path: &str) -> bool {
    let seen = service.get((Role::Marketplace, SHOP), path, "").await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    seen.body.to_string().contains("Jon")
}

fn dead_letters(service: &Market) -> Vec<DeadLetter> {
    let all = service.on(&service.node.topics.dead_letters("orders"));
    all.iter().map(|it| serde_json::from_slice(it.value.as_ref().unwrap()).unwrap()).collect()
}

fn says_jon(content: &RawRecord) -> bool {
    contains(&content.body().unwrap(), "jon@example.com")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redacted_buyer_is_a_task_that_an_operator_resolves() {
    let service = Market::open().await;
    let order = an_order(&service, 1).await;
    let broken = json!({"customer": "jon@example.com"});
    let unusable = send(&service, "customers/redact", "w-3", &broken).await;
    assert_eq!(unusable.body["dead_letter"], json!(1));

    let request = a_request(&service, &jon(), 1).await;
    let erased = resolve(&service, &request, "k-1", "erased").await;
    assert_eq!(erased.status, StatusCode::OK, "{erased:?}");
    let left = service.get(OPERATOR, OPEN, &erased.position).await;
    assert_eq!(left.body["items"], json!([]), "{left:?}");
    assert!(!has_contact(&service, &order).await);

    let topics = &service.node.topics;
    for topic in [topics.events("orders"), topics.commands("orders"), topics.dead_letters("orders")]
    {
        for record in service.on(&topic) {
            let value = String::from_utf8_lossy(record.value.as_ref().unwrap()).into_owned();
            assert!(!value.contains("jon@example.com"), "{topic}: {value}");
        }
    }
    let [kept] = &dead_letters(&service)[..] else { panic!("one dead letter") };
    assert_eq!(kept.record, None, "not even sealed");
    assert!(kept.reason.contains("is not kept"), "{kept:?}");
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_of_a_stored_request_that_cannot_be_read() {
    let service = Market::open().await;
    let stored = |topic: &str| json!({"topic": topic, "body": {"customer": "jon@example.com"}});
    let cut = r#"{"topic": "customers\/redact", "body": {"email": "jon@example.com""#;
    let lines =
        [stored("customers/redact").to_string(), stored("SHOP_REDACT").to_string(), cut.to_owned()];
    let file = service.file("webhooks.json", &lines.join("\n"));
    let intake = Intake::of(&service.node).unwrap();
    for format in [Format::SHOPIFY, Format::WOOCOMMERCE, Format::Native] {
        let files = Files::look_at(vec![file.clone()]);
        let import_of = Import { format, shop: SHOP.to_owned(), files, history: false };
        let never = CancellationToken::new();
        let outcome = import(&intake, &import_of, &never, |_| {}).await.unwrap();
        assert!(outcome.taken.dead_letter > 0, "{format:?}: {outcome:?}");
    }
    for dead_letter in dead_letters(&service) {
        assert_eq!(dead_letter.record, None, "{dead_letter:?}");
    }
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_of_a_buyer_are_erased_with_them() {
    let service = Market::open().await;
    let intake = Intake::of(&service.node).unwrap();
    an_order(&service, 1).await;
    let mut unusable = shopify_order(2);
    unusable["line_items"][0]["quantity"] = json!("many");
    send(&service, "orders/create", "w-2", &unusable).await;
    let [before] = &dead_letters(&service)[..] else { panic!("one dead letter") };
    assert!(says_jon(&intake.content(before).await.unwrap()));

    let request = a_request(&service, &jon(), 1).await;
    assert_eq!(resolve(&service, &request, "k-1", "erased").await.status, StatusCode::OK);
    let gone = intake.content(before).await;
    assert!(matches!(gone, Err(IntakeError::NotReadable)), "{gone:?}");
    let again = intake.again(before).await;
    assert!(matches!(again, Err(IntakeError::NotReadable)), "{again:?}");

    // What arrives about the buyer later is not kept either.
    send(&service, "orders/updated", "w-3", &unusable).await;
    let all = dead_letters(&service);
    let after = all.iter().find(|it| it.position.ends_with("/w-3")).unwrap();
    assert_eq!(after.record, None);
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_expire_also_if_they_are_dead_lettered_again() {
    let service = Market::open().await;
    let intake = Intake::of(&service.node).unwrap();
    let pool = service.running().database.pool();
    // It names no buyer that could be read.
    service.publish(&[], "{\"email\": \"jon@example.com\"");
    let now = service.node.clock.now();
    let deadline = std::time::Instant::now() + recourse_installation::PATIENCE;
    while dead_letters(&service).is_empty() {
        assert!(std::time::Instant::now() < deadline, "it is not dead-lettered");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let first = dead_letters(&service).remove(0);
    assert_eq!(intake.again(&first).await.unwrap().dead_letter, 1);
    assert_eq!(intake.forget(pool, now + TimeDelta::days(29)).await.unwrap(), 0);
    for dead_letter in dead_letters(&service) {
        assert!(says_jon(&intake.content(&dead_letter).await.unwrap()));
    }
    assert_eq!(intake.forget(pool, now + TimeDelta::days(30)).await.unwrap(), 1);
    let both = dead_letters(&service);
    assert_eq!(both.len(), 2);
    for dead_letter in both {
        let gone = intake.content(&dead_letter).await;
        assert!(matches!(gone, Err(IntakeError::NotReadable)), "{gone:?}");
    }
    service.end().await;
}

/// The process ended after the event was recorded: the key is still there.
async fn only_recorded(service: &Market, request: &str) {
    let request = request.parse().unwrap();
    let outcome = PrivacyOutcome::Erased;
    let resolve = OrderCommand::ResolvePrivacyRequest(ResolvePrivacyRequest { request, outcome });
    let position = service.report(request.key.as_ref(), "lost", &resolve).await;
    service.get(OPERATOR, OPEN, &position).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_was_only_recorded_is_finished_by_the_same_outcome() {
    let service = Market::open().await;
    let order = an_order(&service, 1).await;
    let request = a_request(&service, &jon(), 1).await;
    only_recorded(&service, &request).await;
    assert!(has_contact(&service, &order).await);

    let other = resolve(&service, &request, "k-1", "declined").await;
    assert_eq!(other.body["code"], "privacy_request.already_resolved", "{other:?}");
    assert!(has_contact(&service, &order).await);
    // By another operator call, which does not know the first one's Idempotency-Key.
    for key in ["k-2", "k-2", "k-3"] {
        let erased = resolve(&service, &request, key, "erased").await;
        assert_eq!(erased.status, StatusCode::OK, "{erased:?}");
        assert!(!has_contact(&service, &order).await);
    }
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_was_only_recorded_is_finished_by_itself() {
    let service = Market::open().await;
    let order = an_order(&service, 1).await;
    let request = a_request(&service, &jon(), 1).await;
    let intake = Intake::of(&service.node).unwrap();
    let (pool, now) = (service.running().database.pool(), service.node.clock.now());
    assert_eq!(intake.forget(pool, now).await.unwrap(), 0, "an open request erases nothing");
    only_recorded(&service, &request).await;
    assert_eq!(intake.forget(pool, now).await.unwrap(), 1);
    assert!(!has_contact(&service, &order).await);
    assert_eq!(intake.forget(pool, now).await.unwrap(), 0);
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_whose_key_is_already_lost_can_be_recorded() {
    let service = Market::open().await;
    let order = an_order(&service, 1).await;
    let seen = service.get((Role::Marketplace, SHOP), &order, "").await;
    let buyer = seen.body["buyer"].as_str().unwrap();
    let request = a_request(&service, &jon(), 1).await;
    // Its process ended before the event was recorded, or another request was about the same buyer.
    assert!(service.node.sealer.erase(&format!("buyer:{buyer}")).await.unwrap());
    assert!(!has_contact(&service, &order).await);
    for key in ["k-1", "k-1", "k-2"] {
        let erased = resolve(&service, &request, key, "erased").await;
        assert_eq!(erased.status, StatusCode::OK, "{erased:?}");
        let left = service.get(OPERATOR, OPEN, &erased.position).await;
        assert_eq!(left.body["items"], json!([]), "{left:?}");
    }
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_placed_after_the_request_is_erased_as_well() {
    let service = Market::open().await;
    // The shop names the buyer of the request otherwise than that of the order.
    let request = a_request(&service, &json!({"id": 7}), 1).await;
    let order = an_order(&service, 1).await;
    assert!(has_contact(&service, &order).await);
    assert_eq!(resolve(&service, &request, "k-1", "erased").await.status, StatusCode::OK);
    assert!(!has_contact(&service, &order).await);
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_with_query_parameters_is_refused() {
    let service = Market::open().await;
    for system in ["shopify", "woocommerce"] {
        let path = format!("/v1/marketplaces/{system}/webhooks");
        let request = service.request(Method::POST, &format!("{path}?shop=a")).body("{}");
        let refused = Answer::to(request).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{refused:?}");
        assert_eq!(refused.body["code"], "query.unknown_parameter", "{refused:?}");
        assert_eq!(refused.body["facts"]["known"], json!([]), "{refused:?}");
        let unsigned = Answer::to(service.request(Method::POST, &path).body("{}")).await;
        assert_eq!(unsigned.status, StatusCode::UNAUTHORIZED, "{unsigned:?}");
    }
    service.end().await;
}
