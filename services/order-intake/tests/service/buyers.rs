//! What a marketplace passes on to its buyers, and what it can see of its own facts.

use chrono::TimeDelta;
use recourse_installation::Answer;
use recourse_kernel::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::market::Market;
use super::{BUYER, MARKET, contains, is_stage, order, placed};

/// A call with a token that the edge issued for one order.
pub(crate) async fn with(
    service: &Market,
    token: &str,
    method: Method,
    path: &str,
    key: &str,
) -> Answer {
    let request = service.request(method, path).bearer_auth(token);
    Answer::to(request.header("Idempotency-Key", key)).await
}

/// Places these orders of one buyer.
pub(crate) async fn orders(service: &Market, numbers: &[&str]) {
    let now = service.node.clock.now();
    for number in numbers {
        let placed = placed(number, now - TimeDelta::days(3));
        service.reports(&format!("p-{number}"), "placed", &placed);
        let path = format!("/v1/orders/{}", order(number));
        service.get_until(MARKET, &path, is_stage("placed")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_without_an_account_acts_for_one_order_and_for_no_other() {
    let service = Market::open().await;
    orders(&service, &["1", "2"]).await;
    let (own, other) = (order("1"), order("2"));
    let path = format!("/v1/orders/{own}/buyer-access");

    let refused = service.post(BUYER, &path, "k-0", &json!({})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
    let refused = service.post((Role::Marketplace, "souk"), &path, "k-0", &json!({})).await;
    assert_eq!(refused.body["code"], "order.access.not_allowed", "{refused:?}");
    let granted = service.post(MARKET, &path, "k-1", &json!({})).await;
    assert_eq!(granted.status, StatusCode::OK, "{granted:?}");
    let again = service.post(MARKET, &path, "k-1", &json!({})).await;
    assert_eq!(again.body["expires_at"], granted.body["expires_at"], "one grant");
    assert_ne!(again.body["token"], granted.body["token"], "a token of its own");

    let token = again.body["token"].as_str().unwrap();
    let get = async |path: String| with(&service, token, Method::GET, &path, "k").await;
    assert_eq!(get(format!("/v1/orders/{own}")).await.body["buyer"], "b-81");
    let refused = get(format!("/v1/orders/{other}")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
    assert_eq!(refused.body["code"], "token.other_order");
    let list = get("/v1/orders".to_owned()).await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1, "{list:?}");
    assert_eq!(get("/v1/missing-facts".to_owned()).await.status, StatusCode::FORBIDDEN);
    let receipt = |order| format!("/v1/orders/{order}/receipt");
    let refused = with(&service, token, Method::POST, &receipt(other), "k-2").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
    let confirmed = with(&service, token, Method::POST, &receipt(own), "k-2").await;
    assert_eq!(confirmed.status, StatusCode::OK, "{confirmed:?}");
    let seen = service.get(BUYER, &format!("/v1/orders/{own}"), &confirmed.position).await;
    assert_eq!(seen.body["stage"], "completed", "{seen:?}");

    // The log has the grant, once, and never a token.
    let topics = &service.node.topics;
    let mut grants = 0;
    for topic in [topics.events("orders"), topics.commands("orders")] {
        for record in service.on(&topic) {
            let value = record.value.as_ref().unwrap();
            for answer in [&granted, &again] {
                assert!(!contains(value, answer.body["token"].as_str().unwrap()), "{topic}");
            }
            grants += usize::from(contains(value, "granted_at"));
        }
    }
    assert_eq!(grants, 1);
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marketplace_sees_what_became_of_each_of_its_facts() {
    let service = Market::open().await;
    let now = service.node.clock.now();
    service.reports(
        "e-2",
        "paid",
        &json!({"order": "9", "paid_at": now - TimeDelta::days(2),
        "amount": {"amount": 1_040_000, "currency": "RUB"}}),
    );
    let path = format!("/v1/orders/{}/facts", order("9"));
    let has = |count: usize| {
        move |answer: &Answer| answer.body["facts"].as_array().is_some_and(|it| it.len() == count)
    };
    let kept = service.get_until(MARKET, &path, has(1)).await;
    assert_eq!(kept.body["facts"][0]["state"], "kept", "{kept:?}");
    assert_eq!(kept.body["facts"][0]["missing"], "order.placed");

    service.reports("e-1", "placed", &placed("9", now - TimeDelta::days(3)));
    service.reports("e-3", "delivered", &json!({"order": "9", "at": now - TimeDelta::days(1)}));
    service.reports("e-4", "cancelled", &json!({"order": "9", "at": now, "reason": "customer"}));
    let seen = service.get_until(MARKET, &path, has(4)).await;
    let facts: Vec<[&Value; 3]> = seen.body["facts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fact| [&fact["id"], &fact["type"], &fact["state"]])
        .collect();
    let expected = json!([
        ["e-2", "paid", "recorded"],
        ["e-1", "placed", "recorded"],
        ["e-3", "delivered", "recorded"],
        ["e-4", "cancelled", "refused"],
    ]);
    assert_eq!(json!(facts), expected, "{seen:?}");
    let refusal = &seen.body["facts"][3]["refusal"];
    assert_eq!(
        (&refusal["code"], &refusal["rules"]),
        (&json!("order.cancel_too_late"), &json!(["S8"]))
    );
    for who in [(Role::Operator, "o-1"), (Role::Auditor, "a-1")] {
        assert_eq!(service.get(who, &path, "").await.body, seen.body);
    }
    let other = service.get((Role::Marketplace, "souk"), &path, "").await;
    assert_eq!(other.status, StatusCode::NOT_FOUND, "{other:?}");
    assert_eq!(service.get(BUYER, &path, "").await.status, StatusCode::FORBIDDEN);
    service.end().await;
}
