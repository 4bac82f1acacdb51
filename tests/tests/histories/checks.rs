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

use crate::answers::{Refusals, commands_leave_traces, facts_leave_traces, text};
use crate::money::{Cash, Money};

#[derive(Default)]
pub(crate) struct Checks {
    /// Whether each event is validated against its schema and folded once more, which takes long.
    pub(crate) is_thorough: bool,
    pub(crate) streams: Streams,
    pub(crate) stages: Stages,
    pub(crate) money: Money,
    pub(crate) cash: Cash,
    pub(crate) counted: Counted,
    pub(crate) refusals: Refusals,
}

impl Checks {
    /// Checks the next event, of any service.
    pub(crate) fn take(&mut self, record: &Record, body: &Value) -> Result<(), String> {
        let kind = kind(record);
        if self.is_thorough {
            self.streams.take(record)?;
            validate_record(record).map_err(|error| format!("{error:#}"))?;
            self.refusals.take(record).map_err(|why| format!("{}: {why}", record.id))?;
        }
        let reported = [
            self.stages.take(kind, body),
            self.money.take(kind, body),
            self.cash.take(kind, body),
            self.counted.take(kind, body, record.time),
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
const AFTER_THE_END: [&str; 14] = [
    "claim.appeal_decided",
    "claim.appeal_escalated",
    "claim.deadline_passed",
    "claim.goodwill_approved",
    "claim.goodwill_declined",
    "claim.goodwill_granted",
    "claim.job_noted",
    // A device that arrives after a withdrawal is returned, at the cost that the terms name (C3).
    "claim.settlement_started",
    "claim.settlement_extended",
    "claim.settlement_noted",
    "claim.review_opened",
    "claim.review_closed",
    "claim.chain_changed",
    "claim.chain_contested",
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
