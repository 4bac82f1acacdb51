//! A small marketplace for journeys: every service in this process on real Kafka and PostgreSQL,
//! with separate topics and schemas, a clock that the test moves, and clients that use public
//! interfaces only.

#![allow(clippy::expect_used, reason = "tests fail on unexpected errors")]

use std::path::Path;
use std::time::{Duration, Instant as Monotonic};

use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use recourse_clients::published::{Document, publish};
use recourse_edge::issue_token;
use recourse_kernel::{Instant, OrderId, OrderKeys, Principal, Role};
use recourse_process::{Process, ServiceName};
use recourse_runtime::clock::ClockMoved;
use recourse_runtime::settings::{ClockSource, Settings};
use recourse_wiring::Node;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::schema_check::validate_log;

/// How long anything may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(60);
const MARKETPLACE: &str = "bazaar";

/// The marketplace. Shut its services down with [`TestMarketplace::end`].
pub struct TestMarketplace {
    pub process: Process,
    producer: BaseProducer,
    client: reqwest::Client,
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    /// The header `recourse-position`.
    pub position: Option<String>,
    /// The header `Location`.
    pub location: Option<String>,
}

impl Answer {
    /// The text under a key of the body; empty if there is none.
    pub fn text(&self, key: &str) -> &str {
        self.body[key].as_str().unwrap_or_default()
    }

    /// Asserts the status, and returns the answer.
    #[expect(clippy::return_self_not_must_use, reason = "often the last call")]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

/// Settings of a separate installation: unique names, few partitions, the topic clock, any free
/// port.
pub fn settings() -> Settings {
    let run = format!("t{}", unique());
    let mut settings =
        Settings::load(recourse::DEFAULT_CONFIG, None).expect("the default settings");
    settings.topic_prefix = format!("{run}.");
    settings.schema_prefix = format!("{run}_");
    settings.instance = run;
    settings.partitions = 2;
    settings.clock = ClockSource::Topic;
    settings.http.bind = ([127, 0, 0, 1], 0).into();
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    settings.jwt.dev_keys = target.join("dev-keys");
    settings.photos.folder = target.join("photos");
    // On a busy machine an answer may take long; latency is measured by the benchmarks.
    settings.http.reply_wait_ms = 30_000;
    settings.http.position_wait_ms = 30_000;
    settings.http.timeout_ms = 60_000;
    settings
}

/// Settings for test tokens, for tests that need no installation.
pub fn token_settings() -> Settings {
    let mut settings =
        Settings::load(recourse::DEFAULT_CONFIG, None).expect("the default settings");
    settings.jwt.dev_keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/dev-keys");
    settings
}

/// Twelve characters that no other run has.
fn unique() -> String {
    use std::hash::{BuildHasher as _, Hasher as _};
    // Uses the standard library's own randomness.
    let hasher = std::collections::hash_map::RandomState::new().build_hasher();
    format!("{:012x}", hasher.finish() & 0xffff_ffff_ffff)
}

impl TestMarketplace {
    /// Opens the marketplace on a day, with all services and the bundled terms.
    pub async fn open(day: &str) -> Self {
        let market = Self::with(settings(), &ServiceName::ALL).await;
        market.move_clock(day).await;
        market.publish_shipped().await;
        market
    }

    /// Starts these services with these settings.
    pub async fn with(settings: Settings, services: &[ServiceName]) -> Self {
        let node = Node::open(settings, CancellationToken::new()).await.expect("a node");
        let producer = node.connection.producer().create().expect("a producer");
        let process =
            Process::start(node, services, |_| axum::Router::new()).await.expect("services");
        Self { process, producer, client: reqwest::Client::new() }
    }

    /// Shuts the services down: none may have failed, and everything they wrote must match the
    /// contracts.
    pub async fn end(self) {
        let (connection, topics) = (self.node().connection.clone(), self.node().topics.clone());
        self.process.end().await.expect("a clean shutdown");
        let read = tokio::task::spawn_blocking(move || validate_log(&connection, &topics)).await;
        if let Err(faults) = read.expect("reading the log") {
            panic!("{faults:#}");
        }
    }

    fn node(&self) -> &Node {
        &self.process.node
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.process.address)
    }

    pub fn token(&self, role: Role, subject: &str) -> String {
        issue_token(
            &self.node().settings,
            &Principal::new(role, subject),
            Duration::from_secs(3600),
        )
        .expect("a token")
    }

    /// Moves the clock to a time (RFC 3339) and waits until all deadlines up to it have fired.
    pub async fn move_clock(&self, instant: &str) {
        let topic = self.node().topics.clock();
        let now = instant.parse().expect("a time");
        ClockMoved { now }.send(&self.producer, &topic).expect("the clock");
        self.settled_at(now).await;
    }

    /// Waits until all input has been decided and projected.
    pub async fn settled(&self) {
        self.settled_at(self.node().clock.now()).await;
    }

    async fn settled_at(&self, instant: Instant) {
        self.producer.flush(PATIENCE).expect("delivered");
        self.process.watch().settled(instant, PATIENCE).await.expect("a settled marketplace");
    }

    async fn publish_shipped(&self) {
        let token = self.token(Role::Operator, "publish");
        for refusal in publish(&self.url(""), &token, &shipped()).await.expect("published") {
            assert_eq!(refusal, None);
        }
        self.settled().await;
    }

    /// The marketplace publishes any text.
    pub fn publishes(&self, key: &str, value: &str) {
        let topic = self.node().topics.marketplace();
        let record = BaseRecord::to(&topic).key(key).payload(value);
        self.producer.send(record).map_err(|(error, _)| error).expect("sent");
    }

    pub fn order(number: &str) -> OrderId {
        OrderId::new(OrderKeys::development().key_of(MARKETPLACE, number))
    }

    /// An order of one phone with a warranty is placed and paid at this time; see [`purchase`].
    pub fn buys(&self, number: &str, program: &str, provider: &str, at: &str) {
        self.reports(&purchase(number, program, provider, at));
    }

    /// The order is delivered and its receipt confirmed at this time.
    pub fn receives(&self, number: &str, at: &str) {
        self.reports(&receipt(number, at));
    }

    fn reports(&self, facts: &[Value]) {
        for fact in facts {
            self.publishes(fact["data"]["order"].as_str().unwrap_or("none"), &fact.to_string());
        }
    }

    pub async fn get(&self, role: Role, subject: &str, path: &str) -> Answer {
        let call = self.client.get(self.url(path)).bearer_auth(self.token(role, subject));
        answered(call).await
    }

    /// Sends a command with this idempotency key. What a 201 created must be where it says.
    pub async fn post(
        &self,
        role: Role,
        subject: &str,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Answer {
        let token = self.token(role, subject);
        let call = self.client.post(self.url(path)).bearer_auth(&token);
        let answer = answered(call.header("idempotency-key", key).json(body)).await;
        self.can_be_read(&token, &answer).await;
        answer
    }

    pub async fn post_photo(&self, subject: &str, path: &str, key: &str, bytes: Vec<u8>) -> Answer {
        let token = self.token(Role::Buyer, subject);
        let call = self.client.post(self.url(path)).bearer_auth(&token);
        let call = call.header("content-type", "image/jpeg").header("idempotency-key", key);
        let answer = answered(call.body(bytes)).await;
        self.can_be_read(&token, &answer).await;
        answer
    }

    /// Asserts that the caller can read what a 201 created, where its `Location` says.
    async fn can_be_read(&self, token: &str, answer: &Answer) {
        if answer.status != 201 {
            return;
        }
        let location = answer.location.as_deref().expect("a 201 has a `Location`");
        let position = answer.position.as_deref().unwrap_or("claims/0/0");
        let call = self.client.get(self.url(location)).bearer_auth(token);
        let read = answered(call.header("recourse-position", position)).await;
        assert_eq!(read.status, 200, "{location}: {}", read.body);
    }

    /// Repeats a request until the answer satisfies a condition.
    pub async fn until(
        &self,
        what: &str,
        (role, subject, path): (Role, &str, &str),
        holds: impl Fn(&Answer) -> bool,
    ) -> Answer {
        let deadline = Monotonic::now() + PATIENCE;
        loop {
            let answer = self.get(role, subject, path).await;
            if holds(&answer) {
                return answer;
            }
            assert!(Monotonic::now() < deadline, "timed out waiting until {what}: {}", answer.body);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A fact of the marketplace, in structured mode.
fn fact(id: &str, kind: &str, at: &str, data: &Value) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": MARKETPLACE, "time": at,
        "type": format!("marketplace.order.{kind}"), "data": data,
    })
}

/// One phone with a warranty, placed and paid at this time by buyer `b-1` of Kazan: 20,000 roubles,
/// and 4 % (repair) or 6 % (exchange) for the warranty.
pub fn purchase(number: &str, program: &str, provider: &str, at: &str) -> [Value; 2] {
    let (price, share) = (2_000_000, if program == "repair" { 4 } else { 6 });
    let rub = |amount: i64| json!({ "amount": amount, "currency": "RUB" });
    let placed = json!({
        "order": number, "at": at, "buyer": "b-1", "country": "RU", "city": "Kazan",
        "contact": { "name": "Anna", "email": "anna@example.org", "phone": "+7 843 000-00-00" },
        "lines": [{
            "line": 1, "title": "A phone", "quantity": 1, "unit_price": rub(price),
            "device": {
                "category": "smartphone", "operating_system": "android",
                "brand": "Samsung", "model": "A5"
            },
            "warranty": {
                "program": program, "provider": provider, "price": rub(price * share / 100)
            },
        }],
    });
    let amount = rub(price + price * share / 100);
    let paid = json!({ "order": number, "at": at, "amount": amount });
    [
        fact(&format!("{number}-placed"), "placed", at, &placed),
        fact(&format!("{number}-paid"), "paid", at, &paid),
    ]
}

/// The order is delivered, and its receipt confirmed.
pub fn receipt(number: &str, at: &str) -> [Value; 2] {
    let delivered = json!({ "order": number, "at": at, "zone": "Europe/Moscow" });
    let confirmed = json!({ "order": number, "at": at });
    [
        fact(&format!("{number}-delivered"), "delivered", at, &delivered),
        fact(&format!("{number}-confirmed"), "receipt_confirmed", at, &confirmed),
    ]
}

/// The calendars, shops, tariffs and terms bundled with the project.
pub fn shipped() -> Vec<Document> {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    recourse_clients::published::shipped(&deploy).expect("the bundled documents")
}

async fn answered(call: reqwest::RequestBuilder) -> Answer {
    let answer = call.send().await.expect("an answer");
    let header = |name: &str| Some(answer.headers().get(name)?.to_str().ok()?.to_owned());
    let (position, location) = (header("recourse-position"), header("location"));
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.expect("a body");
    Answer { status, body: serde_json::from_slice(&bytes).unwrap_or_default(), position, location }
}
