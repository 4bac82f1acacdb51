//! Which facts lead to a command.

use recourse_kernel::record::RELEASE;
use recourse_kernel::{Hash, Instant, OrderId, OrderKeys, PolicyId, Principal};
use serde_json::{Value, json};

use super::*;

fn policy() -> PolicyId {
    OrderId::new(OrderKeys::development().key_of("market", "1001")).device(1, 1).policy()
}

fn now() -> Instant {
    "2025-03-01T12:00:00Z".parse().unwrap()
}

/// The third event of a stream of `context`.
fn record(context: &str, type_name: &str, body: &Value) -> Record {
    let key = policy().key.to_string();
    Record {
        id: format!("{context}/{key}/3"),
        source: "/recourse/claims".to_owned(),
        type_name: type_name.to_owned(),
        subject: policy().to_string(),
        time: now(),
        recorded: now(),
        stream: format!("{context}/{key}"),
        causation_id: format!("{context}/{key}/2"),
        correlation_id: policy().device().order().to_string(),
        key,
        version: 3,
        input: "clock".to_owned(),
        command_id: String::new(),
        command_mac: String::new(),
        principal: Principal::system("reactions"),
        terms: None,
        claim: None,
        stage: None,
        release: RELEASE.to_owned(),
        previous_hash: Hash::default(),
        hash: Hash::default(),
        traceparent: None,
        body: serde_json::to_vec(body).unwrap(),
    }
}

fn cancelled(amount: i64, reason: &str) -> Option<RefundsCommand> {
    let body = json!({
        "policy": policy(), "provider": "tomrepair", "buyer": "b-1",
        "price_owed": { "amount": amount, "currency": "RUB" }, "reason": reason, "findings": [],
    });
    translate(&record("policies", "recourse.policy.cancelled.v1", &body)).unwrap()
}

#[test]
fn s7_a_cancelled_policy_that_was_never_paid_for_leads_to_no_refund() {
    assert_eq!(cancelled(0, "order_cancelled"), None);
    // M7: the seller may have refunded what the provider has paid in cash.
    assert!(cancelled(0, "refunded_in_full").is_some());
    let Some(RefundsCommand::OpenForPolicy(owed)) = cancelled(1, "order_cancelled") else {
        panic!("no refund")
    };
    assert_eq!((owed.price_owed.amount, owed.because), (1, PriceRefunded::OrderCancelled));
    assert_eq!(owed.request, 1);
}

#[test]
fn s5_a_policy_that_was_paid_but_not_sold_leads_to_a_refund() {
    let body = json!({
        "policy": policy(), "provider": "tomrepair", "buyer": "b-1",
        "price_owed": { "amount": 1, "currency": "RUB" }, "code": "policy.wrong_price",
        "request": 2,
    });
    let command = translate(&record("policies", "recourse.policy.sale_refused.v1", &body)).unwrap();
    let Some(RefundsCommand::OpenForPolicy(owed)) = command else { panic!("{command:?}") };
    assert_eq!((owed.because, owed.request), (PriceRefunded::SaleRefused, 2));
}

#[test]
fn m11_a_repair_of_a_job_leads_to_a_note_of_the_work() {
    let body = json!({
        "job": policy().claim(1).job(1), "claim": policy().claim(1),
        "repaired_at": "2026-03-14T15:45:00Z", "counted_seconds": 1,
    });
    let command = translate(&record("jobs", "recourse.job.repaired.v1", &body)).unwrap();
    assert!(
        matches!(command, Some(RefundsCommand::NoteRepair(done)) if done.claim == policy().claim(1))
    );
}

#[test]
fn c11_an_appeal_against_the_verdict_is_noted_until_it_is_decided() {
    let claim = policy().claim(1);
    let read = |kind: &str, of: &str| {
        let body = json!({ "claim": claim, "of": of, "upheld": true });
        translate(&record("claims", kind, &body)).unwrap()
    };
    let note = |open| Some(RefundsCommand::NoteAppeal(NoteAppeal { claim, open, at: now() }));
    assert_eq!(read("recourse.claim.appealed.v1", "verdict"), note(true));
    assert_eq!(read("recourse.claim.appeal_decided.v1", "verdict"), note(false));
    assert_eq!(read("recourse.claim.closed.v1", "verdict"), note(false));
    for of in ["rejection", "chain"] {
        assert_eq!(read("recourse.claim.appealed.v1", of), None);
    }
}

#[test]
fn other_facts_lead_to_no_command() {
    let started = record("policies", "recourse.policy.coverage_started.v1", &json!({}));
    assert_eq!(translate(&started).unwrap(), None);
}
