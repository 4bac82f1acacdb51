//! The service with a real Kafka and PostgreSQL: a policy's price is owed, the gateway pays it
//! once, and only those who may read it can.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use recourse_installation::{Installation, settings};
use recourse_kernel::{DeviceId, Money, OrderId, OrderKeys, Role, SettlementId};
use recourse_refunds::domain::RefundsCommand;
use recourse_refunds::foreign::PolicyPriceOwed;
use recourse_terms::PriceRefunded;
use reqwest::StatusCode;
use serde_json::{Value, json};

const GATEWAY: (Role, &str) = (Role::Gateway, "g-1");
const BUYER: (Role, &str) = (Role::Buyer, "b-1");

async fn installed() -> Installation {
    let node = Installation::node(settings("settlements")).await;
    let running = recourse_refunds::start(&node).await.unwrap();
    Installation::serving(node, running).await
}

fn device() -> DeviceId {
    OrderId::new(OrderKeys::development().key_of("market", "1001")).device(1, 1)
}

fn settlement() -> SettlementId {
    device().settlement(0)
}

fn price() -> Money {
    Money::new(40_000, "RUB".parse().unwrap())
}

/// The gateway's report that it paid this.
fn paid(amount: i64, reference: &str) -> Value {
    let amount = Money { amount, ..price() };
    json!({ "amount": amount, "reference": reference, "paid_at": "2025-01-02T00:00:00Z" })
}

/// The price of a policy is owed. Returns the position of the settlement.
async fn price_is_owed(service: &Installation) -> String {
    let policy = device().policy();
    let owed = PolicyPriceOwed {
        policy,
        provider: "wisetech-service".parse().unwrap(),
        buyer: BUYER.1.into(),
        price_owed: price(),
        request: 1,
        because: PriceRefunded::OrderCancelled,
        terms: None,
        country: None,
    };
    let command = RefundsCommand::OpenForPolicy(owed);
    service.report(policy.key.as_str(), "owed", &command).await
}

/// It is listed with its payee, for those who may list payments.
async fn is_listed(service: &Installation, position: &str) {
    let listed = service.get(GATEWAY, "/v1/payments?state=owed", position).await;
    let item = &listed.body["items"][0];
    assert_eq!(item["payment"], json!(settlement().payment(1)), "{listed:?}");
    let payee = json!({ "reference": "b-1", "order": device().order() });
    assert_eq!(item["payee"], payee);
    assert_eq!(service.get(BUYER, "/v1/payments", "").await.status, StatusCode::FORBIDDEN);
    let lost = service.get(GATEWAY, "/v1/payments?state=lost", "").await;
    assert_eq!(
        (lost.status, &lost.body["detail"]),
        (
            StatusCode::BAD_REQUEST,
            &json!(
                "`state` must be one of `owed`, `failed`, `in_collection`, `paid`, \
                 `written_off`, not `lost`"
            )
        )
    );
}

/// An attempt fails: the payment is listed as failed, and as owed.
async fn attempt_fails(service: &Installation) {
    let failed = json!({ "code": "bank_closed", "failed_at": "2025-01-01T00:00:00Z" });
    let path = format!("/v1/payments/{}/failed", settlement().payment(1));
    let reported = service.post(GATEWAY, &path, "f-1", &failed).await;
    assert_eq!(reported.status, StatusCode::OK, "{reported:?}");
    let corrected = json!({ "code": "AC04", "failed_at": "2025-01-01T00:00:00Z" });
    let corrected = service.post(GATEWAY, &path, "f-1", &corrected).await;
    assert_eq!(corrected.status, StatusCode::OK, "{corrected:?}");
    for state in ["failed", "owed"] {
        let listed = format!("/v1/payments?state={state}");
        let listed = service.get(GATEWAY, &listed, &corrected.position).await;
        let item = &listed.body["items"][0];
        let shown = (&item["state"], &item["failed"]["code"], &item["failed"]["attempts"]);
        assert_eq!(shown, (&json!("failed"), &json!("AC04"), &json!(1)), "{listed:?}");
    }
}

/// M7: it is paid once. Returns the position of the payment.
async fn is_paid_once(service: &Installation) -> String {
    let path = format!("/v1/payments/{}/paid", settlement().payment(1));
    let buyer = service.post(BUYER, &path, "p-0", &paid(40_000, "pay-1")).await;
    assert_eq!(buyer.status, StatusCode::FORBIDDEN);
    let mut early = paid(40_000, "pay-1");
    early["paid_at"] = json!("2999-01-01T00:00:00Z");
    let early = service.post(GATEWAY, &path, "p-1", &early).await;
    assert_eq!(early.body["code"], "payment.in_the_future", "{early:?}");
    let short_paid = service.post(GATEWAY, &path, "p-1", &paid(39_999, "pay-1")).await;
    assert_eq!(
        (short_paid.status, &short_paid.body["code"]),
        (StatusCode::CONFLICT, &json!("payment.amount_differs"))
    );
    let made = service.post(GATEWAY, &path, "p-1", &paid(40_000, "pay-1")).await;
    assert_eq!(made.status, StatusCode::OK, "corrected under the same key: {made:?}");
    let again = service.post(GATEWAY, &path, "p-2", &paid(40_000, "pay-1")).await;
    assert_eq!(again.status, StatusCode::OK, "the same payment under another key: {again:?}");
    let twice = service.post(GATEWAY, &path, "p-1", &paid(40_000, "pay-2")).await;
    assert_eq!(
        (&twice.body["code"], &twice.body["rules"]),
        (&json!("payment.paid_already"), &json!(["M7"]))
    );
    let unknown = format!("/v1/payments/{}/paid", settlement().payment(9));
    let unknown = service.post(GATEWAY, &unknown, "p-5", &paid(40_000, "pay-9")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{unknown:?}");
    made.position
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_is_owed_paid_once_and_read() {
    let service = installed().await;
    let position = price_is_owed(&service).await;
    is_listed(&service, &position).await;
    attempt_fails(&service).await;
    let position = is_paid_once(&service).await;

    let path = format!("/v1/settlements/{}", settlement());
    let shown = service.get(BUYER, &path, &position).await;
    assert_eq!((&shown.body["open"], &shown.body["paid"]), (&json!(false), &json!([price()])));
    let payment = &shown.body["payments"][0];
    assert_eq!((&payment["state"], &payment["reference"]), (&json!("paid"), &json!("pay-1")));
    assert_eq!(payment["failed"]["attempts"], 1);
    assert_eq!(service.get((Role::Buyer, "b-2"), &path, "").await.status, StatusCode::NOT_FOUND);
    let open = service.get(BUYER, "/v1/settlements?open=true", "").await;
    assert_eq!(open.body["items"], json!([]));
    let all = service.get(BUYER, "/v1/settlements", "").await;
    assert_eq!(all.body["items"].as_array().unwrap().len(), 1);
    service.end().await;
}
