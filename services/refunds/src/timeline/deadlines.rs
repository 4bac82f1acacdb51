//! What the events of settlements do to deadlines (T8).

use recourse_wiring::timeline::{Body, Change, Step, Which, one};
use serde_json::Value;

pub(super) fn changes(name: &str, said: Body<'_>) -> Vec<Change> {
    let time = |field| said.instant(field);
    let of = |step| one(said, "payment", "payment", step);
    match name {
        "settlement.opened" => payments(said, said.0.get("payments")),
        "settlement.payment_added" | "settlement.payment_reversed" => {
            payments(said, Some(&Value::Array(vec![said.0.clone()])))
        }
        "settlement.payment_paid" => {
            let mut changes = of(Step::Met(Which::Every));
            if let Some(by) = time("work_by") {
                changes.extend(of(Step::Set(Some("paid_repair".to_owned()), Some(by))));
            }
            changes
        }
        "settlement.deadline_passed" => {
            of(Step::Missed(said.string("deadline").map(str::to_owned), time("due")))
        }
        "settlement.written_off" => ended(said.0.get("payments")),
        "settlement.appeal_noted" => appealed(said),
        "settlement.work_noted" => held(said, "payments"),
        _ => Vec::new(),
    }
}

/// C11: while the appeal is open no deadline of the buyer runs; then each starts again.
fn appealed(said: Body<'_>) -> Vec<Change> {
    if said.0.get("open").and_then(Value::as_bool).unwrap_or_default() {
        return [ended(said.0.get("held")), ended(said.0.get("others"))].concat();
    }
    [held(said, "held"), set(said, "others", "recovery", "pay_by")].concat()
}

/// The dates of the payments for a held device, which are listed in `field`.
fn held(said: Body<'_>, field: &str) -> Vec<Change> {
    [set(said, field, "notice", "notice_at"), set(said, field, "abandoned", "abandoned_at")]
        .concat()
}

/// The deadline `of` of the payments that are listed in `field`.
fn set(said: Body<'_>, field: &str, of: &str, due: &str) -> Vec<Change> {
    let payments = said.0.get(field).and_then(Value::as_array).map(Vec::as_slice);
    let ids = payments.unwrap_or_default().iter().filter_map(Value::as_str);
    let due = said.instant(due);
    let set = |id: &str| Change {
        kind: "payment",
        subject: id.to_owned(),
        step: Step::Set(Some(of.to_owned()), due),
    };
    ids.map(set).collect()
}

/// What is written off is no longer due.
fn ended(payments: Option<&Value>) -> Vec<Change> {
    let payments = payments.and_then(Value::as_array).map(Vec::as_slice);
    let ids = payments.unwrap_or_default().iter().filter_map(Value::as_str);
    let ended = |id: &str| Change {
        kind: "payment",
        subject: id.to_owned(),
        step: Step::Ended(Which::Every),
    };
    ids.map(ended).collect()
}

/// M8, T11: an unpaid amount of the buyer leads first to a notice, then to the abandonment of the
/// device, or to collection if none is held. The provider's has one deadline.
fn payments(said: Body<'_>, payments: Option<&Value>) -> Vec<Change> {
    let payments = payments.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    payments.iter().flat_map(|payment| due(said, Body(payment))).collect()
}

fn due(said: Body<'_>, payment: Body<'_>) -> Vec<Change> {
    let Some(subject) = payment.string("payment") else { return Vec::new() };
    let set = |of: &str, due| Change {
        kind: "payment",
        subject: subject.to_owned(),
        step: Step::Set(Some(of.to_owned()), due),
    };
    let pay_by = payment.instant("pay_by");
    match (payment.string("from"), said.instant("notice_at"), said.instant("abandoned_at")) {
        (Some("buyer"), Some(notice), Some(abandoned)) => {
            vec![set("notice", Some(notice)), set("abandoned", Some(abandoned))]
        }
        (Some("buyer"), ..) => vec![set("recovery", pay_by)],
        _ => vec![set("provider_payment", pay_by)],
    }
}
