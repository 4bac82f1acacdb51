//! Every service as a separate process: they meet only on Kafka, and still finish a claim.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use recourse_edge::issue_token;
use recourse_installation::command_line::recourse;
use recourse_kernel::{ClaimId, Principal, Role};
use recourse_runtime::clock::ClockMoved;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::Topics;
use recourse_tests::schema_check::validate_log;
use recourse_tests::test_marketplace::{self, TestMarketplace};
use serde_json::{Value, json};

const IMEI: &str = "490154203237518";
const SERVICES: [&str; 6] =
    ["order-intake", "warranty-sales", "claims", "repair-shops", "refunds", "audit"];

/// A service's process; it is stopped with the test.
struct Service {
    child: Child,
    address: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(service: &str, settings: &Settings, collector: &Collector) -> Service {
    let mut child = recourse(settings, &["serve", service])
        .env("RECOURSE__INSTANCE", service)
        .env("RECOURSE__TELEMETRY__OTLP_ENDPOINT", &collector.address)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.rsplit("http://").next().unwrap().trim().to_owned();
    assert!(address.contains(':'), "{service} did not start: {line}");
    Service { child, address }
}

/// The trace that the adjuster's acceptance belongs to.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Collects the traces that the processes send.
struct Collector {
    address: String,
    bodies: Arc<Mutex<Vec<Bytes>>>,
}

impl Collector {
    async fn open() -> Self {
        let bodies: Arc<Mutex<Vec<Bytes>>> = Arc::default();
        let kept = Arc::clone(&bodies);
        let take = move |body: Bytes| {
            kept.lock().unwrap().push(body);
            std::future::ready(())
        };
        let routes = Router::new().route("/v1/traces", post(take));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, routes).await });
        Self { address, bodies }
    }

    /// Whether a service has sent a span of this name in [`TRACE`].
    fn has(&self, service: &str, name: &str) -> bool {
        let trace = hex::decode(TRACE).unwrap();
        let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|it| it == part);
        self.bodies.lock().unwrap().iter().any(|body| {
            let of_trace = body.windows(trace.len()).zip(0..).filter(|(it, _)| *it == trace);
            // In an OTLP span the trace id, two other ids and the name follow each other.
            let mut spans = of_trace.map(|(_, at)| &body[at..body.len().min(at + 160)]);
            holds(body, format!("recourse-{service}").as_bytes())
                && spans.any(|span| holds(span, name.as_bytes()))
        })
    }
}

struct Street {
    settings: Settings,
    services: Vec<Service>,
    producer: BaseProducer,
    client: reqwest::Client,
}

impl Street {
    fn url(&self, service: &str, path: &str) -> String {
        let index = SERVICES.iter().position(|name| *name == service).unwrap();
        format!("http://{}{path}", self.services[index].address)
    }

    fn token(&self, role: Role, subject: &str) -> String {
        issue_token(&self.settings, &Principal::new(role, subject), test_marketplace::PATIENCE * 10)
            .unwrap()
    }

    async fn get(&self, service: &str, role: Role, subject: &str, path: &str) -> Value {
        let call = self.client.get(self.url(service, path)).bearer_auth(self.token(role, subject));
        call.send().await.unwrap().json().await.unwrap_or_default()
    }

    /// Sends a command until it is accepted: what it refers to may not have arrived yet.
    async fn post(&self, service: &str, role: Role, subject: &str, path: &str, body: &Value) {
        let deadline = std::time::Instant::now() + test_marketplace::PATIENCE;
        for attempt in 0.. {
            let call = self
                .client
                .post(self.url(service, path))
                .bearer_auth(self.token(role, subject))
                .header("idempotency-key", format!("{path}-{attempt}"))
                .json(body);
            let call = if path.ends_with("/acceptance") {
                call.header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"))
            } else {
                call
            };
            let answer = call.send().await.unwrap();
            let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
            if status < 300 {
                return;
            }
            assert!(std::time::Instant::now() < deadline, "{path}: {status}: {text}");
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    }

    async fn until(
        &self,
        (service, role, subject, path): (&str, Role, &str, &str),
        holds: impl Fn(&Value) -> bool,
    ) -> Value {
        let deadline = std::time::Instant::now() + test_marketplace::PATIENCE;
        loop {
            let body = self.get(service, role, subject, path).await;
            if holds(&body) {
                return body;
            }
            assert!(std::time::Instant::now() < deadline, "{path}: {body}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    fn clock(&self, instant: &str) {
        let topic = Topics::new(&self.settings.topic_prefix).clock();
        ClockMoved { now: instant.parse().unwrap() }.send(&self.producer, &topic).unwrap();
        self.producer.flush(test_marketplace::PATIENCE).unwrap();
    }

    fn reports(&self, facts: &[Value]) {
        let topic = Topics::new(&self.settings.topic_prefix).marketplace();
        for fact in facts {
            let value = fact.to_string();
            let record = BaseRecord::to(&topic).key("2001").payload(&value);
            self.producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        self.producer.flush(test_marketplace::PATIENCE).unwrap();
    }
}

/// The first claim under the policy of order 2001.
fn claim() -> ClaimId {
    TestMarketplace::order("2001").device(1, 1).policy().claim(1)
}

impl Street {
    async fn publishes(&self) {
        self.clock("2025-01-01T00:00:00Z");
        let token = self.token(Role::Operator, "publish");
        let url = self.url("warranty-sales", "");
        let documents = test_marketplace::shipped();
        let reported = recourse_clients::published::publish(&url, &token, &documents);
        assert!(reported.await.unwrap().iter().all(Option::is_none));
    }

    /// A buyer buys a device with a warranty, and receives it.
    async fn sells(&self) {
        let bought = "2025-02-01T09:00:00Z";
        self.clock(bought);
        self.reports(&test_marketplace::purchase("2001", "repair", "wisetech-service", bought));
        self.clock("2025-02-05T09:00:00Z");
        self.reports(&test_marketplace::receipt("2001", "2025-02-05T09:00:00Z"));
        let policy = format!("/v1/policies/{}", claim().policy());
        let scheduled = |body: &Value| body.to_string().contains("2025-02-20T21:00:00Z");
        self.until(("warranty-sales", Role::Buyer, "b-1", &policy), scheduled).await;
        let path = format!("/v1/orders/{}", TestMarketplace::order("2001"));
        let completed = |body: &Value| body.to_string().contains("completed");
        self.until(("order-intake", Role::Buyer, "b-1", &path), completed).await;
    }

    /// The buyer claims, and a shop repairs the device.
    async fn repairs(&self) {
        self.clock("2025-03-03T09:00:00Z");
        let form = json!({
            "defect": "The screen stays dark although the phone rings.",
            "requested_remedy": "repair",
            "contact": { "name": "Anna", "email": "anna@example.org", "phone": "+7 843 000-00-00" },
            "city": "Kazan", "country": "RU", "serial": IMEI, "photos": [],
        });
        let claim = claim();
        let claims = format!("/v1/policies/{}/claims", claim.policy());
        self.post("claims", Role::Buyer, "b-1", &claims, &form).await;
        let acceptance = format!("/v1/claims/{claim}/acceptance");
        self.post("claims", Role::Adjuster, "a-1", &acceptance, &json!({})).await;
        let job = format!("/v1/jobs/{}", claim.job(1));
        let opened = |body: &Value| body["shop"]["id"].is_string();
        let body = self.until(("repair-shops", Role::Adjuster, "a-1", &job), opened).await;
        let shop = body["shop"]["id"].as_str().unwrap();
        let at_shop = async |what: &str, body: Value| {
            self.post("repair-shops", Role::Shop, shop, &format!("{job}/{what}"), &body).await;
        };
        at_shop("received", json!({ "serial": IMEI })).await;
        at_shop("inspected", json!({ "verdict": { "kind": "covered" }, "cause": "display" })).await;
        let remedy = format!("/v1/claims/{claim}/remedy");
        let repair = json!({ "remedy": "repair" });
        self.post("claims", Role::Adjuster, "a-1", &remedy, &repair).await;
        at_shop("repaired", json!({})).await;
        at_shop("handed-over", json!({ "to": "buyer" })).await;
    }

    /// The claim is closed, and its timeline says so.
    async fn has_closed_the_claim(&self) {
        let closed = |body: &Value| body["stage"] == "closed" && body["outcome"] == "repaired";
        let path = format!("/v1/claims/{}", claim());
        self.until(("claims", Role::Buyer, "b-1", &path), closed).await;
        let path = format!("/v1/claims/{}/timeline", claim());
        let reported = |body: &Value| body.to_string().contains("claim.closed");
        self.until(("audit", Role::Buyer, "b-1", &path), reported).await;
    }
}

/// One trace, from the adjuster's call through claims to the shop's job and the audit timeline.
async fn have_sent_one_trace(topics: &Topics, collector: &Collector) {
    let sent = format!("send {}", topics.commands("claims"));
    let projected = format!("process {}", topics.events("jobs"));
    for (service, span) in [
        ("claims", "POST /v1/claims/{clm}/acceptance"),
        ("claims", sent.as_str()),
        ("claims", "process recourse.claims.commands.v1"),
        ("repair-shops", "process recourse.claims.events.v1"),
        ("audit", projected.as_str()),
    ] {
        let deadline = std::time::Instant::now() + test_marketplace::PATIENCE;
        while !collector.has(service, span) {
            assert!(std::time::Instant::now() < deadline, "{service} has sent no span {span}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn six_processes_finish_a_claim() {
    let settings = test_marketplace::settings();
    let collector = Collector::open().await;
    let services = SERVICES.map(|service| start(service, &settings, &collector)).into();
    let connection = settings.kafka.connection();
    let producer = connection.producer().create().unwrap();
    let street = Street { settings, services, producer, client: reqwest::Client::new() };

    street.publishes().await;
    street.sells().await;
    street.repairs().await;
    street.has_closed_the_claim().await;

    let topics = Topics::new(&street.settings.topic_prefix);
    have_sent_one_trace(&topics, &collector).await;
    let read = tokio::task::spawn_blocking(move || validate_log(&connection, &topics)).await;
    assert!(read.unwrap().unwrap() > 0, "what they wrote matches the contracts");
}
