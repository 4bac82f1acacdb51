//! The service on a real Kafka and PostgreSQL: a claim is filed with a photo, questioned, accepted,
//! inspected, negotiated and settled, and read back by those who may.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod photos;

use std::path::PathBuf;

use recourse_claims::domain::commands::{
    ClaimCommand, CoverageFact, NoteCoverage, NoteJob, NoteOrder, NoteSettlement, RecordVerdict,
};
use recourse_claims::domain::events::{MoneyProgress, Progress};
use recourse_installation::written::{first_record, write};
use recourse_installation::{Answer, Installation, settings};
use recourse_kernel::{ClaimId, Instant, OrderId, OrderKeys, PolicyId, Principal, Record, Role};
use recourse_terms::{
    Exclusion, LocalTime, ShopsPublished, TariffsPublished, Terms, TermsEvent, TermsPublished,
    Verdict, coverage,
};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const BUYER: (Role, &str) = (Role::Buyer, "b-81");
const FOREIGN_WRITER: (Role, &str) = (Role::Buyer, "b-82");
const ADJUSTER: (Role, &str) = (Role::Adjuster, "a-17");
const AUDITOR: (Role, &str) = (Role::Auditor, "x-1");
const IMEI: &str = "490154203237518";

fn shipped<T: DeserializeOwned>(file: &str) -> T {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn terms_records() -> Vec<Record> {
    let terms = TermsPublished::of(shipped("terms/wisetech-exchange-1.json"));
    let terms = TermsEvent::TermsPublished(Box::new(terms));
    let sheet = shipped("tariffs/2025.json");
    let tariffs = TermsEvent::TariffsPublished(TariffsPublished { sheet });
    let directory = shipped("shops/wisetech-service.json");
    let shops = TermsEvent::ShopsPublished(ShopsPublished { directory });
    vec![
        first_record("terms", "wisetech-exchange", &terms),
        first_record("terms", "tariffs", &tariffs),
        first_record("terms", "wisetech-service", &shops),
    ]
}

async fn installed() -> Installation {
    let node = Installation::node(settings("claims")).await;
    write(&node.settings.kafka.brokers, &node.topics.events("terms"), &terms_records());
    let mut book = node.terms.watch();
    book.wait_for(|book| book.shop("wisetech-ru-moscow").is_some()).await.unwrap();
    let running = recourse_claims::start(&node).await.unwrap();
    Installation::serving(node, running).await
}

/// A policy whose device was delivered in Moscow at this time.
fn coverage_facts(policy: PolicyId, delivered: Instant) -> [ClaimCommand; 3] {
    let terms: Terms = shipped("terms/wisetech-exchange-1.json");
    let rubles = |amount: i64| json!({"amount": amount, "currency": "RUB"});
    let sold = json!({
        "order": policy.device().order(), "device": policy.device(), "buyer": BUYER.1,
        "kind": {
            "category": "smartphone", "operating_system": "android", "brand": "Lark", "model": "L5",
        },
        "program": terms.program, "provider": terms.provider, "country": "RU", "city": "Tver",
        "price": rubles(60_000), "device_price": rubles(1_000_000), "terms": terms.reference(),
    });
    let zone = "Europe/Moscow".parse().unwrap();
    let country = "RU".parse().unwrap();
    let delivered_there = LocalTime { at: delivered, zone };
    let days = coverage(&terms, delivered, &country, Some(delivered_there)).unwrap();
    let mut days = serde_json::to_value(days).unwrap();
    days["delivered_at"] = json!(delivered);
    let note = |fact| ClaimCommand::NoteCoverage(Box::new(NoteCoverage { policy, fact }));
    let order = policy.device().order();
    [
        note(CoverageFact::Sold(serde_json::from_value(sold).unwrap())),
        note(CoverageFact::Scheduled {
            days: serde_json::from_value(days).unwrap(),
            corrected: false,
        }),
        ClaimCommand::NoteOrder(NoteOrder { order, completed_at: delivered }),
    ]
}

async fn covered(service: &Installation, number: &str, days_ago: i64) -> (PolicyId, String) {
    let policy =
        OrderId::new(OrderKeys::development().key_of("market", number)).device(1, 1).policy();
    let since = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let now = i64::try_from(since).unwrap();
    let delivered = Instant::from_timestamp(now - days_ago * 24 * 3600, 0).unwrap();
    let mut position = String::new();
    for (index, fact) in coverage_facts(policy, delivered).iter().enumerate() {
        let name = format!("fact-{index}");
        position = service.report(policy.key.as_str(), &name, fact).await;
    }
    (policy, position)
}

fn form(photo: &Value) -> Value {
    json!({
        "defect": "It does not start since Monday, whatever I press.",
        "requested_remedy": "replacement",
        "contact": {
            "name": "Maria", "email": "maria@example.org", "phone": "+7 495 123-45-67",
            "street": "Lenina 1",
        },
        "city": "Tver", "country": "RU", "serial": IMEI, "photos": [photo],
    })
}

fn jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 8, image::Rgb([120, 80, 40]))
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

#[track_caller]
fn refused(answer: &Answer, status: StatusCode, code: &str) {
    assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{answer:?}");
}

/// Uploads a photo and files a claim; returns the claim's id.
async fn filed(service: &Installation, policy: PolicyId, noted: &str) -> ClaimId {
    // Read your own writes: the upload looks the policy up.
    let none = service.get(BUYER, &format!("/v1/claims?policy={policy}"), noted).await;
    assert_eq!(none.body["items"], json!([]));
    let photos = format!("/v1/policies/{policy}/photos");
    let foreign_writer = service.post_photo(FOREIGN_WRITER, &photos, jpeg()).await;
    assert_eq!(foreign_writer.status, StatusCode::FORBIDDEN, "{foreign_writer:?}");
    let photo = service.post_photo(BUYER, &photos, jpeg()).await;
    service.get_created(BUYER, &photo).await;
    let others = service.get(FOREIGN_WRITER, &photo.location, "").await;
    refused(&others, StatusCode::NOT_FOUND, "photo.not_known");

    let claims = format!("/v1/policies/{policy}/claims");
    let gaps =
        service.post(BUYER, &claims, "f-0", &json!({"requested_remedy": "replacement"})).await;
    refused(&gaps, StatusCode::UNPROCESSABLE_ENTITY, "claim.form_incomplete");
    let form = form(&photo.body);
    let other = service.post(FOREIGN_WRITER, &claims, "f-1", &form).await;
    refused(&other, StatusCode::FORBIDDEN, "claim.not_allowed");
    let filed = service.post(BUYER, &claims, "f-2", &form).await;
    assert_eq!(service.get_created(BUYER, &filed).await.body["claim"], filed.body["id"]);
    let again = service.post(BUYER, &claims, "f-2", &form).await;
    assert_eq!((again.status, &again.body), (filed.status, &filed.body));
    let second = service.post(BUYER, &claims, "f-3", &form).await;
    refused(&second, StatusCode::CONFLICT, "claim.another_is_open");
    filed.body["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_goes_from_the_form_to_an_agreement() {
    let service = installed().await;
    let (policy, noted) = covered(&service, "1001", 60).await;
    let claim = filed(&service, policy, &noted).await;
    assert_eq!(claim, policy.claim(1));
    let accepted = questioned_and_accepted(&service, claim).await;
    everyone_sees_what_they_may(&service, claim, &accepted).await;
    costs_are_shown_before_the_device_is_posted(&service, claim).await;
    a_second_defect_joins(&service, claim).await;
    inspected(&service, claim).await;
    negotiated(&service, claim).await;
    let closed = settled(&service, claim).await;
    let shown = service.get(BUYER, &format!("/v1/claims/{claim}"), &closed).await.body;
    assert_eq!(
        (&shown["stage"], &shown["outcome"]),
        (&json!("closed"), &json!("settled_by_agreement"))
    );
    assert_eq!(shown["verdict"], json!({"kind": "not_covered", "exclusion": "misuse"}));
    assert_eq!(shown["more_defects"][1]["cause"], "the loudspeaker is silent");
    every_decision_is_explained_to_all_alike(&service, claim).await;
    service.end().await;
}

/// The position of an answer, which must be a success.
fn ok(answer: Answer) -> String {
    assert!(answer.status.is_success(), "{answer:?}");
    answer.position
}

/// C3
async fn questioned_and_accepted(service: &Installation, claim: ClaimId) -> String {
    let at = |path: &str| format!("/v1/claims/{claim}/{path}");
    let question = json!({"text": "Since when exactly?"});
    ok(service.post(ADJUSTER, &at("questions"), "q-1", &question).await);
    let early = service.post(ADJUSTER, &at("acceptance"), "a-0", &json!({})).await;
    refused(&early, StatusCode::CONFLICT, "claim.answer_is_awaited");
    let answer = json!({"text": "Since Monday."});
    ok(service.post(BUYER, &at("questions/1/answer"), "q-2", &answer).await);
    ok(service.post(ADJUSTER, &at("acceptance"), "a-1", &json!({})).await)
}

async fn everyone_sees_what_they_may(service: &Installation, claim: ClaimId, accepted: &str) {
    let path = format!("/v1/claims/{claim}");
    let shown = service.get(BUYER, &path, accepted).await.body;
    assert_eq!(shown["stage"], "inspection", "{shown:#}");
    assert_eq!(shown["questions"][0]["answer"], "Since Monday.");
    assert_eq!(shown["contact"]["email"], "maria@example.org");
    assert_eq!(shown["clock"]["rule"], "T3");
    assert_eq!(shown["clock"]["pauses"][0]["reason"], "answer");
    assert_eq!(shown["branch"]["id"], "wisetech-ru-moscow");
    assert!(shown["provider_contact"]["phone"].is_string(), "{shown:#}");
    assert!(shown["coverage_days"]["first"].is_string(), "{shown:#}");
    assert_eq!(shown["likely_costs"]["by_verdict"].as_array().unwrap().len(), 3, "{shown:#}");
    let audited = service.get(AUDITOR, &path, "").await.body;
    assert_eq!((&audited["defect"], &audited["stage"]), (&Value::Null, &json!("inspection")));
    let foreign_writer = service.get(FOREIGN_WRITER, &path, "").await;
    refused(&foreign_writer, StatusCode::NOT_FOUND, "claim.not_known");
    let photo = shown["photos"][0]["sha256"].as_str().unwrap();
    let photo = service.get(ADJUSTER, &format!("{path}/photos/{photo}"), "").await;
    assert_eq!(photo.status, StatusCode::OK);
}

/// C4
async fn a_second_defect_joins(service: &Installation, claim: ClaimId) {
    let more = json!({"defect": "The camera shows only black, too."});
    let path = format!("/v1/claims/{claim}");
    let added = ok(service.post(BUYER, &format!("{path}/defects"), "d-1", &more).await);
    let shown = service.get(BUYER, &path, &added).await.body;
    assert_eq!(shown["more_defects"][0]["text"], "The camera shows only black, too.");
}

/// What the shop reports about the device.
async fn noted(service: &Installation, claim: ClaimId, id: &str, what: Progress) {
    let noted = NoteJob {
        job: claim.job(1),
        what,
        shipment: None,
        shop: None,
        serial: None,
        serials: Vec::new(),
        now: None,
        receipt: None,
        counts_from: None,
        at: "2026-01-01T00:00:00Z".parse().unwrap(),
    };
    service.report(claim.key.as_str(), id, &ClaimCommand::NoteJob(Box::new(noted))).await;
}

async fn inspected(service: &Installation, claim: ClaimId) {
    noted(service, claim, "received", Progress::Received).await;
    let found = RecordVerdict {
        job: claim.job(1),
        verdict: Verdict::NotCovered { exclusion: Exclusion::Misuse },
        cause: "the battery was forced".parse().unwrap(),
        by: Principal::new(Role::Shop, "wisetech-ru-moscow"),
        found_at: "2026-01-02T00:00:00Z".parse().unwrap(),
        also_found: vec!["the loudspeaker is silent".parse().unwrap()],
        defects: Vec::new(),
    };
    let found = ClaimCommand::RecordVerdict(Box::new(found));
    service.report(claim.key.as_str(), "found", &found).await;
}

async fn negotiated(service: &Installation, claim: ClaimId) {
    let at = |path: &str| format!("/v1/claims/{claim}/{path}");
    let rubles = |amount: i64| json!({"amount": amount, "currency": "RUB"});
    let offer = json!({"kind": "paid_repair", "price": rubles(300_000), "text": "A new battery."});
    ok(service.post(ADJUSTER, &at("offers"), "o-1", &offer).await);
    let counter = json!({"kind": "agreement", "price": rubles(100_000), "repair": true});
    ok(service.post(BUYER, &at("offers"), "o-2", &counter).await);
    let own = service.post(BUYER, &at("offers/2/acceptance"), "o-3", &json!({})).await;
    refused(&own, StatusCode::CONFLICT, "claim.own_offer");
    let agreed = ok(service.post(ADJUSTER, &at("offers/2/acceptance"), "o-4", &json!({})).await);
    let settling = "/v1/claims?stage=settlement&provider=wisetech-service";
    let listed = service.get(ADJUSTER, settling, &agreed).await;
    assert_eq!(listed.body["items"][0]["claim"], json!(claim), "{listed:?}");
}

/// The device leaves the shop, and every payment is made. Returns the position of the last event.
async fn settled(service: &Installation, claim: ClaimId) -> String {
    noted(service, claim, "handed", Progress::HandedOver).await;
    let (settlement, what) = (claim.settlement(), MoneyProgress::Closed);
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let paid =
        ClaimCommand::NoteSettlement(NoteSettlement { claim, settlement, what, outcome: None, at });
    service.report(claim.key.as_str(), "paid", &paid).await
}

/// C5
async fn costs_are_shown_before_the_device_is_posted(service: &Installation, claim: ClaimId) {
    let path = format!("/v1/claims/{claim}/costs");
    let shown = service.get(BUYER, &path, "").await;
    assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    assert_eq!(shown.body["shipments"][0]["direction"], "to_shop", "{shown:?}");
    assert!(shown.body["shipments"][0]["tariff"]["id"].is_string(), "{shown:?}");
    assert_eq!(shown.body["by_verdict"][0]["comes_back"]["what"], "replacement");
    assert_eq!(shown.body["by_verdict"][1]["shipments_paid_by"], json!(["buyer", "buyer"]));
    let foreign_writer = service.get(FOREIGN_WRITER, &path, "").await;
    refused(&foreign_writer, StatusCode::NOT_FOUND, "claim.not_known");
}

async fn every_decision_is_explained_to_all_alike(service: &Installation, claim: ClaimId) {
    let path = format!("/v1/claims/{claim}/decisions");
    let all = service.get(BUYER, &path, "").await.body;
    for other in [ADJUSTER, AUDITOR] {
        assert_eq!(service.get(other, &path, "").await.body, all);
    }
    let decisions = all["decisions"].as_array().unwrap();
    let said: Vec<_> = decisions.iter().map(|one| one["said"].as_str().unwrap()).collect();
    assert_eq!(said[0], "The claim was filed, in time and complete.");
    assert_eq!(said.last(), Some(&"The claim was closed as settled by agreement."));
    let first = service.get(AUDITOR, &format!("{path}/1"), "").await.body;
    assert_eq!(first, decisions[0]);
    let photos = first["rules"].as_array().unwrap().iter().find(|tried| tried["rule"] == "C2");
    let asked_for = &photos.unwrap()["terms"][0];
    assert_eq!(asked_for["path"], "claim.photos_at_least", "{first:#}");
    assert_eq!((&asked_for["value"], &asked_for["source"]), (&json!(1), &json!("chosen")));
    for nothing in ["0", "99"] {
        let none = service.get(BUYER, &format!("{path}/{nothing}"), "").await;
        refused(&none, StatusCode::NOT_FOUND, "decision.not_known");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_day_16_the_answer_says_when_coverage_starts_and_where_to_go() {
    let service = installed().await;
    let (policy, noted) = covered(&service, "1002", 3).await;
    let none = service.get(BUYER, &format!("/v1/claims?policy={policy}"), &noted).await;
    assert_eq!(none.status, StatusCode::OK);
    let photo = service.post_photo(BUYER, &format!("/v1/policies/{policy}/photos"), jpeg()).await;
    let path = format!("/v1/policies/{policy}/claims");
    let early = service.post(BUYER, &path, "f-1", &form(&photo.body["sha256"])).await;
    refused(&early, StatusCode::CONFLICT, "claim.before_coverage");
    let disputes = format!("/v1/devices/{}/disputes", policy.device());
    let instead = early.body["instead"].as_str().unwrap();
    assert!(instead.starts_with("Open a dispute with the seller, or file the claim"), "{instead}");
    assert_eq!(early.body["instead_url"], json!(disputes));
    assert_eq!(early.body["instead_method"], "POST");
    assert!(early.body["facts"]["starts"].is_string(), "{early:?}");
    service.end().await;
}
