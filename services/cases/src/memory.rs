//! All five services in memory: each a real writer on a simulated log and store, with a clock that
//! is set manually. Each service's events are passed to the services that react to them, until no
//! service has anything left to write.

mod desk;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use recourse_audit::verification::waits::Waiting;
use recourse_claims::Claims;
use recourse_kernel::record::Header;
use recourse_kernel::{CommandRecord, Hash, Instant, Record, Wait, WaitKind, WaitsFor, Wire as _};
use recourse_order_intake::Orders;
use recourse_order_intake::feed::{Fact, Identities, native};
use recourse_refunds::Refunds;
use recourse_repair_shops::RepairShops;
use recourse_runtime::clock::Clock;
use recourse_terms::{TermsBook, TermsEvent};
use recourse_warranty_sales::Sales;
use recourse_warranty_sales::domain::catalogue::TermsCatalogue;
use serde_json::{Value, json};

use self::desk::{Desk, Writing};
use super::answer::Answer;
use super::at_the_edge::{form_is_incomplete, is_malformed};
use super::calls::{Call, Sent};
use super::documents::Added;
use super::purchase::MARKETPLACE;
use super::seen::Reported;

/// More wake-ups than this at one instant: the rule does not move its deadline.
const MOST_WAKES: usize = 10_000;
/// A writer is idle after this many steps without output: one takes in the input, one opens a
/// deadline's gate.
const LOOKS: usize = 3;

/// The terms that every service knows, and the offset up to which they are known.
type Book = Arc<Mutex<(Arc<TermsBook>, i64)>>;

pub struct Memory {
    clock: Clock,
    book: Book,
    desks: Vec<Box<dyn Desk>>,
    /// How many more steps without output until each service is idle.
    looks: Vec<usize>,
    reported: VecDeque<Reported>,
    log: Vec<Record>,
    request: Vec<String>,
    /// What was awaited until its deadline passed.
    passed: BTreeSet<WaitKind>,
}

impl Memory {
    /// Services that know these terms, with the clock at `now`.
    pub fn new(book: Arc<TermsBook>, now: Instant) -> Self {
        let clock = Clock::moved(now);
        // The book is always current: what is published is known at once.
        let book: Book = Arc::new(Mutex::new((book, i64::MAX)));
        let desks = vec![
            Writing::<TermsCatalogue>::boxed(&clock, &book),
            Writing::<Orders>::boxed(&clock, &book),
            Writing::<Sales>::boxed(&clock, &book),
            Writing::<Claims>::boxed(&clock, &book),
            Writing::<RepairShops>::boxed(&clock, &book),
            Writing::<Refunds>::boxed(&clock, &book),
        ];
        let looks = vec![LOOKS; desks.len()];
        let (reported, log, request) = (VecDeque::new(), Vec::new(), Vec::new());
        let passed = BTreeSet::new();
        Self { clock, book, desks, looks, reported, log, request, passed }
    }

    /// Publishes what a case adds.
    pub fn publish(&mut self, added: &Added) -> anyhow::Result<()> {
        let shops = (added.directory.provider.to_string(), "recourse.shops.publish.v1");
        let terms = (added.terms.line.to_string(), "recourse.terms.publish.v1");
        let documents = [
            (shops, json!({ "directory": added.directory })),
            (terms, json!({ "terms": added.terms })),
        ];
        for ((key, type_name), command) in documents {
            let call = Call {
                who: recourse_kernel::Principal::new(recourse_kernel::Role::Operator, "publish"),
                path: String::new(),
                body: Value::Null,
                photos: 0,
                type_name: type_name.to_owned(),
                command,
                idempotency_key: format!("publish-{key}"),
                is_not_theirs: false,
                key,
            };
            if let Answer::Refused { code, detail, .. } = self.call(&call)? {
                anyhow::bail!("the changed terms were refused: {code}: {detail}");
            }
        }
        Ok(())
    }

    /// Moves the clock from deadline to deadline, so that each fires and is reacted to at its own
    /// time.
    pub fn move_to(&mut self, instant: Instant) -> anyhow::Result<Vec<Instant>> {
        let mut stops = Vec::new();
        for _ in 0..MOST_WAKES {
            let next = self.desks.iter().filter_map(|desk| desk.wakes_at()).min();
            let Some(next) = next.filter(|next| *next < instant) else {
                self.wake(instant)?;
                return Ok(stops);
            };
            self.wake(next)?;
            stops.push(next);
        }
        anyhow::bail!("a deadline fires repeatedly before {instant}")
    }

    /// New events since the last call.
    pub fn reported(&mut self) -> Vec<Reported> {
        self.reported.drain(..).collect()
    }

    /// Every event of every service, in the order in which it was published.
    pub fn log(&self) -> &[Record] {
        &self.log
    }

    /// The ids of all commands and facts that were sent, repeats included.
    pub fn request(&self) -> &[String] {
        &self.request
    }

    /// What every stream waits for, by the stream's name (T11).
    pub fn waiting(&self) -> Vec<(String, Waiting)> {
        self.desks.iter().flat_map(|desk| desk.waiting()).collect()
    }

    /// What was awaited until its deadline passed.
    pub fn passed(&self) -> &BTreeSet<WaitKind> {
        &self.passed
    }

    /// What a matter waits for (T11).
    pub(super) fn waits_for(&self, matter: &str) -> Vec<WaitsFor> {
        let waits = self.desks.iter().flat_map(|desk| desk.waits());
        waits.map(|wait| WaitsFor::from(&wait)).filter(|wait| wait.matter == matter).collect()
    }

    /// The current terms, tariffs and shops, and the time.
    pub(super) fn known(&self) -> (Arc<TermsBook>, Instant) {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner).0.clone();
        (book, self.clock.now())
    }

    /// Sends a fact or a command, and lets every service react.
    pub fn send(&mut self, sent: &Sent) -> anyhow::Result<Answer> {
        match sent {
            Sent::Fact { kind, id, data } => self.fact(kind, id, data),
            Sent::Call(call) => self.call(call),
        }
    }

    /// The marketplace's fact, read as order-intake reads it.
    fn fact(&mut self, kind: &str, id: &str, data: &Value) -> anyhow::Result<Answer> {
        let headers = fact_headers(kind, id);
        let read = native::translate(
            &headers,
            data.to_string().as_bytes(),
            &Identities::new([0; 32], recourse_kernel::OrderKeys::development()),
        );
        let fact: Fact = match read {
            Ok(fact) => fact,
            Err(unusable) => return Ok(Answer::refused(unusable.code(), &unusable.to_string())),
        };
        let record = CommandRecord {
            id: fact.command_id(),
            source: "/recourse/orders/feed".to_owned(),
            type_name: fact.command.type_name().to_owned(),
            time: self.clock.now(),
            key: fact.key().to_string(),
            mac: Hash::of_bytes(fact.content.to_string().as_bytes()).to_string(),
            principal: fact.principal(),
            causation_id: format!("{}/{}", fact.marketplace, fact.reported.id),
            reply_to: Some(0),
            traceparent: None,
            body: fact.command.encode()?,
        };
        self.ask(&record)
    }

    fn call(&mut self, call: &Call) -> anyhow::Result<Answer> {
        if call.is_not_theirs {
            let detail = format!("the role `{}` may not do this", call.who.role.name());
            return Ok(Answer::refused("edge.not_allowed", &detail));
        }
        if call.type_name == "recourse.claim.file.v1"
            && let Some(refused) = form_is_incomplete(&call.body)
        {
            return Ok(refused);
        }
        if let Some(refused) = is_malformed(&call.type_name, &call.command) {
            return Ok(refused);
        }
        let body = call.command.to_string().into_bytes();
        let identity = format!("{}\n{}\n{}", call.who, call.key, call.idempotency_key);
        let record = CommandRecord {
            id: Hash::of_bytes(identity.as_bytes()).to_string(),
            source: "/recourse/edge".to_owned(),
            type_name: call.type_name.clone(),
            time: self.clock.now(),
            key: call.key.clone(),
            mac: Hash::of_bytes(&body).to_string(),
            principal: call.who.clone(),
            causation_id: call.idempotency_key.clone(),
            reply_to: Some(0),
            traceparent: None,
            body,
        };
        self.ask(&record)
    }

    fn ask(&mut self, record: &CommandRecord) -> anyhow::Result<Answer> {
        self.request.push(record.id.clone());
        let desk = self.desks.iter().position(|desk| desk.is_asked(&record.type_name));
        let desk = desk.with_context(|| format!("no service handles {}", record.type_name))?;
        self.desks[desk].ask(record);
        self.looks[desk] = LOOKS;
        self.pump()?;
        let answer = self.desks[desk].answer(&record.id);
        answer.with_context(|| format!("{} was not answered", record.type_name))
    }

    /// Moves the clock, and lets the services with a due deadline react.
    fn wake(&mut self, instant: Instant) -> anyhow::Result<()> {
        self.clock.move_to(instant);
        for (desk, looks) in self.desks.iter().zip(&mut self.looks) {
            if desk.wakes_at().is_some_and(|at| at <= instant) {
                *looks = LOOKS;
                let waits = desk.waits().into_iter();
                let due = |wait: &Wait| !wait.is_late && wait.until.is_some_and(|at| at <= instant);
                self.passed.extend(waits.filter(due).map(|wait| wait.what));
            }
        }
        self.pump()
    }

    /// Runs every service until none has anything left to write. Services without new input are
    /// skipped.
    fn pump(&mut self) -> anyhow::Result<()> {
        while self.looks.iter().any(|looks| *looks > 0) {
            for index in 0..self.desks.len() {
                if self.looks[index] == 0 {
                    continue;
                }
                let (written, busy) = self.desks[index].step()?;
                self.looks[index] = if busy { LOOKS } else { self.looks[index] - 1 };
                let context = self.desks[index].context();
                for record in written {
                    if self.learn(&record)? {
                        self.looks.fill(LOOKS);
                    }
                    for (desk, looks) in self.desks.iter().zip(&mut self.looks) {
                        if desk.hear(context, &record) {
                            *looks = LOOKS;
                        }
                    }
                    self.reported.push_back(Reported::of(&record));
                    self.log.push(record);
                }
            }
        }
        let dead_letter: usize = self.desks.iter().map(|desk| desk.dead_letter()).sum();
        anyhow::ensure!(
            dead_letter == 0,
            "{dead_letter} inputs could not be decided and were dead-lettered"
        );
        Ok(())
    }

    /// Adds published terms to the book at once; returns whether the record was one.
    fn learn(&self, record: &Record) -> anyhow::Result<bool> {
        if !TermsEvent::type_names().contains(&record.type_name.as_str()) {
            return Ok(false);
        }
        let event = TermsEvent::decode(&record.type_name, &record.body)?;
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = book.0.as_ref().clone();
        let known_to = changed.known_to();
        changed.apply(&event, known_to);
        book.0 = Arc::new(changed);
        Ok(true)
    }
}

/// The headers of a marketplace fact, as any producer writes them.
pub fn fact_headers(kind: &str, id: &str) -> Vec<Header> {
    let text = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    vec![
        text("content-type", "application/json"),
        text("ce_specversion", "1.0"),
        text("ce_id", id),
        text("ce_source", MARKETPLACE),
        text("ce_type", &format!("marketplace.order.{kind}")),
    ]
}
