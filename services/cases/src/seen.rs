//! What is known of a purchase from its events, as any consumer can read them: which claim is the
//! latest, what is owed, what is due. No service's internal state is used.

use std::collections::BTreeMap;

use recourse_audit::any_event::AnyEvent;
use recourse_audit::deadline::{Deadline, after, changes};
use recourse_kernel::{Instant, Record};
use serde_json::Value;

/// One event of a purchase.
#[derive(Debug, Clone)]
pub struct Reported {
    /// Its type, without `recourse.` and `.v1`.
    pub kind: String,
    /// Its full type.
    pub type_name: String,
    pub at: Instant,
    /// Who: `adjuster:a-1`.
    pub who: String,
    pub body: Value,
    /// The event's id: stream and version.
    pub id: String,
}

/// The events of a purchase so far, in the order of publication.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    events: Vec<Reported>,
    due: BTreeMap<&'static str, BTreeMap<String, Vec<Deadline>>>,
    /// The subject of the last changed deadline, by kind.
    touched: BTreeMap<&'static str, String>,
}

/// A payment, due or settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub id: String,
    pub kind: String,
    pub from: String,
    pub to: String,
    /// Amount and currency.
    pub amount: Value,
    /// Whether it was paid, and not reversed since.
    pub is_paid: bool,
    /// Whether it was paid, or is no longer owed.
    pub is_over: bool,
}

impl Reported {
    pub fn of(record: &Record) -> Self {
        let name = record.type_name.strip_prefix("recourse.").unwrap_or(&record.type_name);
        Self {
            kind: name.strip_suffix(".v1").unwrap_or(name).to_owned(),
            type_name: record.type_name.clone(),
            at: record.time,
            who: record.principal.to_string(),
            body: serde_json::from_slice(&record.body).unwrap_or_default(),
            id: record.id.clone(),
        }
    }

    /// A text field of its body.
    pub fn text(&self, key: &str) -> &str {
        self.body.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it only records a refusal.
    pub fn is_refusal(&self) -> bool {
        self.kind.ends_with(".command_refused") || self.kind == "order.kept_fact_refused"
    }
}

impl Seen {
    pub fn take(&mut self, reported: Vec<Reported>) {
        for event in reported {
            let body = AnyEvent(event.body.clone());
            for change in changes(&event.type_name, &body) {
                let of_kind = self.due.entry(change.kind).or_default();
                let deadlines = of_kind.remove(&change.subject).unwrap_or_default();
                of_kind.insert(change.subject.clone(), after(deadlines, &change.step, event.at));
                self.touched.insert(change.kind, change.subject);
            }
            self.events.push(event);
        }
    }

    pub fn events(&self) -> &[Reported] {
        &self.events
    }

    /// How many events of a kind have this value under a key.
    pub fn count(&self, kind: &str, key: &str, value: &str) -> u32 {
        let found = self.events.iter().filter(|e| e.kind == kind && e.text(key) == value).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    }

    /// The last event of a kind with this value under a key.
    pub fn last(&self, kind: &str, key: &str, value: &str) -> Option<&Reported> {
        self.events.iter().rev().find(|event| event.kind == kind && event.text(key) == value)
    }

    pub fn last_of(&self, kind: &str) -> Option<&Reported> {
        self.events.iter().rev().find(|event| event.kind == kind)
    }

    /// A claim's stage, and its outcome if it is closed.
    pub fn stage(&self, claim: &str) -> (&'static str, Option<String>) {
        let mut stage = ("none", None);
        let about = |event: &&Reported| {
            event.text("claim") == claim
                || event.body["claims"]
                    .as_array()
                    .is_some_and(|claims| claims.iter().any(|id| id == claim))
        };
        for event in self.events.iter().filter(about) {
            let waits = event.body["waits_for_dispute"] == true;
            let name = match event.kind.as_str() {
                "claim.filed" if waits => "submission",
                "claim.filed" | "claim.rejected" => "verification",
                "claim.dispute_noted" if event.body["waits"] == false => match stage.0 {
                    "submission" => "verification",
                    other => other,
                },
                "claim.accepted" => "inspection",
                "claim.verdict_recorded" => "remedy",
                // A settlement after closing leaves the claim closed (C3, M8).
                "claim.settlement_started" if stage.0 == "closed" => continue,
                "claim.settlement_started" => "settlement",
                "claim.closed" => {
                    stage = ("closed", Some(event.text("outcome").to_owned()));
                    continue;
                }
                _ => continue,
            };
            stage = (name, None);
        }
        stage
    }

    /// The payments of a settlement; by default of the latest.
    pub fn payments(&self, settlement: Option<&str>) -> Vec<Payment> {
        let opened = match settlement {
            Some(id) => self.last("settlement.opened", "settlement", id),
            None => self.last_of("settlement.opened"),
        };
        let id = opened.map_or("", |event| event.text("settlement"));
        let added = self.events.iter().filter(|event| {
            event.kind == "settlement.payment_added" && event.text("settlement") == id
        });
        let payments = opened.and_then(|event| event.body["payments"].as_array());
        let text =
            |payment: &Value, key: &str| payment[key].as_str().unwrap_or_default().to_owned();
        let payment = |payment: &Value| {
            let id = text(payment, "payment");
            let paid = self.count("settlement.payment_paid", "payment", &id);
            let is_paid = paid > self.count("settlement.payment_reversed", "payment", &id);
            Payment {
                is_paid,
                is_over: is_paid || self.is_written_off(&id),
                kind: text(payment, "kind"),
                from: text(payment, "from"),
                to: text(payment, "to"),
                amount: payment["amount"].clone(),
                id,
            }
        };
        let opened = payments.into_iter().flatten();
        opened.chain(added.map(|event| &event.body)).map(payment).collect()
    }

    fn is_written_off(&self, payment: &str) -> bool {
        let off = self.events.iter().filter(|event| event.kind == "settlement.written_off");
        off.filter_map(|event| event.body["payments"].as_array())
            .flatten()
            .any(|fallen| fallen == payment)
    }

    /// The last deadline of a kind: `decision`, `answer`, `remedy`, `parts`, `payment`.
    pub fn clock(&self, kind: &str) -> Option<&Deadline> {
        self.due.get(kind)?.get(self.touched.get(kind)?)?.last()
    }
}
