//! Journeys of shops that only send webhooks, with the settings of production: the real clock, an
//! issuer of tokens elsewhere, and buyers who have an account at their shop alone. From the order
//! to the refund.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod production;
mod shopify;
mod woocommerce;

use production::Production;
use recourse_kernel::{ClaimId, OrderId, Principal, Role};
use reqwest::StatusCode;
use serde_json::{Value, json};

const PROVIDER: &str = "the-warranty-group";
const IMEI: &str = "490154203237518";
/// What the phone cost, in minor units.
const PRICE: i64 = 50_000;

fn marketplace(domain: &str) -> Principal {
    Principal::new(Role::Marketplace, domain)
}

/// The order as its marketplace sees it, once it is in this stage.
async fn order(at: &Production, domain: &str, number: &str, stage: &str) -> Value {
    let token = at.token(&marketplace(domain));
    let path = format!("/v1/orders?number={number}");
    let listed = at
        .until(&format!("the order is {stage}"), &token, &path, |answer| {
            answer["items"][0]["stage"] == stage
        })
        .await;
    listed["items"][0].clone()
}

/// The buyer follows a link of the shop, files a claim, and gets the price of the phone back.
async fn claims_and_gets_the_price_back(at: &Production, domain: &str, order: OrderId) {
    let access = format!("/v1/orders/{order}/buyer-access");
    let shop_system = at.token(&marketplace(domain));
    let granted = at.post(&shop_system, &access, "access", &json!({})).await;
    let buyer = granted.expect(StatusCode::OK)["token"].as_str().unwrap().to_owned();

    let policy = order.device(1, 1).policy();
    let covered = |policy: &Value| policy["stage"] == "covered";
    at.until("the policy covers", &buyer, &format!("/v1/policies/{policy}"), covered).await;
    let photo = at.photo(&buyer, &format!("/v1/policies/{policy}/photos")).await;
    let form = json!({
        "defect": "The screen stays dark although the phone rings.",
        "requested_remedy": "refund",
        "contact": { "name": "Pat", "email": "pat@example.com", "phone": "+1 202 555 0123" },
        "city": "Austin", "country": "US", "serial": IMEI, "photos": [photo],
    });
    let filed = at.post(&buyer, &format!("/v1/policies/{policy}/claims"), "form", &form).await;
    let claim: ClaimId = filed.expect(StatusCode::CREATED)["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(claim, policy.claim(1));

    let adjuster = at.token(&Principal::new(Role::Adjuster, "adjuster-7").of_provider(PROVIDER));
    let decides = async |what: &str, body: Value| {
        let path = format!("/v1/claims/{claim}/{what}");
        at.post(&adjuster, &path, &format!("{claim}-{what}"), &body).await.expect(StatusCode::OK);
        at.settled().await;
    };
    decides("acceptance", json!({})).await;
    let job = claim.job(1);
    let opened = at.get(&adjuster, &format!("/v1/jobs/{job}")).await.expect(StatusCode::OK);
    let shop = opened["shop"]["id"].as_str().unwrap().to_owned();
    let shop = at.token(&Principal::new(Role::Shop, shop).of_provider(PROVIDER));
    let reports = async |what: &str, body: Value| {
        let path = format!("/v1/jobs/{job}/{what}");
        at.post(&shop, &path, &format!("{job}-{what}"), &body).await.expect(StatusCode::OK);
    };
    reports("received", json!({ "serial": IMEI })).await;
    let covered = json!({ "verdict": { "kind": "covered" }, "cause": "display_controller" });
    reports("inspected", covered).await;
    reports("beyond-repair", json!({ "because": "found_so" })).await;
    at.settled().await;
    decides("remedy", json!({ "remedy": "cash" })).await;

    let gateway = at.token(&Principal::new(Role::Gateway, "gateway-1"));
    let owed = at.get(&gateway, "/v1/payments?state=owed").await.expect(StatusCode::OK);
    let payments = owed["items"].as_array().unwrap();
    let cash = payments.iter().find(|payment| payment["kind"] == "device_cash").unwrap();
    // Within the first six months: all of it (M1).
    assert_eq!(cash["amount"], json!({ "amount": PRICE, "currency": "USD" }), "{owed}");
    for payment in payments {
        let id = payment["payment"].as_str().unwrap();
        let (amount, reference) = (&payment["amount"], format!("bank-{id}"));
        let body = json!({ "amount": amount, "reference": reference, "paid_at": at.clock() });
        let path = format!("/v1/payments/{id}/paid");
        at.post(&gateway, &path, id, &body).await.expect(StatusCode::OK);
    }
    at.settled().await;

    let path = format!("/v1/claims/{claim}");
    let closed = at.get(&buyer, &path).await.expect(StatusCode::OK);
    assert_eq!((&closed["stage"], &closed["outcome"]), (&json!("closed"), &json!("refunded")));
    let timeline = at.get(&buyer, &format!("{path}/timeline")).await.expect(StatusCode::OK);
    for event in ["order.completed", "claim.filed", "job.received", "claim.closed"] {
        assert!(timeline.to_string().contains(event), "{event}: {timeline}");
    }
}

/// Every fact that the shop reported about the order was recorded, if it was not known already.
async fn all_recorded(at: &Production, domain: &str, order: OrderId) {
    let token = at.token(&marketplace(domain));
    let seen = at.get(&token, &format!("/v1/orders/{order}/facts")).await.expect(StatusCode::OK);
    let facts = seen["facts"].as_array().unwrap();
    assert!(facts.len() >= 4, "{seen}");
    let known = [json!("recorded"), json!("already_known")];
    assert!(facts.iter().all(|fact| known.contains(&fact["state"])), "{seen}");
}
