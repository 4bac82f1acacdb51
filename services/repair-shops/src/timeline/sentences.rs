//! Sentences for the events of repair jobs.

use recourse_wiring::timeline::Body;
use serde_json::Value;

use recourse_wiring::timeline::phrases::{deadline_passed, verdict};

pub(super) fn sentence(name: &str, said: Body<'_>) -> Option<String> {
    let event = name.strip_prefix("job.")?;
    routing(event, said)
        .or_else(|| shipment(event, said))
        .or_else(|| bench(event, said))
        .or_else(|| ending(event, said))
}

/// Where the job goes, and what it waits for.
fn routing(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "opened" => format!(
            "Repair job opened; the device goes to {} ({}).",
            postal(said.inner("shop")),
            said.text("routed_because"),
        ),
        "routing_failed" => format!("No repair shop found: {}.", said.text("detail")),
        "moved" => format!(
            "Shop {} passed the job on ({}). The device goes to {} at no cost to the buyer.",
            said.text("from"),
            said.code("because"),
            postal(said.inner("shop")),
        ),
        "repair_agreed" => "The seller agreed to a repair elsewhere; coverage remains.".to_owned(),
        "abandoned" => "Device abandoned for non-payment; it stays with the provider.".to_owned(),
        "chain_noted" => format!(
            "Defect history recorded: this is claim {} about the same defect.",
            said.number("position"),
        ),
        "defect_noted" => "Another defect was passed on to the repair shop.".to_owned(),
        "disclosed" => format!(
            "Shop {} read the buyer's data: {}.",
            said.text("by").trim_start_matches("shop:"),
            read(said),
        ),
        "answer_awaited" => "Repair deadline paused: waiting for the buyer's reply.".to_owned(),
        "offer_noted" if said.0.get("awaited").and_then(Value::as_bool) == Some(true) => {
            "Repair deadline paused: the buyer has an offer to answer.".to_owned()
        }
        "offer_noted" => "The buyer has answered the offer.".to_owned(),
        "appeal_noted" if said.0.get("open").and_then(Value::as_bool) == Some(true) => {
            match said.text("of") {
                "verdict" => {
                    "The device stays at the shop until the appeal is decided; the repair \
                     deadline is paused."
                }
                _ => "Repair deadline paused until the appeal is decided.",
            }
            .to_owned()
        }
        "appeal_noted" => "The appeal is no longer open.".to_owned(),
        "verdict_overturned" => {
            "The verdict was overturned; the repair deadline continues where it stopped.".to_owned()
        }
        "answer_noted" if said.0.get("lapsed").and_then(Value::as_bool) == Some(true) => {
            "No reply came in time; the repair continues without it.".to_owned()
        }
        "answer_noted" => "The buyer replied; the repair deadline is running again.".to_owned(),
        _ => return None,
    })
}

/// What a shop read: `defect, contact`.
fn read(said: Body<'_>) -> String {
    let what = said.0.get("what").and_then(Value::as_array).into_iter().flatten();
    what.filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

fn shipment(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "shipment_damaged" => format!(
            "The device was damaged in transit ({}). Liable: the {}, who booked the shipment.",
            said.text("condition"),
            said.text("falls_on"),
        ),
        "shipment_booked" => format!(
            "The {} booked a shipment with {} from {} to {} for {}{}.",
            said.text("booked_by"),
            said.text("carrier"),
            said.text("from"),
            said.text("to"),
            said.money("price"),
            match said.0.get("reimbursement_cap") {
                Some(_) =>
                    format!(" (reimbursable up to {}", said.money("reimbursement_cap")) + ")",
                None => String::new(),
            },
        ),
        "courier_requested" => format!(
            "The buyer requested the courier; the provider books it by {}.",
            said.time("book_by")
        ),
        "shipment_cancelled" if said.has("courier") => format!(
            "The booking of the courier was cancelled; the provider books it again by {}.",
            said.inner("courier").time("by"),
        ),
        "shipment_cancelled" if said.has("scans") => {
            "The courier came, and the device was not handed over; the booking was cancelled."
                .to_owned()
        }
        "shipment_cancelled" => "The booking of the shipment was cancelled.".to_owned(),
        "receipt_added" => format!(
            "The receipt of the shipment was added: {}.",
            said.inner("receipt").money("amount"),
        ),
        "delivery_asked" => format!(
            "No delivery was reported. The buyer is asked; from {} on it counts as delivered.",
            said.time("presumed_at")
        ),
        "shipment_corrected" => format!(
            "A later report: the parcel that counted as {} {} {}.",
            said.text("was"),
            if is_presumed(said) { "counts as" } else { "is" },
            said.text("now")
        ),
        "shipment_delivered" if is_presumed(said) => {
            "The parcel counts as delivered, until its recipient or the carrier reports otherwise."
                .to_owned()
        }
        "shipment_lost" if is_presumed(said) => {
            "The parcel counts as lost, until its arrival is reported.".to_owned()
        }
        "shipment_picked_up" => "The carrier picked up the parcel.".to_owned(),
        "shipment_delivered" => "The parcel was delivered.".to_owned(),
        "shipment_lost" => "The parcel was lost in transit.".to_owned(),
        _ => return None,
    })
}

fn is_presumed(said: Body<'_>) -> bool {
    said.0.get("presumed").and_then(Value::as_bool) == Some(true)
}

/// The device in the shop.
fn bench(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "received" => match said.0.get("serial_matches").and_then(Value::as_bool) {
            Some(true) => "The shop received the device.".to_owned(),
            _ => format!(
                "The shop received a device with a different serial ({}); it is in quarantine.",
                said.text("serial"),
            ),
        },
        "serial_resolved" => {
            format!("The serial mismatch has been resolved: {}.", said.text("note"))
        }
        "inspected" => {
            format!("Inspection result: {}. Cause: {}.", verdict(said), said.text("cause"))
        }
        "reminder_sent" => format!("Reminder sent: {} is due.", said.code("kind")),
        "beyond_repair_proposed" => format!(
            "The shop declares the device beyond repair; the provider answers by {}.",
            said.time("approve_by")
        ),
        "beyond_repair_declined" => {
            "The provider declined the declaration; the repair continues.".to_owned()
        }
        "repair_cancelled" => {
            format!("The buyer cancelled the repair, free of charge: {}.", said.code("because"))
        }
        "parts_awaited" => format!(
            "Waiting for a part: {} (ordered {}, expected {}).",
            said.text("part"),
            said.time("ordered_at"),
            said.text("expected_on"),
        ),
        "parts_arrived" => format!("Part arrived: {}.", said.text("part")),
        _ => return None,
    })
}

/// From the remedy to the end of the job.
fn ending(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "remedy_noted" => {
            let by = [("send_by", "sent"), ("repair_by", "done")];
            let by = by.into_iter().find(|(field, _)| said.0.get(field).is_some());
            let by = by.map(|(field, what)| format!(", to be {what} by {}", said.time(field)));
            format!("Instruction to the shop: {}{}.", said.code("remedy"), by.unwrap_or_default())
        }
        "payment_noted" if said.0.get("by_buyer") == Some(&Value::Bool(true)) => {
            "The buyer has paid everything due; the device can be released.".to_owned()
        }
        "payment_noted" => "All payments of the settlement are complete.".to_owned(),
        "payment_awaited" => {
            "Another payment by the buyer is due before the device is returned.".to_owned()
        }
        "repaired" => {
            let seconds = said.0.get("counted_seconds").and_then(Value::as_i64).unwrap_or_default();
            format!("Device repaired after {} counted days.", days(seconds))
        }
        "declared_beyond_repair" => {
            format!("Device declared beyond repair ({}).", said.code("because"))
        }
        "duty_raised" => format!(
            "The provider must now declare the device beyond repair ({}).",
            said.text("rule"),
        ),
        "replacement_sent" => {
            format!("A replacement device was sent (serial {}).", said.text("serial"))
        }
        "handed_over" => format!("Device handed over to the {}.", said.text("to")),
        "deadline_passed" => deadline_passed(said),
        "closed" => "Repair job closed.".to_owned(),
        _ => return None,
    })
}

/// Where a parcel goes: the shop's address, preceded by its name unless the address already starts
/// with it.
fn postal(shop: Body<'_>) -> String {
    let (name, address) = (shop.text("name"), shop.text("address"));
    if address.starts_with(name) { address.to_owned() } else { format!("{name}, {address}") }
}

/// Days with one decimal, such as 4.5.
fn days(seconds: i64) -> String {
    let tenths = (seconds + 4_320).div_euclid(8_640);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_days_have_one_decimal() {
        assert_eq!((days(0), days(86_400 * 9 / 2)), ("0.0".to_owned(), "4.5".to_owned()));
    }
}
