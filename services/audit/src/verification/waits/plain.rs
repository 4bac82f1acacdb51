//! What the events of one stream say about its open matters, without the stream's decider.

use std::collections::{BTreeMap, BTreeSet};

use recourse_kernel::{Instant, Owner, PaymentId, WaitKind};
use serde_json::{Value, json};

use super::table::{LIFE, Row, TABLE, When, Who};
use super::word;

/// The fields in which events name what they are about.
const MATTERS: [&str; 7] = ["order", "policy", "dispute", "claim", "job", "shipment", "settlement"];

/// The open matters of one stream, and the rows of the table that have begun and not ended.
#[derive(Debug, Clone, Default)]
pub struct Plain {
    /// The open matters, and whether their service always waits for something.
    open: BTreeMap<String, bool>,
    begun: BTreeMap<(usize, String, String), Begun>,
    /// Recorded deadlines: the matter and its kind.
    recorded: BTreeSet<(String, String)>,
    /// The job and the direction of each shipment.
    shipments: BTreeMap<String, (String, String)>,
    /// The jobs whose device the shop has received.
    received: BTreeSet<String>,
    /// The jobs whose buyer has paid.
    paid: BTreeSet<String>,
    /// The jobs of which it is decided what happens to the device.
    decided: BTreeSet<String>,
    /// The units of the order, and those that were delivered.
    units: usize,
    delivered: BTreeSet<String>,
}

/// A row that has begun and not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// What is awaited.
    pub what: WaitKind,
    /// The matter that waits.
    pub matter: String,
    /// The number of the question, offer, review or payment, where there may be several.
    pub number: Option<u32>,
    /// Who must act; none if the events alone do not say.
    pub owner: Option<Owner>,
    /// When it began.
    pub at: Instant,
    without: &'static [WaitKind],
    with: &'static [WaitKind],
}

impl Plain {
    /// Takes the next event of the stream. `name` is its type without `recourse.` and version, `at`
    /// when it happened.
    pub fn take(&mut self, name: &str, body: &Value, at: Instant) {
        for (name, body) in self.expanded(name, body) {
            self.take_one(&name, &body, at);
        }
    }

    /// The matters that are open, and for which their service has to wait.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        self.open.iter().filter(|(_, is_awaited)| **is_awaited).map(|(id, _)| id.as_str())
    }

    /// The rows that have begun and not ended.
    pub fn begun(&self) -> impl Iterator<Item = &Begun> {
        self.begun.values().filter(|begun| {
            let has = |kinds: &[WaitKind]| kinds.iter().any(|k| self.has_begun(&begun.matter, *k));
            !has(begun.without) && (begun.with.is_empty() || has(begun.with))
        })
    }

    /// Whether a row has begun for a matter and not ended.
    pub fn has_begun(&self, matter: &str, what: WaitKind) -> bool {
        self.begun.values().any(|begun| begun.what == what && begun.matter == matter)
    }

    /// Whether an event records that a deadline of the matter has passed.
    pub fn is_recorded(&self, matter: &str, what: WaitKind) -> bool {
        self.recorded.contains(&(matter.to_owned(), word(what)))
    }

    fn take_one(&mut self, name: &str, body: &Value, at: Instant) {
        let applies = |events: &[When]| events.iter().any(|(it, is_it)| *it == name && is_it(body));
        for life in &LIFE {
            let Some(id) = body[life.matter].as_str() else { continue };
            if applies(life.closes) {
                self.open.remove(id);
            }
            if applies(life.opens) {
                self.open.insert(id.to_owned(), life.is_always_awaited);
            }
        }
        let rows = TABLE.iter().flat_map(|rows| *rows).enumerate();
        for (index, row) in rows {
            self.apply(index, row, name, body, at);
        }
    }

    fn apply(&mut self, index: usize, row: &'static Row, name: &str, body: &Value, at: Instant) {
        let Some(matter) = body[row.matter].as_str() else { return };
        let number = row.number.map(|field| &body[field]).filter(|number| !number.is_null());
        let instance = number.map(ToString::to_string);
        if row.ends.iter().any(|(event, applies)| *event == name && applies(body)) {
            self.begun.retain(|(row, of, one), _| {
                *row != index || of != matter || instance.as_ref().is_some_and(|this| this != one)
            });
        }
        let begins = row.begins.iter().any(|(event, applies)| *event == name && applies(body));
        if begins && (row.after_the_end || self.open.contains_key(matter)) {
            let begun = Begun {
                what: row.what,
                matter: matter.to_owned(),
                number: number.and_then(number_of),
                owner: owner(row.owner, body),
                at,
                without: row.without,
                with: row.with,
            };
            self.begun.insert((index, matter.to_owned(), instance.unwrap_or_default()), begun);
        }
    }

    /// The event, and what it says about each of several payments, claims or units.
    fn expanded(&mut self, name: &str, body: &Value) -> Vec<(String, Value)> {
        self.note(name, body);
        let mut all = Vec::new();
        let each = |field: &str| body[field].as_array().cloned().unwrap_or_default().into_iter();
        let settlement = &body["settlement"];
        let is_held = body["notice_at"].is_string() && body["abandoned_at"].is_string();
        match name {
            "settlement.opened" => all.extend(each("payments").map(|mut payment| {
                payment["settlement"] = settlement.clone();
                payment["is_held"] = json!(is_held);
                ("settlement.payment_owed".to_owned(), payment)
            })),
            "settlement.payment_added" | "settlement.payment_reversed" => {
                let mut payment = body.clone();
                payment["is_held"] = json!(is_held);
                all.push(("settlement.payment_owed".to_owned(), payment));
            }
            "settlement.written_off" => all.extend(each("payments").map(|payment| {
                let body = json!({ "settlement": settlement, "payment": payment });
                ("settlement.payment_fell".to_owned(), body)
            })),
            "claim.dispute_noted" => all.extend(each("claims").map(|claim| {
                let body = json!({ "claim": claim, "waits": body["waits"] });
                ("claim.dispute_noted".to_owned(), body)
            })),
            "job.received" => {
                let arrived = self.shipments.iter().filter(|(_, (job, direction))| {
                    direction == "to_shop" && body["job"] == job.as_str()
                });
                all.extend(arrived.map(|(shipment, _)| {
                    ("job.shipment_arrived".to_owned(), json!({ "shipment": shipment }))
                }));
            }
            "order.delivered" if self.units > 0 && self.delivered.len() == self.units => {
                all.push(("order.delivered_whole".to_owned(), body.clone()));
            }
            _ => {}
        }
        let mut itself = body.clone();
        if let Some((_, direction)) =
            body["shipment"].as_str().and_then(|id| self.shipments.get(id))
        {
            itself["direction"] = json!(direction);
        }
        if let ("job", Some(job)) =
            (name.split('.').next().unwrap_or_default(), body["job"].as_str())
        {
            itself["is_received"] = json!(self.received.contains(job));
            itself["was_paid"] = json!(self.paid.contains(job));
            itself["is_decided"] = json!(self.decided.contains(job));
        }
        all.insert(0, (name.to_owned(), itself));
        all
    }

    /// Keeps what later events do not repeat, and which deadlines were recorded as passed.
    fn note(&mut self, name: &str, body: &Value) {
        let kind = match name.rsplit('.').next().unwrap_or_default() {
            "deadline_passed" => body["deadline"].as_str().map(str::to_owned),
            "collection_started" => Some(word(WaitKind::Collected)),
            "refusal_review_overdue" => Some(word(WaitKind::Review)),
            _ => None,
        };
        for matter in kind.iter().flat_map(|_| MATTERS) {
            let id = body[matter].as_str().map(str::to_owned);
            self.recorded.extend(id.into_iter().zip(kind.clone()));
        }
        let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
        match name {
            "job.received" => {
                self.received.insert(text("job"));
            }
            "job.payment_noted" => {
                self.paid.insert(text("job"));
            }
            "job.remedy_noted" => {
                self.decided.insert(text("job"));
            }
            "job.verdict_overturned" => {
                let of_claim = format!("{}-", text("claim").replacen("clm", "job", 1));
                self.decided.retain(|job| !job.starts_with(&of_claim));
            }
            "job.moved" => {
                self.received.remove(&text("job"));
            }
            "job.shipment_booked" => {
                self.shipments.insert(text("shipment"), (text("job"), text("direction")));
            }
            "order.placed" => {
                let lines = body["lines"].as_array().into_iter().flatten();
                let units: u64 = lines.filter_map(|line| line["quantity"].as_u64()).sum();
                self.units = usize::try_from(units).unwrap_or_default();
            }
            "order.delivered" => {
                let devices = body["devices"].as_array().into_iter().flatten();
                self.delivered.extend(devices.filter_map(Value::as_str).map(str::to_owned));
            }
            // An order that changes or is over is not followed any further.
            "order.lines_added"
            | "order.units_removed"
            | "order.delivery_withdrawn"
            | "order.completed"
            | "order.cancelled" => {
                self.units = 0;
            }
            _ => {}
        }
    }
}

/// The number of a question, an offer, a review or a payment.
fn number_of(value: &Value) -> Option<u32> {
    let whole = value.as_u64().and_then(|number| u32::try_from(number).ok());
    let payment = || value.as_str()?.parse::<PaymentId>().ok();
    whole.or_else(|| payment().map(|payment| payment.payment))
}

fn owner(who: Who, body: &Value) -> Option<Owner> {
    match who {
        Who::Is(owner) => Some(owner),
        Who::Named(field) => serde_json::from_value(body[field].clone()).ok(),
        Who::NotThe(field) => match body[field].as_str()? {
            "buyer" => Some(Owner::Provider),
            _ => Some(Owner::Buyer),
        },
        Who::Anyone => None,
    }
}
