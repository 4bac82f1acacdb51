//! The service with a real Kafka and PostgreSQL: a job is opened, the shop reports it from receipt
//! to hand-over, and only those who may read it can.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::PathBuf;

use recourse_installation::written::{first_record, write};
use recourse_installation::{Installation, settings};
use recourse_kernel::{ClaimId, OrderId, OrderKeys, Record, Role};
use recourse_repair_shops::domain::commands::{JobCommand, NoteQuestion, NoteRemedy};
use recourse_repair_shops::domain::events::Remedy;
use recourse_repair_shops::foreign::ClaimAccepted;
use recourse_terms::{ShopsPublished, Terms, TermsEvent, TermsPublished};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::json;

const MOSCOW: (Role, &str) = (Role::Shop, "wisetech-ru-moscow");
const KAZAN: (Role, &str) = (Role::Shop, "wisetech-ru-kazan");
const BUYER: (Role, &str) = (Role::Buyer, "b-81");
const AUDITOR: (Role, &str) = (Role::Auditor, "x-1");
const IMEI: &str = "490154203237518";

fn shipped<T: DeserializeOwned>(file: &str) -> T {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn terms_records() -> Vec<Record> {
    let terms = TermsPublished::of(shipped("terms/wisetech-repair-1.json"));
    let terms = TermsEvent::TermsPublished(Box::new(terms));
    let directory = shipped("shops/wisetech-service.json");
    let shops = TermsEvent::ShopsPublished(ShopsPublished { directory });
    vec![
        first_record("terms", "wisetech-repair", &terms),
        first_record("terms", "wisetech-service", &shops),
    ]
}

async fn installed() -> Installation {
    let node = Installation::node(settings("jobs")).await;
    write(&node.settings.kafka.brokers, &node.topics.events("terms"), &terms_records());
    let mut book = node.terms.watch();
    book.wait_for(|book| book.shop("wisetech-ru-moscow").is_some()).await.unwrap();
    let running = recourse_repair_shops::start(&node).await.unwrap();
    Installation::serving(node, running).await
}

fn accepted(claim: ClaimId) -> ClaimAccepted {
    let terms: Terms = shipped("terms/wisetech-repair-1.json");
    let body = json!({
        "claim": claim, "policy": claim.policy(), "device": claim.policy().device(),
        "order": claim.policy().device().order(), "provider": terms.provider,
        "program": terms.program, "country": "RU", "city": "Tver", "buyer": BUYER.1,
        "serial": IMEI, "job": claim.job(1), "terms": terms.reference(),
        "kind": {
            "category": "smartphone", "operating_system": "android", "brand": "Lark", "model": "L5",
        },
    });
    serde_json::from_value(body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_reported_from_receipt_to_hand_over() {
    let service = installed().await;
    let claim = OrderId::new(OrderKeys::development().key_of("market", "1001"))
        .device(1, 1)
        .policy()
        .claim(1);
    let (job, key) = (claim.job(1), claim.key);
    let open = JobCommand::Open(Box::new(accepted(claim)));
    let opened = service.report(key.as_str(), "open", &open).await;

    let mine = service.get(MOSCOW, "/v1/jobs?open=true", &opened).await;
    assert_eq!(mine.body["items"][0]["job"], json!(job), "{mine:?}");
    let others = service.get(KAZAN, "/v1/jobs", "").await;
    assert_eq!(others.body["items"], json!([]));
    let shops = service.get(BUYER, "/v1/shops?provider=wisetech-service&country=RU&city=Tver", "");
    assert_eq!(shops.await.body["goes_to"]["shop"], MOSCOW.1);

    let at = |path: &str| format!("/v1/jobs/{job}/{path}");
    let shipment = json!({
        "direction": "to_shop", "carrier": "post-ru", "price": {"amount": 32_000, "currency": "RUB"},
    });
    let booked = service.post(BUYER, &at("shipments"), "w-1", &shipment).await;
    assert_eq!((booked.status, &booked.body["id"]), (StatusCode::CREATED, &json!(job.shipment(1))));
    let delivered = format!("/v1/shipments/{}/delivered", job.shipment(1));
    let delivered = service.post(MOSCOW, &delivered, "w-2", &json!({})).await;
    assert_eq!(delivered.status, StatusCode::OK, "{delivered:?}");

    let foreign_writer =
        service.post(KAZAN, &at("received"), "r-0", &json!({"serial": IMEI})).await;
    assert_eq!(
        (foreign_writer.status, &foreign_writer.body["code"]),
        (StatusCode::FORBIDDEN, &json!("job.not_allowed"))
    );
    let mistyped = json!({"serial": "490154203237519"});
    let mistyped = service.post(MOSCOW, &at("received"), "r-1", &mistyped).await;
    assert_eq!(mistyped.status, StatusCode::BAD_REQUEST, "{mistyped:?}");
    let body = json!({"serial": IMEI, "condition": "a scratch on the back"});
    let received = service.post(MOSCOW, &at("received"), "r-2", &body).await;
    assert_eq!(received.status, StatusCode::OK, "{received:?}");
    let again = service.post(MOSCOW, &at("received"), "r-2", &body).await;
    assert_eq!((again.status, &again.body), (received.status, &received.body));

    let verdict = json!({
        "verdict": {"kind": "covered"}, "cause": "charging controller", "notes": "no sign of water",
    });
    let inspected = service.post(MOSCOW, &at("inspected"), "i-1", &verdict).await;
    assert_eq!(inspected.status, StatusCode::OK, "{inspected:?}");
    let request = NoteQuestion { claim, question: 1, at: "2025-03-01T00:00:00Z".parse().unwrap() };
    service.report(key.as_str(), "request", &JobCommand::NoteQuestion(request)).await;
    let early = service.post(MOSCOW, &at("repaired"), "d-0", &json!({})).await;
    assert_eq!(early.body["code"], "job.remedy_not_chosen", "{early:?}");
    let chosen = JobCommand::NoteRemedy(NoteRemedy { claim, remedy: Remedy::Repair, at: None });
    service.report(key.as_str(), "remedy", &chosen).await;
    let part = json!({"part": "display", "expected_on": "2090-01-01"});
    let awaited = service.post(MOSCOW, &at("parts-awaited"), "p-1", &part).await;

    let path = format!("/v1/jobs/{job}");
    let shown = service.get(BUYER, &path, &awaited.position).await;
    assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    assert_eq!(shown.body["stage"], "parts_awaited");
    assert_eq!(shown.body["inspection"]["notes"], "no sign of water");
    assert_eq!(shown.body["received"]["condition"], "a scratch on the back");
    assert_eq!(shown.body["clock"]["pauses"].as_array().unwrap().len(), 2, "{shown:?}");
    assert!(shown.body["shipments"][0]["delivered_at"].is_string(), "{shown:?}");
    let foreign_writer = service.get((Role::Buyer, "b-82"), &path, "").await;
    assert_eq!(foreign_writer.status, StatusCode::NOT_FOUND);

    let arrived = json!({"part": "display"});
    let arrived = service.post(MOSCOW, &at("parts-arrived"), "p-2", &arrived).await;
    assert_eq!(arrived.status, StatusCode::OK, "{arrived:?}");
    let repaired = service.post(MOSCOW, &at("repaired"), "d-1", &json!({})).await;
    assert_eq!(repaired.status, StatusCode::OK, "{repaired:?}");
    let body = json!({"to": "buyer"});
    let handed = service.post(MOSCOW, &at("handed-over"), "h-1", &body).await;
    assert_eq!(handed.status, StatusCode::OK, "{handed:?}");
    let closed = service.get(AUDITOR, &format!("/v1/jobs?claim={claim}"), &handed.position).await;
    let item = &closed.body["items"][0];
    assert_eq!((&item["stage"], &item["open"]), (&json!("closed"), &json!(false)));
    service.end().await;
}
