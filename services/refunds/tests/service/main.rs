//! The service with a real Kafka and PostgreSQL: a policy's price is owed, the gateway pays it
//! once, and only those who may read it can.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use recourse_installation::{Installation, settings};
use recourse_kernel::{Money, OrderId, OrderKeys, Role};
use recourse_refunds::domain::RefundsCommand;
use recourse_refunds::foreign::PolicyPriceOwed;
use recourse_terms::PriceRefunded;
use reqwest::StatusCode;
use serde_json::json;

const GATEWAY: (Role, &str) = (Role::Gateway, "g-1");
const BUYER: (Role, &str) = (Role::Buyer, "b-1");

async fn installed() -> Installation {
    let node = Installation::node(settings("settlements")).await;
    let running = recourse_refunds::start(&node).await.unwrap();
    Installation::serving(node, running).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_is_owed_paid_once_and_read() {
    let service = installed().await;
    let policy =
        OrderId::new(OrderKeys::development().key_of("market", "1001")).device(1, 1).policy();
    let settlement = policy.device().settlement(0);
    let payment = settlement.payment(1);
    let price = Money::new(40_000, "RUB".parse().unwrap());
    let owed = PolicyPriceOwed {
        policy,
        provider: "wisetech-service".parse().unwrap(),
        buyer: BUYER.1.into(),
        price_owed: price,
        because: PriceRefunded::OrderCancelled,
    };
    let key = policy.key.as_str();
    let position = service.report(key, "owed", &RefundsCommand::OpenForPolicy(owed)).await;

    let payments = service.get(GATEWAY, "/v1/payments?state=owed", &position).await;
    assert_eq!(payments.body["items"][0]["payment"], json!(payment), "{payments:?}");
    let payee = json!({ "reference": "b-1", "order": policy.device().order() });
    assert_eq!(payments.body["items"][0]["payee"], payee);
    let lost = service.get(GATEWAY, "/v1/payments?state=lost", "").await;
    assert_eq!(
        (lost.status, &lost.body["code"]),
        (StatusCode::BAD_REQUEST, &json!("query.malformed"))
    );
    assert_eq!(
        lost.body["detail"],
        "`state` must be one of `owed`, `failed`, `paid`, `written_off`, not `lost`"
    );
    assert_eq!(service.get(BUYER, "/v1/payments", "").await.status, StatusCode::FORBIDDEN);

    let failed = json!({ "code": "bank_closed", "failed_at": "2025-01-01T00:00:00Z" });
    let path = format!("/v1/payments/{payment}/failed");
    let reported = service.post(GATEWAY, &path, "f-1", &failed).await;
    assert_eq!(reported.status, StatusCode::OK, "{reported:?}");
    for state in ["failed", "owed"] {
        let listed = format!("/v1/payments?state={state}");
        let listed = service.get(GATEWAY, &listed, &reported.position).await;
        let item = &listed.body["items"][0];
        assert_eq!(
            (&item["state"], &item["failed"]["code"]),
            (&json!("failed"), &json!("bank_closed"))
        );
    }

    let path = format!("/v1/payments/{payment}/paid");
    let body = |amount: i64, reference: &str| {
        let amount = Money { amount, ..price };
        json!({ "amount": amount, "reference": reference, "paid_at": "2025-01-02T00:00:00Z" })
    };
    let buyer = service.post(BUYER, &path, "p-0", &body(40_000, "pay-1")).await;
    assert_eq!(buyer.status, StatusCode::FORBIDDEN);
    let mut early = body(40_000, "pay-1");
    early["paid_at"] = json!("2999-01-01T00:00:00Z");
    let early = service.post(GATEWAY, &path, "p-1", &early).await;
    assert_eq!(early.body["code"], "payment.in_the_future", "{early:?}");
    let short_paid = service.post(GATEWAY, &path, "p-1", &body(39_999, "pay-1")).await;
    assert_eq!(
        (short_paid.status, &short_paid.body["code"]),
        (StatusCode::CONFLICT, &json!("payment.amount_differs"))
    );
    let paid = service.post(GATEWAY, &path, "p-1", &body(40_000, "pay-1")).await;
    assert_eq!(paid.status, StatusCode::OK, "corrected under the same key: {paid:?}");
    let again = service.post(GATEWAY, &path, "p-3", &body(40_000, "pay-1")).await;
    assert_eq!(again.status, StatusCode::OK, "the same payment under another key: {again:?}");
    let twice = service.post(GATEWAY, &path, "p-4", &body(40_000, "pay-2")).await;
    assert_eq!(
        (&twice.body["code"], &twice.body["rules"]),
        (&json!("payment.paid_already"), &json!(["M7"]))
    );
    let unknown = format!("/v1/payments/{}/paid", settlement.payment(9));
    let unknown = service.post(GATEWAY, &unknown, "p-5", &body(40_000, "pay-9")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{unknown:?}");

    let path = format!("/v1/settlements/{settlement}");
    let shown = service.get(BUYER, &path, &paid.position).await;
    assert_eq!((&shown.body["open"], &shown.body["paid"]), (&json!(false), &json!([price])));
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
