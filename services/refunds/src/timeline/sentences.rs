//! Sentences for the events of settlements.

use recourse_wiring::timeline::Body;
use serde_json::Value;

pub(super) fn sentence(name: &str, said: Body<'_>) -> Option<String> {
    let event = name.strip_prefix("settlement.")?;
    Some(match event {
        "opened" => match said.0.get("payments").and_then(Value::as_array).map_or(0, Vec::len) {
            0 => "Settlement opened: no payments are due.".to_owned(),
            _ => format!("Settlement opened: {}.", payments(said)),
        },
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
        "deadline_passed" => match said.text("deadline") {
            "abandoned" => "Not paid in time: the device is considered abandoned.".to_owned(),
            _ => "Payment overdue: notice issued to the buyer.".to_owned(),
        },
        "written_off" if said.inner_text("outcome").is_some() => {
            "The buyer's unpaid amount was written off: the claim was settled again.".to_owned()
        }
        "written_off" => "The buyer's debt was written off: the device was abandoned.".to_owned(),
        "closed" if said.0.get("written_off").is_some() => {
            "Settlement closed: everything not written off has been paid.".to_owned()
        }
        "closed" => "Settlement closed: everything has been paid.".to_owned(),
        _ => return None,
    })
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
