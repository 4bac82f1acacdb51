//! The external clients: calls over HTTP and commands on the command topic, each repeated until it
//! has a final answer, and a ledger of everything that was acknowledged.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use rdkafka::ClientContext;
use rdkafka::error::KafkaError;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, ProducerContext, ThreadedProducer};
use recourse_audit::verification::readmodels::connection;
use recourse_edge::{
    CommandMac, DevelopmentIssuer, IdempotencyKey, RequestBody, idempotency::command_id,
};
use recourse_kernel::{CommandRecord, Instant, Principal, Role, Wire};
use recourse_runtime::kafka::owned;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::Topics;
use recourse_tests::ledger::{Acknowledged, Reported};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

const TOKEN_FOR: Duration = Duration::from_secs(24 * 3600);
const AGAIN: Duration = Duration::from_millis(150);

/// A call that sends a command.
pub(crate) struct Call<'a> {
    /// The service: `claims`.
    pub(crate) service: &'a str,
    /// The context that decides it: `claims`, `jobs`.
    pub(crate) context: &'a str,
    pub(crate) who: Principal,
    /// The order key.
    pub(crate) key: &'a str,
    pub(crate) path: String,
    pub(crate) idempotency_key: String,
    pub(crate) body: Value,
}

impl Call<'_> {
    /// The id of the command. Reports of the gateway are identified by
    /// their content.
    fn command_id(&self, mac: &CommandMac) -> anyhow::Result<String> {
        let key = IdempotencyKey::new(&self.idempotency_key).context("not a key")?;
        let payment = self.path.strip_prefix("/v1/payments/");
        let key = match payment.and_then(|path| path.strip_suffix("/paid")) {
            Some(payment) => {
                let request = RequestBody::new(vec![payment.to_owned()], Some(self.body.clone()));
                key.of_report(mac, "recourse.settlement.confirm_payment.v1", &request)
            }
            None => key,
        };
        Ok(command_id(self.context, &self.who, self.key, key.as_str()))
    }
}

/// The final outcome of a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Accepted,
    /// Refused on the log.
    Refused(Value),
    /// Rejected at the edge: nothing was recorded.
    TurnedAway(u16),
    /// The load was stopped before the answer came.
    Stopped,
}

/// Passes each delivery result to the sender of the record.
struct Deliveries;

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<oneshot::Sender<Result<(), KafkaError>>>;

    fn delivery(&self, result: &DeliveryResult<'_>, teller: Self::DeliveryOpaque) {
        // A sender that no longer waits has already retried.
        let _ = teller.send(result.as_ref().map(|_| ()).map_err(|(error, _)| error.clone()));
    }
}

pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    topics: Topics,
    issuer: DevelopmentIssuer,
    mac: CommandMac,
    addresses: Mutex<BTreeMap<String, Vec<SocketAddr>>>,
    producer: ThreadedProducer<Deliveries>,
    turn: AtomicUsize,
    tokens: Mutex<BTreeMap<String, String>>,
    ledger: Mutex<Vec<Acknowledged>>,
    /// Answers that are wrong under any fault.
    wrong: Mutex<Vec<String>>,
    retried: AtomicUsize,
    broken_off: AtomicUsize,
    /// The last answer that was not final, or failure: for the report when progress stops.
    last: Mutex<String>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Client {
    pub(crate) fn new(settings: &Settings) -> anyhow::Result<Self> {
        let mut config = connection(settings).producer();
        // Expires before the caller's timeout; the client then sends it again under the same id.
        config.set("message.timeout.ms", "8000");
        Ok(Self {
            // Connections are reused, as real callers do.
            http: reqwest::Client::builder().timeout(Duration::from_secs(15)).build()?,
            topics: Topics::new(&settings.topic_prefix),
            issuer: DevelopmentIssuer::open(settings)?,
            mac: CommandMac::new(&settings.master_key()?),
            addresses: Mutex::default(),
            producer: config.create_with_context(Deliveries)?,
            turn: AtomicUsize::new(0),
            tokens: Mutex::default(),
            ledger: Mutex::default(),
            wrong: Mutex::default(),
            retried: AtomicUsize::new(0),
            broken_off: AtomicUsize::new(0),
            last: Mutex::default(),
        })
    }

    /// Adds a process that serves these services.
    pub(crate) fn add(&self, services: &[&str], address: SocketAddr) {
        for service in services {
            locked(&self.addresses).entry((*service).to_owned()).or_default().push(address);
        }
    }

    pub(crate) fn ledger(&self) -> Vec<Acknowledged> {
        locked(&self.ledger).clone()
    }

    /// Number of commands acknowledged so far.
    pub(crate) fn acknowledged(&self) -> usize {
        locked(&self.ledger).len()
    }

    /// Number of calls that were answered with "try again" or not at all, and repeated.
    pub(crate) fn retried(&self) -> usize {
        self.retried.load(Ordering::Relaxed)
    }

    /// The last answer, for the report when progress stops.
    pub(crate) fn last(&self) -> String {
        let (acknowledged, retried) = (self.acknowledged(), self.retried());
        format!("{acknowledged} acknowledged, {retried} retried; {}", locked(&self.last))
    }

    /// Number of calls that were accepted but never answered.
    pub(crate) fn broken_off(&self) -> usize {
        self.broken_off.load(Ordering::Relaxed)
    }

    /// Answers that are wrong under any fault.
    pub(crate) fn wrong(&self) -> Vec<String> {
        locked(&self.wrong).clone()
    }

    fn url(&self, service: &str, path: &str) -> Option<String> {
        let addresses = locked(&self.addresses);
        let of_service = addresses.get(service)?;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        Some(format!("http://{}{path}", of_service.get(turn % of_service.len())?))
    }

    fn token(&self, who: &Principal) -> anyhow::Result<String> {
        let mut tokens = locked(&self.tokens);
        if let Some(token) = tokens.get(&who.to_string()) {
            return Ok(token.clone());
        }
        let token = self.issuer.issue(who, TOKEN_FOR)?;
        tokens.insert(who.to_string(), token.clone());
        Ok(token)
    }

    /// One query; `None` while no process can answer.
    pub(crate) async fn get(&self, service: &str, who: &Principal, path: &str) -> Option<Value> {
        let request = self.http.get(self.url(service, path)?).bearer_auth(self.token(who).ok()?);
        let answer = request.send().await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        answer.json().await.ok()
    }

    /// Sends a command until it has a final answer, with the same Idempotency-Key each time.
    pub(crate) async fn command(
        &self,
        call: &Call<'_>,
        stop: &CancellationToken,
    ) -> anyhow::Result<Outcome> {
        let token = self.token(&call.who)?;
        let id = call.command_id(&self.mac)?;
        while !stop.is_cancelled() {
            let Some(url) = self.url(call.service, &call.path) else { break };
            let request = self
                .http
                .post(url)
                .bearer_auth(&token)
                .header("idempotency-key", &call.idempotency_key)
                .json(&call.body);
            match request.send().await {
                Ok(answer) => {
                    if let Some(outcome) = self.answered(call, &id, answer).await {
                        return Ok(outcome);
                    }
                }
                // No process accepted the call, or one did and never answered.
                Err(error) if error.is_connect() => {
                    *locked(&self.last) = error.to_string();
                }
                Err(error) => {
                    *locked(&self.last) = error.to_string();
                    self.broken_off.fetch_add(1, Ordering::Relaxed);
                }
            }
            self.retried.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(AGAIN).await;
        }
        Ok(Outcome::Stopped)
    }

    /// The outcome of an answer; `None` if the same call should be repeated.
    async fn answered(
        &self,
        call: &Call<'_>,
        id: &str,
        answer: reqwest::Response,
    ) -> Option<Outcome> {
        let status = answer.status().as_u16();
        let position = answer.headers().get("recourse-position");
        let position = position.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let retry_after = answer.headers().contains_key("retry-after");
        let body: Value = answer.json().await.ok()?;
        *locked(&self.last) = format!("{} answered {status}: {body}", call.path);
        let outcome = match status {
            200 | 201 => {
                let subject = body["id"].as_str().unwrap_or_default().to_owned();
                self.note(call.context, id, Reported::Accepted { subject, position });
                Outcome::Accepted
            }
            400..=499 if position.is_some() => {
                self.note(call.context, id, Reported::Refused);
                Outcome::Refused(body)
            }
            202 => return None,
            503 if retry_after => return None,
            400..=499 => Outcome::TurnedAway(status),
            // Under any fault the answer must be to retry, never that data is lost.
            _ => {
                locked(&self.wrong).push(format!("{} answered {status}: {body}", call.path));
                return None;
            }
        };
        Some(outcome)
    }

    fn note(&self, context: &str, id: &str, reported: Reported) {
        locked(&self.ledger).push(Acknowledged {
            context: context.to_owned(),
            command_id: id.to_owned(),
            reported,
        });
    }

    /// Sends a command to the command topic until the broker acknowledges it.
    pub(crate) async fn direct<C: Wire>(
        &self,
        context: &str,
        key: &str,
        (id, at): (&str, Instant),
        command: &C,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let record = CommandRecord {
            id: id.to_owned(),
            source: "/recourse/load".to_owned(),
            type_name: command.type_name().to_owned(),
            time: at,
            key: key.to_owned(),
            mac: "0".repeat(64),
            principal: Principal::new(Role::Marketplace, "bazaar"),
            causation_id: id.to_owned(),
            reply_to: None,
            traceparent: None,
            body: command.encode()?,
        };
        let topic = self.topics.commands(context);
        while !stop.is_cancelled() {
            let headers = record.headers();
            let headers = owned(&headers);
            let (teller, delivered) = oneshot::channel();
            let message = BaseRecord::with_opaque_to(&topic, Box::new(teller))
                .key(key.as_bytes())
                .payload(record.body.as_slice())
                .headers(headers);
            let is_sent = self.producer.send(message).is_ok();
            let delivered = delivered.await;
            *locked(&self.last) = format!("{id}: {is_sent}, {delivered:?}");
            if is_sent && matches!(delivered, Ok(Ok(()))) {
                self.note(context, id, Reported::Delivered);
                return Ok(());
            }
            self.retried.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(AGAIN).await;
        }
        Ok(())
    }
}
