//! Journeys across all services, on real Kafka and PostgreSQL and through public interfaces only.
//! Each is a buyer's story.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use recourse_kernel::{ClaimId, Role};
use recourse_tests::test_marketplace::{Answer, TestMarketplace};
use serde_json::{Value, json};

const BUYER: &str = "b-1";
const ADJUSTER: &str = "adjuster-7";
const IMEI: &str = "490154203237518";

/// An order placed on 1 February and delivered on 5 February; coverage starts on 21 February.
async fn covered(number: &str, program: &str, provider: &str) -> (TestMarketplace, ClaimId) {
    let market = TestMarketplace::open("2025-01-01T00:00:00Z").await;
    market.move_clock("2025-02-01T09:00:00Z").await;
    market.buys(number, program, provider, "2025-02-01T09:00:00Z");
    market.settled().await;
    market.move_clock("2025-02-05T09:00:00Z").await;
    market.receives(number, "2025-02-05T09:00:00Z");
    market.settled().await;
    let claim = TestMarketplace::order(number).device(1, 1).policy().claim(1);
    (market, claim)
}

fn form(requested_remedy: &str) -> Value {
    json!({
        "defect": "The screen stays dark although the phone rings.",
        "requested_remedy": requested_remedy,
        "contact": { "name": "Anna", "email": "anna@example.org", "phone": "+7 843 000-00-00" },
        "city": "Kazan", "country": "RU", "serial": IMEI, "photos": [],
    })
}

async fn files(market: &TestMarketplace, claim: ClaimId, key: &str, form: &Value) -> Answer {
    let path = format!("/v1/policies/{}/claims", claim.policy());
    market.post(Role::Buyer, BUYER, &path, key, form).await
}

async fn adjuster(market: &TestMarketplace, claim: ClaimId, what: &str, body: Value) -> Answer {
    let path = format!("/v1/claims/{claim}/{what}");
    market.post(Role::Adjuster, ADJUSTER, &path, &format!("{claim}-{what}"), &body).await
}

/// The shop that has the job reports on it.
async fn shop(market: &TestMarketplace, claim: ClaimId, what: &str, body: Value) -> Answer {
    let job = claim.job(1);
    let job_now =
        market.get(Role::Adjuster, ADJUSTER, &format!("/v1/jobs/{job}")).await.expect(200);
    let shop = job_now.body["shop"]["id"].as_str().expect("a shop").to_owned();
    let path = format!("/v1/jobs/{job}/{what}");
    market.post(Role::Shop, &shop, &path, &format!("{job}-{what}"), &body).await
}

/// The gateway makes or collects every payment of the claim that is due.
async fn gateway_pays(market: &TestMarketplace, claim: ClaimId) {
    market.settled().await;
    let payments =
        market.get(Role::Gateway, "gateway-1", "/v1/payments?state=owed").await.expect(200);
    let of_claim = format!("{}-", claim.to_string().trim_start_matches("clm_"));
    for payment in payments.body["items"].as_array().expect("payments") {
        let id = payment["payment"].as_str().expect("an id");
        if !id.contains(&of_claim) {
            continue;
        }
        let now = market.process.node.clock.now();
        let reference = format!("pay-{id}");
        let body = json!({ "amount": payment["amount"], "reference": reference, "paid_at": now });
        let path = format!("/v1/payments/{id}/paid");
        market.post(Role::Gateway, "gateway-1", &path, id, &body).await.expect(200);
    }
    market.settled().await;
}

async fn claim_now(market: &TestMarketplace, claim: ClaimId) -> Value {
    market.settled().await;
    market.get(Role::Buyer, BUYER, &format!("/v1/claims/{claim}")).await.expect(200).body
}

/// The claim is accepted, and the shop has inspected the device with a verdict.
async fn inspected(market: &TestMarketplace, claim: ClaimId, verdict: Value) {
    adjuster(market, claim, "acceptance", json!({})).await.expect(200);
    market.settled().await;
    let now = market.process.node.clock.now();
    shop(market, claim, "received", json!({ "serial": IMEI, "received_at": now }))
        .await
        .expect(200);
    let body = json!({ "verdict": verdict, "cause": "display_controller", "inspected_at": now });
    shop(market, claim, "inspected", body).await.expect(200);
    market.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn my_phone_broke_in_march_and_came_back_repaired() {
    let (market, claim) = covered("1001", "repair", "wisetech-service").await;

    // On day 3 the refusal says when coverage starts, and that until then I should open a dispute
    // (C1).
    market.move_clock("2025-02-08T09:00:00Z").await;
    let early = files(&market, claim, "early", &form("repair")).await;
    assert_eq!(early.status, 409, "{}", early.body);
    assert!(early.body["rules"].as_array().unwrap().contains(&json!("C1")), "{}", early.body);
    assert!(early.text("instead").contains("dispute"), "{}", early.body);

    market.move_clock("2025-03-03T09:00:00Z").await;
    let filed = files(&market, claim, "form", &form("repair")).await.expect(201);
    assert_eq!(filed.text("id"), claim.to_string());
    let second = files(&market, claim, "form-2", &form("repair")).await;
    assert_eq!(second.status, 409, "one open claim per policy (C4): {}", second.body);

    inspected(&market, claim, json!({ "kind": "covered" })).await;
    adjuster(&market, claim, "remedy", json!({ "remedy": "repair" })).await.expect(200);
    market.move_clock("2025-03-10T09:00:00Z").await;
    shop(&market, claim, "repaired", json!({})).await.expect(200);
    shop(&market, claim, "handed-over", json!({ "to": "buyer" })).await.expect(200);
    gateway_pays(&market, claim).await;

    let closed = claim_now(&market, claim).await;
    assert_eq!((&closed["stage"], &closed["outcome"]), (&json!("closed"), &json!("repaired")));

    // My timeline consists of the events themselves, from all services.
    let path = format!("/v1/claims/{claim}/timeline");
    let timeline = market.get(Role::Buyer, BUYER, &path).await.expect(200);
    let text = timeline.body.to_string();
    for event in ["claim.filed", "job.received", "claim.verdict_recorded", "claim.closed"] {
        assert!(text.contains(event), "{event} is not in {text}");
    }
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_could_not_be_repaired_and_i_got_my_money_once() {
    let (market, claim) = covered("1002", "exchange", "wisetech-service").await;
    market.move_clock("2025-10-06T09:00:00Z").await;
    // Exchange claims need a photo.
    let path = format!("/v1/policies/{}/photos", claim.policy());
    let photo = recourse_tests::photo::jpeg();
    let photo = market.post_photo(BUYER, &path, "photo", photo).await.expect(201);
    let mut form = form("refund");
    form["photos"] = json!([photo.body["sha256"]]);
    files(&market, claim, "form", &form).await.expect(201);
    inspected(&market, claim, json!({ "kind": "covered" })).await;
    shop(&market, claim, "beyond-repair", json!({ "because": "found_so" })).await.expect(200);
    market.settled().await;
    adjuster(&market, claim, "remedy", json!({ "remedy": "cash" })).await.expect(200);
    market.settled().await;

    // Month 9 of 12: 70 % of the price paid (M1).
    let payments =
        market.get(Role::Gateway, "gateway-1", "/v1/payments?state=owed").await.expect(200);
    let owed = payments.body["items"].as_array().unwrap();
    let cash: Vec<&Value> =
        owed.iter().filter(|payment| payment["kind"] == "device_cash").collect();
    assert_eq!(cash.len(), 1, "{}", payments.body);
    assert_eq!(cash[0]["amount"], json!({ "amount": 1_400_000, "currency": "RUB" }));

    // The gateway confirms it twice, and another payment for the same id is refused (M7).
    let id = cash[0]["payment"].as_str().unwrap().to_owned();
    let now = market.process.node.clock.now();
    let path = format!("/v1/payments/{id}/paid");
    let body = json!({ "amount": cash[0]["amount"], "reference": "bank-1", "paid_at": now });
    for key in ["first", "first", "again"] {
        market.post(Role::Gateway, "gateway-1", &path, key, &body).await.expect(200);
    }
    let other = json!({ "amount": cash[0]["amount"], "reference": "bank-2", "paid_at": now });
    let refused = market.post(Role::Gateway, "gateway-1", &path, "other", &other).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body["rules"].as_array().unwrap().contains(&json!("M7")), "{}", refused.body);

    gateway_pays(&market, claim).await;
    let closed = claim_now(&market, claim).await;
    assert_eq!((&closed["stage"], &closed["outcome"]), (&json!("closed"), &json!("refunded")));
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i_sat_on_it_and_it_came_back_unrepaired_at_my_cost() {
    let (market, claim) = covered("1003", "repair", "tomrepair").await;
    market.move_clock("2025-04-01T09:00:00Z").await;
    files(&market, claim, "form", &form("repair")).await.expect(201);
    let verdict = json!({ "kind": "not_covered", "exclusion": "mechanical_damage" });
    inspected(&market, claim, verdict).await;
    adjuster(&market, claim, "remedy", json!({ "remedy": "return_unrepaired" })).await.expect(200);
    gateway_pays(&market, claim).await;
    shop(&market, claim, "handed-over", json!({ "to": "buyer" })).await.expect(200);
    let closed = claim_now(&market, claim).await;
    assert_eq!(closed["outcome"], json!("returned_unrepaired"), "{closed}");
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clicks_file_one_claim_with_fifty_equal_answers() {
    let (market, claim) = covered("1004", "repair", "wisetech-service").await;
    market.move_clock("2025-03-03T09:00:00Z").await;
    let form = form("repair");
    let clicks = (0..50).map(|_| files(&market, claim, "form", &form));
    let answers = futures::future::join_all(clicks).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (answers[0].status, &answers[0].body));
    }
    assert_eq!(answers[0].status, 201);
    let mut other = form.clone();
    other["city"] = json!("Moscow");
    let conflict = files(&market, claim, "form", &other).await;
    assert_eq!(conflict.status, 422, "the same key with another body: {}", conflict.body);
    market.settled().await;
    let path = format!("/v1/claims?policy={}", claim.policy());
    let claims = market.get(Role::Adjuster, ADJUSTER, &path).await.expect(200);
    assert_eq!(claims.body["items"].as_array().unwrap().len(), 1);
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_filed_right_after_the_sale_finds_its_policy() {
    let market = TestMarketplace::open("2025-01-01T00:00:00Z").await;
    market.move_clock("2025-02-01T09:00:00Z").await;
    market.buys("1005", "repair", "wisetech-service", "2025-02-01T09:00:00Z");
    let claim = TestMarketplace::order("1005").device(1, 1).policy().claim(1);
    // The buyer files as soon as the shop site shows the policy: claims may not have read the sale
    // yet.
    let policy = format!("/v1/policies/{}", claim.policy());
    let shown = |answer: &Answer| answer.status == 200 && answer.body.to_string().contains("sold");
    market.until("the policy is sold", (Role::Buyer, BUYER, &policy), shown).await;
    let answer = files(&market, claim, "form", &form("repair")).await;
    assert_eq!(answer.status, 409, "known, but too early: {}", answer.body);
    let code = answer.body["code"].as_str().unwrap_or_default();
    // Without waiting for the fact, the answer would be `policy.not_known`.
    assert!(code.starts_with("claim."), "{}", answer.body);
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_late_or_malformed_facts_do_no_harm() {
    let market = TestMarketplace::open("2025-01-01T00:00:00Z").await;
    market.move_clock("2025-02-05T09:00:00Z").await;
    // Delivered before it was placed; placed twice; something that is not an event at all.
    market.receives("1006", "2025-02-05T09:00:00Z");
    market.settled().await;
    market.buys("1006", "repair", "wisetech-service", "2025-02-01T09:00:00Z");
    market.buys("1006", "repair", "wisetech-service", "2025-02-01T09:00:00Z");
    market.publishes("1006", "{\"specversion\": \"1.0\", \"id\"");
    market.settled().await;
    let policy = TestMarketplace::order("1006").device(1, 1).policy();
    let policy =
        market.get(Role::Buyer, BUYER, &format!("/v1/policies/{policy}")).await.expect(200);
    // Day 16 starts at midnight in Moscow, which is still the 20th in UTC.
    assert!(policy.body.to_string().contains("2025-02-20T21:00:00Z"), "day 16: {}", policy.body);
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_authorised_roles_may_act_and_every_call_needs_a_token() {
    let (market, claim) = covered("1007", "repair", "wisetech-service").await;
    market.move_clock("2025-03-03T09:00:00Z").await;
    let path = format!("/v1/policies/{}/claims", claim.policy());
    let foreign_writer = market.post(Role::Buyer, "b-2", &path, "form", &form("repair")).await;
    assert_eq!(foreign_writer.status, 403, "{}", foreign_writer.body);
    let shop = market.post(Role::Shop, "shop", &path, "form", &form("repair")).await;
    assert_eq!(shop.status, 403, "{}", shop.body);
    let client = reqwest::Client::new();
    let bare = client.get(market.url(&format!("/v1/claims/{claim}"))).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_png_declared_as_a_jpeg_is_refused() {
    let (market, claim) = covered("1008", "repair", "wisetech-service").await;
    let path = format!("/v1/policies/{}/photos", claim.policy());
    let png = b"\x89PNG\r\n\x1a\n0000000000000000".to_vec();
    let refused = market.post_photo(BUYER, &path, "photo", png).await;
    assert!((400..500).contains(&refused.status), "{}", refused.body);
    assert!(refused.text("detail").to_lowercase().contains("jpeg"), "{}", refused.body);
    market.end().await;
}
