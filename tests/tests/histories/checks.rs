//! Invariants after every step of any history. Each check takes the events one by one, as plain
//! data, and reports what is wrong; `injected.rs` tests that each finds what it is for.

use std::collections::BTreeMap;

use recourse_claims::Claims;
use recourse_kernel::{Hash, Instant, Record};
use recourse_order_intake::Orders;
use recourse_refunds::Refunds;
use recourse_repair_shops::RepairShops;
use recourse_tests::schema_check::validate_record;
use recourse_warranty_sales::Sales;
use serde_json::Value;

use crate::answers::{Refusals, commands_leave_traces, facts_leave_traces};

#[derive(Default)]
pub(crate) struct Checks {
    streams: Streams,
    stages: Stages,
    money: Money,
    cash: Cash,
    counted: Counted,
    refusals: Refusals,
}

impl Checks {
    /// Checks the next event, of any service.
    pub(crate) fn take(&mut self, record: &Record) -> Result<(), String> {
        self.streams.take(record)?;
        validate_record(record).map_err(|error| format!("{error:#}"))?;
        let body: Value =
            serde_json::from_slice(&record.body).map_err(|error| error.to_string())?;
        let kind = kind(record);
        let reported = [
            self.stages.take(kind, &body),
            self.money.take(kind, &body),
            self.cash.take(kind, &body),
            self.counted.take(kind, &body, record.time),
            self.refusals.take(record),
        ];
        for result in reported {
            result.map_err(|why| format!("{} ({}): {why}", record.id, record.type_name))?;
        }
        Ok(())
    }

    /// At the end: every command, and every event that another service reacts to, was answered.
    pub(crate) fn traces(request: &[String], log: &[Record]) -> Result<(), String> {
        commands_leave_traces(request, log)?;
        facts_leave_traces::<Sales>(log)?;
        facts_leave_traces::<Claims>(log)?;
        facts_leave_traces::<RepairShops>(log)?;
        facts_leave_traces::<Refunds>(log)?;
        facts_leave_traces::<Orders>(log)
    }
}

/// `claim.filed`
pub(crate) fn kind(record: &Record) -> &str {
    let name = record.type_name.strip_prefix("recourse.").unwrap_or(&record.type_name);
    name.strip_suffix(".v1").unwrap_or(name)
}

fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body[key].as_str().unwrap_or_default()
}

/// Versions count 1, 2, 3, … in every stream, and its records are one hash chain.
#[derive(Default)]
pub(crate) struct Streams(BTreeMap<String, (u64, Hash)>);

impl Streams {
    pub(crate) fn take(&mut self, record: &Record) -> Result<(), String> {
        let (version, head) = self.0.entry(record.stream.clone()).or_default();
        if record.version != *version + 1 {
            return Err(format!("{} follows version {version}", record.id));
        }
        if record.previous_hash != *head || record.computed_hash() != record.hash {
            return Err(format!("the hash chain breaks at {}", record.id));
        }
        (*version, *head) = (record.version, record.hash);
        Ok(())
    }
}

/// A claim's stage, derived from its events alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Submission,
    Verification,
    Inspection,
    Remedy,
    Settlement,
    Closed,
}

/// Claims move between stages only as allowed, one at a time under a policy, and end once.
#[derive(Default)]
pub(crate) struct Stages {
    claims: BTreeMap<String, (Stage, String)>,
}

/// Events that may still follow once a claim is closed; they do not change its stage.
const AFTER_THE_END: [&str; 6] = [
    "claim.job_noted",
    // A device that arrives after a withdrawal is returned, at the cost that the terms name (C3).
    "claim.settlement_started",
    "claim.settlement_extended",
    "claim.settlement_noted",
    "claim.review_opened",
    "claim.review_closed",
];

impl Stages {
    pub(crate) fn take(&mut self, kind: &str, body: &Value) -> Result<(), String> {
        if kind == "claim.dispute_noted" {
            let blocked = body["claims"].as_array().into_iter().flatten().filter_map(Value::as_str);
            for claim in blocked {
                let Some((stage, _)) = self.claims.get_mut(claim) else { continue };
                if body["waits"] == false && *stage == Stage::Submission {
                    *stage = Stage::Verification;
                }
            }
            return Ok(());
        }
        let claim = text(body, "claim");
        if kind == "claim.filed" {
            return self.filed(claim, text(body, "policy"), body["waits_for_dispute"] == true);
        }
        if !kind.starts_with("claim.") || claim.is_empty() {
            return Ok(());
        }
        let Some((stage, _)) = self.claims.get_mut(claim) else {
            return Err(format!("{claim} was never filed"));
        };
        if *stage == Stage::Closed {
            let may_be = AFTER_THE_END.contains(&kind);
            return if may_be { Ok(()) } else { Err(format!("{claim} is closed")) };
        }
        let Some((next, from)) = moves(kind) else { return Ok(()) };
        if !from.contains(stage) {
            return Err(format!("{claim} cannot go from {stage:?} to {next:?}"));
        }
        *stage = next;
        Ok(())
    }

    /// C4: while a claim is open, no second one may be filed.
    fn filed(&mut self, claim: &str, policy: &str, waits: bool) -> Result<(), String> {
        let mut open = self.claims.iter().filter(|(_, (stage, _))| *stage != Stage::Closed);
        if let Some((other, _)) = open.find(|(_, (_, of))| of == policy) {
            return Err(format!("{claim} is filed while {other} is open"));
        }
        let stage = if waits { Stage::Submission } else { Stage::Verification };
        match self.claims.insert(claim.to_owned(), (stage, policy.to_owned())) {
            None => Ok(()),
            Some(_) => Err(format!("{claim} is filed twice")),
        }
    }
}

/// The stage that an event leads to, and the stages it can start from: forward only, except that an
/// appealed verdict stays in the remedy stage.
fn moves(kind: &str) -> Option<(Stage, &'static [Stage])> {
    use Stage::{Closed, Inspection, Remedy, Settlement, Submission, Verification};
    Some(match kind {
        // A device other than the claimed one may have arrived at the shop.
        "claim.rejected" => (Verification, &[Verification, Inspection]),
        "claim.accepted" => (Inspection, &[Verification]),
        "claim.verdict_recorded" => (Remedy, &[Inspection, Remedy]),
        // A repair that the buyer was to pay for failed, and the claim is settled again.
        "claim.remedy_chosen" => (Remedy, &[Remedy, Settlement]),
        // A lost device is compensated without a verdict; a wrong device is returned with the
        // rejection.
        "claim.settlement_started" => (Settlement, &[Verification, Inspection, Remedy]),
        "claim.closed" => (Closed, &[Submission, Verification, Inspection, Remedy, Settlement]),
        _ => return None,
    })
}

/// Payments are positive, made once, in the currency in which they are owed, and a settlement is
/// closed when what was paid equals what was owed.
#[derive(Default)]
pub(crate) struct Money {
    settlements: BTreeMap<String, BTreeMap<String, Owed>>,
}

struct Owed {
    from: String,
    amount: i64,
    currency: String,
    is_paid: bool,
}

impl Money {
    pub(crate) fn take(&mut self, kind: &str, body: &Value) -> Result<(), String> {
        let settlement = text(body, "settlement").to_owned();
        match kind {
            "settlement.opened" => {
                if self.settlements.contains_key(&settlement) {
                    return Err(format!("{settlement} is opened twice"));
                }
                self.settlements.insert(settlement.clone(), BTreeMap::new());
                let mut payments = body["payments"].as_array().into_iter().flatten();
                payments.try_for_each(|payment| self.owe(&settlement, payment))
            }
            "settlement.payment_added" => self.owe(&settlement, body),
            "settlement.payment_paid" => self.paid(&settlement, body),
            "settlement.written_off" => self.written_off(&settlement, body),
            "settlement.closed" => self.closed(&settlement, body),
            _ => Ok(()),
        }
    }

    fn owe(&mut self, settlement: &str, payment: &Value) -> Result<(), String> {
        let (amount, currency) = amount(&payment["amount"])?;
        let id = text(payment, "payment");
        if amount <= 0 {
            return Err(format!("{id} is of {amount}, which is not positive"));
        }
        let payments = self.settlements.get_mut(settlement).ok_or("a payment of no settlement")?;
        let from = text(payment, "from").to_owned();
        match payments.insert(id.to_owned(), Owed { from, amount, currency, is_paid: false }) {
            None => Ok(()),
            Some(_) => Err(format!("{id} is owed twice")),
        }
    }

    fn paid(&mut self, settlement: &str, body: &Value) -> Result<(), String> {
        let (amount, currency) = amount(&body["amount"])?;
        let id = text(body, "payment");
        let payment =
            self.settlements.get_mut(settlement).and_then(|payments| payments.get_mut(id));
        let payment = payment.ok_or_else(|| format!("{id} is paid, but not owed"))?;
        if std::mem::replace(&mut payment.is_paid, true) {
            return Err(format!("{id} is paid twice"));
        }
        if (payment.amount, payment.currency.as_str()) != (amount, currency.as_str()) {
            let owed = format!("{} {}", payment.amount, payment.currency);
            return Err(format!("{id} is paid with {amount} {currency}, but {owed} was owed"));
        }
        Ok(())
    }

    /// M8: payments that the buyer owed and never made.
    fn written_off(&mut self, settlement: &str, body: &Value) -> Result<(), String> {
        let payments =
            self.settlements.get_mut(settlement).ok_or("written off, but never opened")?;
        for id in body["payments"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let payment =
                payments.remove(id).ok_or_else(|| format!("{id} is written off, but not owed"))?;
            if payment.is_paid || payment.from != "buyer" {
                return Err(format!("{id} is written off, but the buyer did not owe it"));
            }
        }
        Ok(())
    }

    fn closed(&self, settlement: &str, body: &Value) -> Result<(), String> {
        let payments = self.settlements.get(settlement).ok_or("closed, but never opened")?;
        let mut owed = BTreeMap::<String, i64>::new();
        for payment in payments.values() {
            *owed.entry(payment.currency.clone()).or_default() += payment.amount;
        }
        let mut paid = BTreeMap::new();
        for sum in body["paid"].as_array().into_iter().flatten() {
            let (amount, currency) = amount(sum)?;
            paid.insert(currency, amount);
        }
        if owed != paid || payments.values().any(|payment| !payment.is_paid) {
            return Err(format!("{settlement} is closed with {paid:?} paid of {owed:?}"));
        }
        Ok(())
    }
}

/// M7: however often a device is claimed for, the cash owed for it under its policy never exceeds
/// its price.
#[derive(Default)]
pub(crate) struct Cash {
    policies: BTreeMap<String, (i64, i64)>,
}

impl Cash {
    pub(crate) fn take(&mut self, kind: &str, body: &Value) -> Result<(), String> {
        let policy = text(body, "policy");
        if kind == "policy.sold" {
            let (price, _) = amount(&body["device_price"])?;
            self.policies.insert(policy.to_owned(), (price, 0));
        }
        if kind != "settlement.opened" {
            return Ok(());
        }
        let payments = body["payments"].as_array().into_iter().flatten();
        for payment in payments.filter(|payment| payment["kind"] == "device_cash") {
            let (cash, _) = amount(&payment["amount"])?;
            let (price, owed) = self.policies.get_mut(policy).ok_or("cash under no policy")?;
            *owed += cash;
            if owed > price {
                return Err(format!("{policy} owes {owed} in cash for a device of {price}"));
            }
        }
        Ok(())
    }
}

fn amount(money: &Value) -> Result<(i64, String), String> {
    let whole = money["amount"].as_i64().ok_or("an amount must be in whole minor units")?;
    Ok((whole, text(money, "currency").to_owned()))
}

/// The counted repair time: never more than has passed since the device was received, and never
/// decreasing.
#[derive(Default)]
pub(crate) struct Counted {
    received: BTreeMap<String, Instant>,
    before: BTreeMap<String, (Instant, i64)>,
}

impl Counted {
    /// Checks the next event, which happened at `at`.
    pub(crate) fn take(&mut self, kind: &str, body: &Value, at: Instant) -> Result<(), String> {
        let job = text(body, "job");
        if kind == "job.received" {
            self.received.entry(job.to_owned()).or_insert(at);
        }
        if !kind.starts_with("job.") {
            return Ok(());
        }
        let mut counted = Vec::new();
        counted_in(body, &mut counted);
        for seconds in counted {
            let received = self.received.get(job);
            let received = received.ok_or_else(|| format!("{job} counts before the receipt"))?;
            let elapsed = (at - *received).num_seconds();
            if seconds < 0 || seconds > elapsed {
                return Err(format!("{job} counts {seconds} of {elapsed} seconds"));
            }
            let before = self.before.insert(job.to_owned(), (at, seconds));
            if before.is_some_and(|(then, more)| then <= at && more > seconds) {
                return Err(format!("{job} counts {seconds} seconds, but counted more before"));
            }
        }
        Ok(())
    }
}

/// Every `counted_seconds`, anywhere in the value.
fn counted_in(value: &Value, found: &mut Vec<i64>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("counted_seconds").and_then(Value::as_i64));
            fields.values().for_each(|value| counted_in(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| counted_in(value, found)),
        _ => {}
    }
}
