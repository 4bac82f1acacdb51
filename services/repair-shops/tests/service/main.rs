//! The service with a real Kafka and PostgreSQL: a job is opened, the shop reports it from receipt
//! to hand-over, and only those who may read it can.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod disclosure;

use std::path::PathBuf;

use recourse_installation::written::{first_record, write};
use recourse_installation::{Answer, Installation, settings};
use recourse_kernel::{ClaimId, JobId, OrderId, OrderKeys, Record, Role};
use recourse_repair_shops::domain::commands::{JobCommand, NoteQuestion, NoteRemedy};
use recourse_repair_shops::domain::events::Remedy;
use recourse_repair_shops::foreign::ClaimAccepted;
use recourse_terms::{ShopsPublished, Terms, TermsEvent, TermsPublished};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

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
    let sealed = json!({"person": "buyer:b-81", "box": "AAAA"});
    let body = json!({
        "claim": claim, "policy": claim.policy(), "device": claim.policy().device(),
        "order": claim.policy().device().order(), "provider": terms.provider,
        "program": terms.program, "country": "RU", "city": "Tver", "buyer": BUYER.1,
        "defect": sealed, "contact": sealed,
        "serial": IMEI, "job": claim.job(1), "terms": terms.reference(),
        "kind": {
            "category": "smartphone", "operating_system": "android", "brand": "Lark", "model": "L5",
        },
    });
    serde_json::from_value(body).unwrap()
}

/// The service with one job, which the shop in Moscow has.
struct Visit {
    service: Installation,
    claim: ClaimId,
    job: JobId,
}

impl Visit {
    async fn begins() -> Self {
        let visit = Self::prepared().await;
        let accepted = JobCommand::Open(Box::new(accepted(visit.claim)));
        let opened = visit.reported("open", &accepted).await;
        visit.is_listed(&opened).await;
        visit
    }

    /// The service before the job is opened.
    async fn prepared() -> Self {
        let service = installed().await;
        let order = OrderId::new(OrderKeys::development().key_of("market", "1001"));
        let claim = order.device(1, 1).policy().claim(1);
        Self { service, claim, job: claim.job(1) }
    }

    async fn reported(&self, id: &str, command: &JobCommand) -> String {
        self.service.report(self.claim.key.as_str(), id, command).await
    }

    /// A report about the job.
    async fn post(&self, by: (Role, &str), what: &str, id: &str, body: &Value) -> Answer {
        self.service.post(by, &format!("/v1/jobs/{}/{what}", self.job), id, body).await
    }

    async fn done(&self, what: &str, id: &str, body: &Value) -> Answer {
        let answered = self.post(MOSCOW, what, id, body).await;
        assert_eq!(answered.status, StatusCode::OK, "{what}: {answered:?}");
        answered
    }

    async fn is_listed(&self, opened: &str) {
        let mine = self.service.get(MOSCOW, "/v1/jobs?open=true", opened).await;
        assert_eq!(mine.body["items"][0]["job"], json!(self.job), "{mine:?}");
        let others = self.service.get(KAZAN, "/v1/jobs", "").await;
        assert_eq!(others.body["items"], json!([]));
        let shops = "/v1/shops?provider=wisetech-service&country=RU&city=Tver";
        let shops = self.service.get(BUYER, shops, "").await;
        assert_eq!(shops.body["goes_to"]["shop"], MOSCOW.1);
    }

    async fn device_is_shipped(&self) {
        let body = json!({
            "direction": "to_shop", "carrier": "post-ru",
            "price": {"amount": 32_000, "currency": "RUB"},
        });
        let booked = self.post(BUYER, "shipments", "w-1", &body).await;
        let shipment = self.job.shipment(1);
        assert_eq!((booked.status, &booked.body["id"]), (StatusCode::CREATED, &json!(shipment)));
        let read = self.service.get_created(BUYER, &booked).await;
        assert_eq!(read.body["carrier"], "post-ru", "{read:?}");
        let others = self.service.get(KAZAN, &booked.location, "").await;
        assert_eq!(others.status, StatusCode::NOT_FOUND, "{others:?}");
        let delivered = format!("/v1/shipments/{shipment}/delivered");
        let delivered = self.service.post(MOSCOW, &delivered, "w-2", &json!({})).await;
        assert_eq!(delivered.status, StatusCode::OK, "{delivered:?}");
    }

    async fn device_is_received(&self) {
        let other_shop = self.post(KAZAN, "received", "r-0", &json!({"serial": IMEI})).await;
        assert_eq!(
            (other_shop.status, &other_shop.body["code"]),
            (StatusCode::FORBIDDEN, &json!("job.not_allowed"))
        );
        let mistyped = json!({"serial": "490154203237519"});
        let mistyped = self.post(MOSCOW, "received", "r-1", &mistyped).await;
        assert_eq!(mistyped.status, StatusCode::BAD_REQUEST, "{mistyped:?}");
        let body = json!({"serial": IMEI, "condition": "a scratch on the back"});
        let received = self.done("received", "r-2", &body).await;
        let again = self.done("received", "r-2", &body).await;
        assert_eq!(again.body, received.body);
    }

    /// The device is inspected and the buyer chooses a repair, for which a part is missing.
    async fn part_is_awaited(&self) -> Answer {
        let verdict = json!({
            "verdict": {"kind": "covered"}, "cause": "charging controller",
            "notes": "no sign of water",
        });
        self.done("inspected", "i-1", &verdict).await;
        let at = "2025-03-01T00:00:00Z".parse().unwrap();
        let question = NoteQuestion { claim: self.claim, question: 1, at, lapsed: false };
        self.reported("question", &JobCommand::NoteQuestion(question)).await;
        let early = self.post(MOSCOW, "repaired", "d-0", &json!({})).await;
        assert_eq!(early.body["code"], "job.remedy_not_chosen", "{early:?}");
        let chosen = NoteRemedy { claim: self.claim, remedy: Remedy::Repair, at: None };
        self.reported("remedy", &JobCommand::NoteRemedy(chosen)).await;
        let part = json!({"part": "display", "expected_on": "2090-01-01"});
        self.done("parts-awaited", "p-1", &part).await
    }

    async fn is_shown_to_its_buyer_only(&self, awaited: &Answer) {
        let path = format!("/v1/jobs/{}", self.job);
        let shown = self.service.get(BUYER, &path, &awaited.position).await;
        assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
        assert_eq!(shown.body["stage"], "parts_awaited");
        assert_eq!(shown.body["inspection"]["notes"], "no sign of water");
        assert_eq!(shown.body["received"]["condition"], "a scratch on the back");
        assert_eq!(shown.body["clock"]["pauses"].as_array().unwrap().len(), 2, "{shown:?}");
        assert!(shown.body["shipments"][0]["delivered_at"].is_string(), "{shown:?}");
        let other_buyer = self.service.get((Role::Buyer, "b-82"), &path, "").await;
        assert_eq!(other_buyer.status, StatusCode::NOT_FOUND);
    }

    async fn device_is_repaired_and_handed_over(&self) {
        self.done("parts-arrived", "p-2", &json!({"part": "display"})).await;
        self.done("repaired", "d-1", &json!({})).await;
        let handed = self.done("handed-over", "h-1", &json!({"to": "buyer"})).await;
        let jobs = format!("/v1/jobs?claim={}", self.claim);
        let closed = self.service.get(AUDITOR, &jobs, &handed.position).await;
        let item = &closed.body["items"][0];
        assert_eq!((&item["stage"], &item["open"]), (&json!("closed"), &json!(false)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_reported_from_receipt_to_hand_over() {
    let visit = Visit::begins().await;
    visit.device_is_shipped().await;
    visit.device_is_received().await;
    let awaited = visit.part_is_awaited().await;
    visit.is_shown_to_its_buyer_only(&awaited).await;
    visit.device_is_repaired_and_handed_over().await;
    visit.service.end().await;
}

/// C6: whichever of its two numbers was claimed.
#[tokio::test(flavor = "multi_thread")]
async fn two_imeis_in_one_field_are_one_device() {
    const OTHER: &str = "352099001761481";
    let visit = Visit::begins().await;
    let both = json!({"serial": format!("IMEI1: {OTHER} / IMEI2: {IMEI}")});
    let received = visit.done("received", "r-1", &both).await;
    let path = format!("/v1/jobs/{}", visit.job);
    let shown = visit.service.get(MOSCOW, &path, &received.position).await.body;
    let received = (&shown["received"]["serial"], &shown["received"]["in_quarantine"]);
    assert_eq!(received, (&json!(OTHER), &json!(false)), "{shown:#}");
    // A device in quarantine could not be inspected.
    let verdict = json!({"verdict": {"kind": "covered"}, "cause": "charging controller"});
    visit.done("inspected", "i-1", &verdict).await;
    visit.service.end().await;
}
