//! Sentences for the events of policies.

use recourse_wiring::timeline::Body;

pub(super) fn sentence(name: &str, said: Body<'_>) -> Option<String> {
    let event = name.strip_prefix("policy.")?;
    Some(match event {
        "requested" => format!(
            "Warranty requested: {} policy by {} for {}.",
            said.text("program"),
            said.text("provider"),
            said.money("price"),
        ),
        "delivery_noted" => format!("Delivery date recorded: {}.", said.time("delivered_at")),
        "sold" => format!(
            "Warranty sold: {} policy by {} for {}, terms {} version {}.",
            said.text("program"),
            said.text("provider"),
            said.money("price"),
            said.inner("terms").text("line"),
            said.inner("terms").number("version"),
        ),
        "sale_refused" => format!(
            "Warranty not sold: {}. Refund due: {}.",
            said.text("detail"),
            said.money("price_owed"),
        ),
        "coverage_scheduled" => format!(
            "Coverage scheduled from {} to {} (time zone {}).",
            said.time("starts"),
            said.time("ends"),
            said.text("zone"),
        ),
        "coverage_started" => "Coverage started.".to_owned(),
        "price_paid_changed" => format!(
            "The seller has refunded {} of the device price so far.",
            said.money("device_price_refunded"),
        ),
        "price_refunded" => format!(
            "The seller has refunded {} of the price of the warranty.",
            said.money("price_refunded"),
        ),
        "deadline_passed" => {
            format!("Delivery overdue since {}: the seller is late.", said.time("due"))
        }
        "used_up" => "A claim paid the device in cash: nothing of the policy is unused.".to_owned(),
        "cancelled" => format!(
            "Policy cancelled ({}). Refund due: {}.",
            said.code("reason"),
            said.money("price_owed"),
        ),
        "ended" => format!("Policy ended ({}).", said.code("reason")),
        _ => return None,
    })
}
