//! Each check is tested with a bug that is injected into a sound log.

use std::sync::LazyLock;

use recourse_claims::Claims;
use recourse_kernel::{Principal, Record};
use serde_json::{Value, json};

use crate::answers::{Refusals, commands_leave_traces, facts_leave_traces};
use crate::checks::{Checks, Counted, Stages, Streams, kind};
use crate::history::{History, THOROUGH, play};
use crate::money::{Cash, Money};

/// The first history in which a device was repaired, another claim was settled, and a command was
/// refused.
static SOUND: LazyLock<History> = LazyLock::new(|| {
    let documents = crate::documents();
    let wanted = [
        "job.repaired",
        "claim.verdict_recorded",
        "settlement.payment_paid",
        "settlement.closed",
        "claim.closed",
        "claim.command_refused",
    ];
    (0..500)
        .map(|number| {
            play(number * THOROUGH, &documents).unwrap_or_else(|reported| panic!("{reported}"))
        })
        .find(|history| {
            wanted.iter().all(|wanted| history.log.iter().any(|record| kind(record) == *wanted))
        })
        .expect("a history that gets far")
});

fn body(record: &Record) -> Value {
    serde_json::from_slice(&record.body).unwrap()
}

/// The sound log, with one event of a kind changed.
fn altered(of: &str, change: impl FnOnce(&mut Value)) -> Vec<(String, Value, Record)> {
    let mut log = sound();
    let (_, body, _) = log.iter_mut().find(|(kind, ..)| kind == of).unwrap();
    change(body);
    log
}

fn sound() -> Vec<(String, Value, Record)> {
    let log = SOUND.log.iter();
    log.map(|record| (kind(record).to_owned(), body(record), record.clone())).collect()
}

/// The sound log, with an event of one kind repeated right after the last one of another.
fn again(of: &str, after: &str) -> Vec<(String, Value, Record)> {
    let mut log = sound();
    let event = log.iter().find(|(kind, ..)| kind == of).unwrap().clone();
    let index = log.iter().rposition(|(kind, ..)| kind == after).unwrap();
    log.insert(index + 1, event);
    log
}

fn stages(log: &[(String, Value, Record)]) -> Result<(), String> {
    let mut stages = Stages::default();
    log.iter().try_for_each(|(kind, body, _)| stages.take(kind, body))
}

fn money(log: &[(String, Value, Record)]) -> Result<(), String> {
    let mut money = Money::default();
    log.iter().try_for_each(|(kind, body, _)| money.take(kind, body))
}

fn counted(log: &[(String, Value, Record)]) -> Result<(), String> {
    let mut counted = Counted::default();
    log.iter().try_for_each(|(kind, body, record)| counted.take(kind, body, record.time))
}

fn streams(log: &[Record]) -> Result<(), String> {
    let mut streams = Streams::default();
    log.iter().try_for_each(|record| streams.take(record))
}

fn refusals(log: &[Record]) -> Result<(), String> {
    let mut refusals = Refusals::default();
    log.iter().try_for_each(|record| refusals.take(record))
}

#[track_caller]
fn is_found(result: Result<(), String>, what: &str) {
    let why = result.expect_err(what);
    assert!(why.contains(what), "{why}");
}

#[test]
fn a_sound_log_passes() {
    let mut checks = Checks { is_thorough: true, ..Checks::default() };
    SOUND.log.iter().try_for_each(|record| checks.take(record, &body(record))).unwrap();
    Checks::traces(&SOUND.request, &SOUND.log).unwrap();
}

#[test]
fn a_gap_and_a_forged_body_are_found() {
    let mut gap = SOUND.log.clone();
    let index = gap.iter().position(|record| record.version == 2).unwrap();
    gap.remove(index);
    is_found(streams(&gap), "follows version 1");

    let mut forged = SOUND.log.clone();
    forged[3].principal = Principal::system("someone");
    is_found(streams(&forged), "the hash chain breaks");
}

#[test]
fn a_body_that_does_not_match_its_schema_is_found() {
    let mut record = SOUND.log.iter().find(|r| kind(r) == "claim.filed").unwrap().clone();
    let mut reported = body(&record);
    reported["requested_remedy"] = json!("a pony");
    record.body = reported.to_string().into_bytes();
    record.version = 1;
    record.previous_hash = recourse_kernel::Hash::default();
    record.hash = record.computed_hash();
    let mut checks = Checks { is_thorough: true, ..Checks::default() };
    is_found(checks.take(&record, &reported), "a pony");
}

#[test]
fn a_stage_that_goes_back_is_found() {
    let mut log = sound();
    let index = log.iter().position(|(kind, ..)| kind == "claim.verdict_recorded").unwrap();
    let claim = log[index].1["claim"].clone();
    let accepted = log.iter().find(|(kind, b, _)| kind == "claim.accepted" && b["claim"] == claim);
    let accepted = accepted.unwrap().clone();
    log.insert(index + 1, accepted);
    is_found(stages(&log), "cannot go from");
}

#[test]
fn a_second_open_claim_and_an_event_on_a_closed_claim_are_found() {
    let mut second = sound();
    let index = second.iter().position(|(kind, ..)| kind == "claim.filed").unwrap();
    let mut event = second[index].clone();
    event.1["claim"] = json!("another");
    second.insert(index + 1, event);
    is_found(stages(&second), "is open");
    is_found(stages(&again("claim.closed", "claim.closed")), "is closed");
}

#[test]
fn money_that_does_not_balance_is_found() {
    is_found(money(&again("settlement.payment_paid", "settlement.payment_paid")), "paid twice");
    let nothing = |body: &mut Value| body["amount"]["currency"] = json!("XTS");
    is_found(money(&altered("settlement.payment_paid", nothing)), "was owed");
    let mut unpaid = sound();
    unpaid.retain(|(kind, ..)| kind != "settlement.payment_paid");
    is_found(money(&unpaid), "is due");
    let other = |body: &mut Value| body["paid"] = json!([{"amount": 1, "currency": "RUB"}]);
    is_found(money(&altered("settlement.closed", other)), "paid, but it was");
    let mut unbalanced = sound();
    let has_totals = |body: &Value| body["totals"].as_array().is_some_and(|all| !all.is_empty());
    let closed = |(kind, body, _): &&mut (String, Value, Record)| {
        kind == "settlement.closed" && has_totals(body)
    };
    unbalanced.iter_mut().find(closed).unwrap().1["totals"] = json!([]);
    is_found(money(&unbalanced), "does not balance");
    let opened = sound();
    let payments = |body: &Value| !body["payments"].as_array().unwrap().is_empty();
    let index = opened.iter().position(|(kind, b, _)| kind == "settlement.opened" && payments(b));
    for amount in [0, -1] {
        let mut log = opened.clone();
        log[index.unwrap()].1["payments"][0]["amount"]["amount"] = json!(amount);
        is_found(money(&log), "not positive");
    }
}

#[test]
fn a_device_that_is_paid_for_twice_is_found() {
    let mut log = sound();
    let sold = log.iter().find(|(kind, ..)| kind == "policy.sold").unwrap().1.clone();
    let (_, opened, record) =
        log.iter().find(|(kind, ..)| kind == "settlement.opened").unwrap().clone();
    let cash = |amount: &Value| {
        let mut opened = opened.clone();
        opened["policy"] = sold["policy"].clone();
        opened["payments"] = json!([{"kind": "device_cash", "amount": amount}]);
        ("settlement.opened".to_owned(), opened, record.clone())
    };
    let taken = |log: &[(String, Value, Record)]| {
        let mut check = Cash::default();
        log.iter().try_for_each(|(kind, body, _)| check.take(kind, body))
    };
    // Whatever was paid before, more than the full price is always too much.
    log.retain(|(kind, ..)| kind != "settlement.opened");
    log.push(cash(&sold["device_price"]));
    taken(&log).unwrap();
    log.push(cash(&json!({"amount": 1, "currency": "RUB"})));
    is_found(taken(&log), "in cash for a device of");
}

#[test]
fn counted_time_that_never_passed_is_found() {
    counted(&sound()).unwrap();
    for seconds in [-1, 40_000_000] {
        let log = altered("job.repaired", |body| body["counted_seconds"] = json!(seconds));
        is_found(counted(&log), "counts");
    }
    let mut back = sound();
    let index = back.iter().position(|(kind, ..)| kind == "job.repaired").unwrap();
    back[index].1["counted_seconds"] = json!(0);
    let mut before = back[index].clone();
    before.1["counted_seconds"] = json!(1);
    back.insert(index, before);
    is_found(counted(&back), "counted more before");
}

#[test]
fn a_refusal_with_another_effect_is_found() {
    let index = SOUND.log.iter().position(|r| kind(r) == "claim.command_refused").unwrap();
    let refusal = SOUND.log[index].clone();
    let mut acts = SOUND.log.clone();
    acts[index + 1].command_id = refusal.command_id;
    is_found(refusals(&acts), "a refused command has another effect");
    let mut leads = SOUND.log.clone();
    leads[index + 1].causation_id = refusal.id;
    leads[index + 1].input = "commands/0/1".to_owned();
    is_found(refusals(&leads), "an event is caused by a refusal");
}

#[test]
fn unanswered_commands_and_facts_are_found() {
    let mut request = SOUND.request.clone();
    request.push("never answered".to_owned());
    is_found(commands_leave_traces(&request, &SOUND.log), "was not answered");
    let mut log = SOUND.log.clone();
    let noted = |r: &Record| kind(r) == "claim.coverage_noted" && !r.causation_id.is_empty();
    let cause = log.iter().find(|r| noted(r)).unwrap().causation_id.clone();
    log.retain(|record| record.causation_id != cause);
    is_found(facts_leave_traces::<Claims>(&log), "was not answered");
}
