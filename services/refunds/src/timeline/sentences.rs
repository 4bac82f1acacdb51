//! Sentences for the events of settlements.

use recourse_wiring::timeline::{Body, phrases};
use serde_json::Value;

pub(super) fn sentence(name: &str, said: Body<'_>) -> Option<String> {
    let event = name.strip_prefix("settlement.")?;
    Some(match event {
        "opened" => match said.0.get("payments").and_then(Value::as_array).map_or(0, Vec::len) {
            0 => "Settlement opened: no payments are due.".to_owned(),
            _ => format!("Settlement opened: {}.", payments(said)),
        },
        "reminder_sent" => "The buyer was reminded to pay.".to_owned(),
        "collection_started" => {
            format!("Handed to collection: {}. It is still owed.", said.money("amount"))
        }
        "work_noted" => "The repair that the buyer paid for is done.".to_owned(),
        "appeal_noted" if said.0.get("open").and_then(Value::as_bool) == Some(true) => {
            "The verdict is appealed: what the buyer owes waits for the decision.".to_owned()
        }
        "appeal_noted" => "The appeal is decided: the buyer's time to pay starts again.".to_owned(),
        "outcome_changed" => format!(
            "The claim was settled again: {} instead of {}.",
            said.code("outcome"),
            said.code("was"),
        ),
        "deadline_passed" => match said.text("deadline") {
            "provider_payment" | "recovery" | "paid_repair" => phrases::deadline_passed(said),
            "abandoned" => "Not paid in time: the device is considered abandoned.".to_owned(),
            _ => "Payment overdue: notice issued to the buyer.".to_owned(),
        },
        "written_off" if says(said, "what both sides owe is offset") => {
            "What both sides owe each other was offset.".to_owned()
        }
        "written_off" if says(said, "the buyer did not pay") => {
            "The buyer's debt was written off: the device was abandoned.".to_owned()
        }
        "written_off" => {
            "An unpaid amount was written off: the claim was settled again.".to_owned()
        }
        "closed" if in_collection(said) => {
            "Settlement closed: what is still owed is in collection.".to_owned()
        }
        "closed" if said.0.get("written_off").is_some() => {
            "Settlement closed: everything not written off has been paid.".to_owned()
        }
        "closed" => "Settlement closed: everything has been paid.".to_owned(),
        _ => return payment(event, said),
    })
}

fn payment(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "payment_added" => format!(
            "Payment added: the {} owes the {} {} ({}).",
            said.text("from"),
            said.text("to"),
            said.money("amount"),
            said.text("note"),
        ),
        "payment_paid" => format!(
            "Paid: {} from {} to {} for {}.",
            said.money("amount"),
            said.text("from"),
            said.text("to"),
            said.code("kind"),
        ),
        "payment_failed" => {
            // The code alone, or the first records' reason alone.
            let why = [said.inner_text("code"), said.inner_text("reason")].into_iter().flatten();
            let why: Vec<_> = why.collect();
            format!("Payment attempt {} failed: {}.", said.number("attempt"), why.join(", "))
        }
        "payment_reversed" => format!(
            "Payment reversed: {} from {} to {} for {} is owed again, by {}.",
            said.money("amount"),
            said.text("from"),
            said.text("to"),
            said.code("kind"),
            said.time("pay_by"),
        ),
        _ => return None,
    })
}

/// Why something was written off: settling again names the rule of what is no longer owed.
fn says(said: Body<'_>, outcome: &str) -> bool {
    let findings = said.0.get("findings").and_then(Value::as_array).map(Vec::as_slice);
    findings
        .unwrap_or_default()
        .iter()
        .any(|finding| Body(finding).text("outcome").starts_with(outcome))
}

fn in_collection(said: Body<'_>) -> bool {
    let totals = said.0.get("totals").and_then(Value::as_array).map(Vec::as_slice);
    let amount = |total: &Value| total.get("in_collection").and_then(Value::as_i64);
    totals.unwrap_or_default().iter().filter_map(amount).any(|amount| amount > 0)
}

fn payments(said: Body<'_>) -> String {
    let payments =
        said.0.get("payments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let one = |payment: &Value| {
        let payment = Body(payment);
        let (from, to) = (payment.text("from"), payment.text("to"));
        format!("{from} owes {to} {} for {}", payment.money("amount"), payment.code("kind"))
    };
    payments.iter().map(one).collect::<Vec<_>>().join("; ")
}
