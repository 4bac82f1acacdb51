//! The service over a real Kafka and PostgreSQL: terms are published, a device gets an offer, its
//! policy is sold, and everyone who may read it can.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use chrono::TimeDelta;
use recourse_installation::{Installation, settings};
use recourse_kernel::{Instant, Money, OrderId, OrderKeys, Role};
use recourse_runtime::clock::Clock;
use recourse_terms::{Category, DeviceKind, OperatingSystem, Program};
use recourse_warranty_sales::domain::SalesCommand;
use recourse_warranty_sales::foreign::{
    ChosenWarranty, OrderDelivered, OrderPaid, OrderPlaced, PlacedLine,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

const PROVIDER: (Role, &str) = (Role::Provider, "p-1");
const BUYER: (Role, &str) = (Role::Buyer, "b-1");

async fn installed() -> Installation {
    let node = Installation::node(settings("policies")).await;
    let running = recourse_warranty_sales::start(&node).await.unwrap();
    Installation::serving(node, running).await
}

fn now() -> Instant {
    Clock::system().now()
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn rub(amount: i64) -> Money {
    Money::new(amount, "RUB".parse().unwrap())
}

/// A phone for 10,000.00 RUB with a Wisetech repair warranty at 4 %.
fn placed(order: OrderId) -> OrderPlaced {
    OrderPlaced {
        order,
        marketplace: None,
        placed_at: now(),
        buyer: BUYER.1.into(),
        country: "RU".parse().unwrap(),
        city: Some("Moscow".into()),
        lines: vec![PlacedLine {
            seller: None,
            line: 1,
            quantity: 1,
            unit_price: rub(1_000_000),
            unit_tax: None,
            device: Some(DeviceKind {
                category: Category::Smartphone,
                operating_system: OperatingSystem::Android,
                brand: "Samsung".into(),
                model: "Galaxy A5".into(),
            }),
            warranty: Some(ChosenWarranty {
                program: Program::Repair,
                provider: "wisetech-service".parse().unwrap(),
                price: rub(40_000),
                tax: None,
            }),
        }],
    }
}

/// Publishes shops, and terms that can be sold shortly after; returns the position of the terms.
async fn publish(service: &Installation) -> String {
    let shops = document(include_str!("../../../../deploy/shops/wisetech-service.json"));
    let answer = service.post(PROVIDER, "/v1/shop-directories", "shops-1", &shops).await;
    assert_eq!(service.get_created(BUYER, &answer).await.body["provider"], shops["provider"]);
    let tariffs = document(include_str!("../../../../deploy/tariffs/2025.json"));
    let answer = service.post(PROVIDER, "/v1/tariffs", "tariffs-1", &tariffs).await;
    assert_eq!(service.get_created(BUYER, &answer).await.body["id"], tariffs["id"]);

    let mut terms = document(include_str!("../../../../deploy/terms/wisetech-repair-1.json"));
    let from = now() + TimeDelta::seconds(2);
    terms["sold_from"] = json!(from);
    terms.as_object_mut().unwrap().remove("sold_until");
    let refused = service.post(BUYER, "/v1/terms", "terms-1", &terms).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
    let published = service.post(PROVIDER, "/v1/terms", "terms-1", &terms).await;
    assert_eq!(service.get_created(BUYER, &published).await.body["line"], terms["line"]);
    let again = service.post(PROVIDER, "/v1/terms", "terms-1", &terms).await;
    assert_eq!((again.status, &again.body), (published.status, &published.body));
    terms["version"] = json!(2);
    terms["sold_from"] = json!(from - TimeDelta::days(9));
    let late = service.post(PROVIDER, "/v1/terms", "late", &terms).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(late.body["code"], "terms.starts_in_the_past");
    assert_eq!(late.body["rules"], json!(["S5"]));
    tokio::time::sleep((from - now()).to_std().unwrap_or(Duration::ZERO)).await;
    published.position
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_published_with_its_past_and_a_repeat_is_answered_at_once() {
    let service = installed().await;
    let shops = document(include_str!("../../../../deploy/shops/wisetech-service.json"));
    service.post(PROVIDER, "/v1/shop-directories", "shops-1", &shops).await;
    let versions = json!({ "versions": [
        document(include_str!("../../../../deploy/terms/wisetech-repair-1.json")),
        document(include_str!("../../../../deploy/terms/wisetech-repair-2.json")),
    ] });
    let path = "/v1/terms/wisetech-repair/versions";
    let published = service.post(PROVIDER, path, "line-1", &versions).await;
    assert_eq!(published.status, StatusCode::CREATED, "{published:?}");
    let began = std::time::Instant::now();
    let again = service.post(PROVIDER, path, "line-2", &versions).await;
    assert_eq!(again.status, StatusCode::CREATED, "{again:?}");
    assert!(began.elapsed() < Duration::from_secs(3), "it waited for what changed nothing");
    let listed = service.get(BUYER, "/v1/terms", &again.position).await;
    let items = listed.body["items"].as_array().unwrap();
    let shown: Vec<_> =
        items.iter().map(|item| (&item["version"], &item["backdated"], &item["on_sale"])).collect();
    let yes = json!(true);
    assert_eq!(shown, [(&json!(1), &yes, &json!(false)), (&json!(2), &yes, &yes)]);

    let elsewhere = service.post(PROVIDER, "/v1/terms/another/versions", "line-3", &versions).await;
    assert_eq!(elsewhere.body["code"], "terms.wrong_key");
    let none = service.post(PROVIDER, path, "line-4", &json!({ "versions": [] })).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_offered_sold_and_read() {
    let service = installed().await;
    let position = publish(&service).await;

    let listed = service.get(BUYER, "/v1/terms", &position).await;
    let item = &listed.body["items"][0];
    assert_eq!((&item["line"], &item["on_sale"]), (&json!("wisetech-repair"), &json!(true)));
    let path = format!("/v1/terms/{}", item["digest"].as_str().unwrap());
    assert_eq!(service.get(BUYER, &path, "").await.body["provider"], "wisetech-service");

    let request = "/v1/offers?category=smartphone&operating_system=android&brand=Samsung\
                 &model=Galaxy&country=RU&price=1000000&currency=RUB";
    let offers = service.get(BUYER, request, &position).await;
    assert_eq!(offers.body["items"][0]["price"], json!(rub(40_000)), "{offers:?}");
    assert!(offers.body["items"][0]["contact"]["phone"].is_string());
    let none = request.replace("smartphone", "push_button_phone");
    assert_eq!(service.get(BUYER, &none, "").await.body["items"], json!([]));
    let bad = service.get(BUYER, "/v1/offers?category=toaster", "").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert_eq!(bad.body["facts"]["field"], "category", "{bad:?}");
    assert!(bad.body["facts"]["allowed"].is_array(), "{bad:?}");

    let order = OrderId::new(OrderKeys::development().key_of("market", "1001"));
    let key = order.key.as_str();
    let delivered = OrderDelivered {
        order,
        delivered_at: now(),
        zone: "Europe/Moscow".into(),
        devices: Vec::new(),
    };
    let placed = placed(order);
    let paid = OrderPaid { order, paid_at: placed.placed_at };
    service.report(key, "placed", &SalesCommand::NotePlaced(placed)).await;
    service.report(key, "paid", &SalesCommand::NotePaid(paid)).await;
    let position = service.report(key, "delivered", &SalesCommand::NoteDelivered(delivered)).await;

    let path = format!("/v1/policies/{}", order.device(1, 1).policy());
    let policy = service.get(BUYER, &path, &position).await;
    assert_eq!(policy.status, StatusCode::OK, "{policy:?}");
    assert_eq!(policy.body["stage"], "scheduled", "{policy:?}");
    assert_eq!(policy.body["branch"]["city"], "Moscow");
    assert!(policy.body["contact"]["email"].is_string());
    assert!(policy.body["coverage_days"]["claims_from"].is_string());
    let others = service.get((Role::Buyer, "b-2"), &path, "").await;
    assert_eq!(
        (others.status, &others.body["code"]),
        (StatusCode::NOT_FOUND, &json!("policy.not_known"))
    );
    let list = service.get(BUYER, &format!("/v1/policies?order={order}"), "").await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1, "{list:?}");
    assert_eq!(
        service.get((Role::Buyer, "b-2"), "/v1/policies", "").await.body["items"],
        json!([])
    );
    service.end().await;
}
