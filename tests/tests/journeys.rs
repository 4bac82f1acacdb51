//! Journeys across all services, on the real stack and over public interfaces only. Each reads like a
//! letter from a buyer.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use recourse_kernel::{ClaimId, Role};
use recourse_tests::town::{Answer, Town};
use serde_json::{Value, json};

const BUYER: &str = "b-1";
const ADJUSTER: &str = "adjuster-7";
const IMEI: &str = "490154203237518";

/// An order bought on 1 February, delivered on 5 February; cover begins on 21 February.
async fn covered(number: &str, program: &str, provider: &str) -> (Town, ClaimId) {
    let town = Town::open("2025-01-01T00:00:00Z").await;
    town.move_clock("2025-02-01T09:00:00Z").await;
    town.buys(number, program, provider, "2025-02-01T09:00:00Z");
    town.settled().await;
    town.move_clock("2025-02-05T09:00:00Z").await;
    town.receives(number, "2025-02-05T09:00:00Z");
    town.settled().await;
    let claim = Town::order(number).device(1, 1).policy().claim(1);
    (town, claim)
}

fn form(wish: &str) -> Value {
    json!({
        "defect": "The screen stays dark although the telephone rings.",
        "wish": wish,
        "contact": { "name": "Anna", "email": "anna@example.org", "phone": "+7 843 000-00-00" },
        "city": "Kazan", "country": "RU", "serial": IMEI, "photos": [],
    })
}

async fn files(town: &Town, claim: ClaimId, key: &str, form: &Value) -> Answer {
    let path = format!("/v1/policies/{}/claims", claim.policy());
    town.post(Role::Buyer, BUYER, &path, key, form).await
}

async fn adjuster(town: &Town, claim: ClaimId, what: &str, body: Value) -> Answer {
    let path = format!("/v1/claims/{claim}/{what}");
    town.post(Role::Adjuster, ADJUSTER, &path, &format!("{claim}-{what}"), &body).await
}

/// The shop that has the job tells something of it.
async fn shop(town: &Town, claim: ClaimId, what: &str, body: Value) -> Answer {
    let job = claim.job(1);
    let job_now = town.get(Role::Adjuster, ADJUSTER, &format!("/v1/jobs/{job}")).await.expect(200);
    let shop = job_now.body["shop"]["id"].as_str().expect("a shop").to_owned();
    let path = format!("/v1/jobs/{job}/{what}");
    town.post(Role::Shop, &shop, &path, &format!("{job}-{what}"), &body).await
}

/// The gateway pays or collects every leg of the claim that is owed.
async fn gateway_pays(town: &Town, claim: ClaimId) {
    town.settled().await;
    let legs = town.get(Role::Gateway, "gateway-1", "/v1/legs?state=owed").await.expect(200);
    let of_claim = format!("{}-", claim.to_string().trim_start_matches("clm_"));
    for leg in legs.body["items"].as_array().expect("legs") {
        let id = leg["leg"].as_str().expect("an id");
        if !id.contains(&of_claim) {
            continue;
        }
        let now = town.process.node.clock.now();
        let body =
            json!({ "amount": leg["amount"], "reference": format!("pay-{id}"), "paid_at": now });
        let path = format!("/v1/legs/{id}/paid");
        town.post(Role::Gateway, "gateway-1", &path, id, &body).await.expect(200);
    }
    town.settled().await;
}

async fn claim_now(town: &Town, claim: ClaimId) -> Value {
    town.settled().await;
    town.get(Role::Buyer, BUYER, &format!("/v1/claims/{claim}")).await.expect(200).body
}

/// The claim is accepted, and the device is on the bench with a verdict.
async fn inspected(town: &Town, claim: ClaimId, verdict: Value) {
    adjuster(town, claim, "acceptance", json!({})).await.expect(200);
    town.settled().await;
    let now = town.process.node.clock.now();
    shop(town, claim, "received", json!({ "serial": IMEI, "received_at": now })).await.expect(200);
    let body = json!({ "verdict": verdict, "cause": "display_controller", "inspected_at": now });
    shop(town, claim, "inspected", body).await.expect(200);
    town.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn my_telephone_broke_in_march_and_came_back_repaired() {
    let (town, claim) = covered("1001", "repair", "wisetech-service").await;

    // On day 3 I am told when cover begins, and that the dispute is the way until then (C1).
    town.move_clock("2025-02-08T09:00:00Z").await;
    let early = files(&town, claim, "early", &form("repair")).await;
    assert_eq!(early.status, 409, "{}", early.body);
    assert!(early.body["rules"].as_array().unwrap().contains(&json!("C1")), "{}", early.body);
    assert!(early.text("instead").contains("dispute"), "{}", early.body);

    town.move_clock("2025-03-03T09:00:00Z").await;
    let filed = files(&town, claim, "form", &form("repair")).await.expect(201);
    assert_eq!(filed.text("id"), claim.to_string());
    let second = files(&town, claim, "form-2", &form("repair")).await;
    assert_eq!(second.status, 409, "one open claim for a policy (C4): {}", second.body);

    inspected(&town, claim, json!({ "kind": "covered" })).await;
    adjuster(&town, claim, "remedy", json!({ "remedy": "repair" })).await.expect(200);
    town.move_clock("2025-03-10T09:00:00Z").await;
    shop(&town, claim, "repaired", json!({})).await.expect(200);
    shop(&town, claim, "handed-over", json!({ "to": "buyer" })).await.expect(200);
    gateway_pays(&town, claim).await;

    let closed = claim_now(&town, claim).await;
    assert_eq!((&closed["stage"], &closed["outcome"]), (&json!("closed"), &json!("repaired")));

    // My timeline is made of the events themselves, from all services.
    let path = format!("/v1/claims/{claim}/timeline");
    let timeline = town.get(Role::Buyer, BUYER, &path).await.expect(200);
    let text = timeline.body.to_string();
    for event in ["claim.filed", "job.received", "claim.verdict_recorded", "claim.closed"] {
        assert!(text.contains(event), "{event} is not in {text}");
    }
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_could_not_be_repaired_and_i_got_my_money_once() {
    let (town, claim) = covered("1002", "exchange", "wisetech-service").await;
    town.move_clock("2025-10-06T09:00:00Z").await;
    // Exchange claims come with a photo.
    let path = format!("/v1/policies/{}/photos", claim.policy());
    let photo = recourse_tests::photo::jpeg();
    let photo = town.post_photo(BUYER, &path, "photo", photo).await.expect(201);
    let mut form = form("refund");
    form["photos"] = json!([photo.body["sha256"]]);
    files(&town, claim, "form", &form).await.expect(201);
    inspected(&town, claim, json!({ "kind": "covered" })).await;
    shop(&town, claim, "beyond-repair", json!({ "because": "found_so" })).await.expect(200);
    town.settled().await;
    adjuster(&town, claim, "remedy", json!({ "remedy": "cash" })).await.expect(200);
    town.settled().await;

    // Month 9 of 12: 70 % of the price paid (M1).
    let legs = town.get(Role::Gateway, "gateway-1", "/v1/legs?state=owed").await.expect(200);
    let owed = legs.body["items"].as_array().unwrap();
    let cash: Vec<&Value> = owed.iter().filter(|leg| leg["kind"] == "device_cash").collect();
    assert_eq!(cash.len(), 1, "{}", legs.body);
    assert_eq!(cash[0]["amount"], json!({ "amount": 1_400_000, "currency": "RUB" }));

    // The gateway confirms it, confirms it again, and another payment of the same leg is refused (M7).
    let id = cash[0]["leg"].as_str().unwrap().to_owned();
    let now = town.process.node.clock.now();
    let path = format!("/v1/legs/{id}/paid");
    let body = json!({ "amount": cash[0]["amount"], "reference": "bank-1", "paid_at": now });
    for key in ["first", "first", "again"] {
        town.post(Role::Gateway, "gateway-1", &path, key, &body).await.expect(200);
    }
    let other = json!({ "amount": cash[0]["amount"], "reference": "bank-2", "paid_at": now });
    let refused = town.post(Role::Gateway, "gateway-1", &path, "other", &other).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body["rules"].as_array().unwrap().contains(&json!("M7")), "{}", refused.body);

    gateway_pays(&town, claim).await;
    let closed = claim_now(&town, claim).await;
    assert_eq!((&closed["stage"], &closed["outcome"]), (&json!("closed"), &json!("refunded")));
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i_sat_on_it_and_it_came_back_unrepaired_at_my_cost() {
    let (town, claim) = covered("1003", "repair", "tomrepair").await;
    town.move_clock("2025-04-01T09:00:00Z").await;
    files(&town, claim, "form", &form("repair")).await.expect(201);
    let verdict = json!({ "kind": "not_covered", "exclusion": "mechanical_damage" });
    inspected(&town, claim, verdict).await;
    adjuster(&town, claim, "remedy", json!({ "remedy": "return_unrepaired" })).await.expect(200);
    gateway_pays(&town, claim).await;
    shop(&town, claim, "handed-over", json!({ "to": "buyer" })).await.expect(200);
    let closed = claim_now(&town, claim).await;
    assert_eq!(closed["outcome"], json!("returned_unrepaired"), "{closed}");
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clicks_are_one_claim_with_fifty_equal_answers() {
    let (town, claim) = covered("1004", "repair", "wisetech-service").await;
    town.move_clock("2025-03-03T09:00:00Z").await;
    let form = form("repair");
    let clicks = (0..50).map(|_| files(&town, claim, "form", &form));
    let answers = futures::future::join_all(clicks).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (answers[0].status, &answers[0].body));
    }
    assert_eq!(answers[0].status, 201);
    let mut other = form.clone();
    other["city"] = json!("Moscow");
    let conflict = files(&town, claim, "form", &other).await;
    assert_eq!(conflict.status, 422, "the same key with another body: {}", conflict.body);
    town.settled().await;
    let path = format!("/v1/claims?policy={}", claim.policy());
    let claims = town.get(Role::Adjuster, ADJUSTER, &path).await.expect(200);
    assert_eq!(claims.body["items"].as_array().unwrap().len(), 1);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_filed_at_once_after_the_sale_is_not_unknown() {
    let town = Town::open("2025-01-01T00:00:00Z").await;
    town.move_clock("2025-02-01T09:00:00Z").await;
    town.buys("1005", "repair", "wisetech-service", "2025-02-01T09:00:00Z");
    let claim = Town::order("1005").device(1, 1).policy().claim(1);
    // As soon as the shop site shows the policy, the buyer files: claims may not have read the sale yet.
    let policy = format!("/v1/policies/{}", claim.policy());
    let shown = |answer: &Answer| answer.status == 200 && answer.body.to_string().contains("sold");
    town.until("the policy is sold", (Role::Buyer, BUYER, &policy), shown).await;
    let answer = files(&town, claim, "form", &form("repair")).await;
    assert_eq!(answer.status, 409, "known, and too early: {}", answer.body);
    let code = answer.body["code"].as_str().unwrap_or_default();
    // `policy.not_known` would be the answer of somebody who had not waited for the fact.
    assert!(code.starts_with("claim."), "{}", answer.body);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_marketplace_says_twice_late_or_badly_harms_nobody() {
    let town = Town::open("2025-01-01T00:00:00Z").await;
    town.move_clock("2025-02-05T09:00:00Z").await;
    // Delivered before it was placed; placed twice; something that is no event at all.
    town.receives("1006", "2025-02-05T09:00:00Z");
    town.settled().await;
    town.buys("1006", "repair", "wisetech-service", "2025-02-01T09:00:00Z");
    town.buys("1006", "repair", "wisetech-service", "2025-02-01T09:00:00Z");
    town.publishes("1006", "{\"specversion\": \"1.0\", \"id\"");
    town.settled().await;
    let policy = Town::order("1006").device(1, 1).policy();
    let policy = town.get(Role::Buyer, BUYER, &format!("/v1/policies/{policy}")).await.expect(200);
    // Day 16 begins at midnight in Moscow, which is still the 20th in UTC.
    assert!(policy.body.to_string().contains("2025-02-20T21:00:00Z"), "day 16: {}", policy.body);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_can_do_and_every_call_needs_a_token() {
    let (town, claim) = covered("1007", "repair", "wisetech-service").await;
    town.move_clock("2025-03-03T09:00:00Z").await;
    let path = format!("/v1/policies/{}/claims", claim.policy());
    let stranger = town.post(Role::Buyer, "b-2", &path, "form", &form("repair")).await;
    assert_eq!(stranger.status, 403, "{}", stranger.body);
    let shop = town.post(Role::Shop, "shop", &path, "form", &form("repair")).await;
    assert_eq!(shop.status, 403, "{}", shop.body);
    let client = reqwest::Client::new();
    let bare = client.get(town.url(&format!("/v1/claims/{claim}"))).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_png_that_calls_itself_a_jpeg_is_refused() {
    let (town, claim) = covered("1008", "repair", "wisetech-service").await;
    let path = format!("/v1/policies/{}/photos", claim.policy());
    let png = b"\x89PNG\r\n\x1a\n0000000000000000".to_vec();
    let refused = town.post_photo(BUYER, &path, "photo", png).await;
    assert!((400..500).contains(&refused.status), "{}", refused.body);
    assert!(refused.text("detail").to_lowercase().contains("jpeg"), "{}", refused.body);
    town.end().await;
}
