//! What the events of settlements do to deadlines (T8).

use recourse_wiring::timeline::{Body, Change, Step, Which, one};
use serde_json::Value;

pub(super) fn changes(name: &str, said: Body<'_>) -> Vec<Change> {
    let time = |field| said.instant(field);
    let of = |kind, step| one(said, kind, "payment", step);
    match name {
        "settlement.opened" => payments(said, said.0.get("payments")),
        "settlement.payment_added" => payments(said, Some(&Value::Array(vec![said.0.clone()]))),
        "settlement.payment_paid" => of("payment", Step::Met(Which::Every)),
        "settlement.deadline_passed" => {
            of("payment", Step::Missed(said.string("deadline").map(str::to_owned), time("due")))
        }
        _ => Vec::new(),
    }
}

/// M8: an unpaid amount of the buyer leads first to a notice, then to abandonment of the device.
fn payments(said: Body<'_>, payments: Option<&Value>) -> Vec<Change> {
    let payments = payments.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |payment: &Value, field: &str| {
        payment.get(field).and_then(Value::as_str).map(str::to_owned)
    };
    let of_buyer =
        payments.iter().filter(|payment| text(payment, "from").as_deref() == Some("buyer"));
    let of_buyer = of_buyer.filter_map(|payment| text(payment, "payment"));
    of_buyer
        .flat_map(|subject| {
            let due = [("notice", "notice_at"), ("abandoned", "abandoned_at")];
            due.into_iter().filter_map(move |(of, field)| {
                let due = said.string(field)?.parse().ok();
                let step = Step::Set(Some(of.to_owned()), due);
                Some(Change { kind: "payment", subject: subject.clone(), step })
            })
        })
        .collect()
}
