//! A sentence for people to read, for each type of event. Pure. Sealed text never appears in one.
//!
//! Long because it is a table of all events, in the order of the services.

use recourse_kernel::Money;
use serde_json::Value;

/// The sentence for an event with this type and body. An unknown type gets a generic sentence.
pub fn sentence(type_name: &str, body: &Value) -> String {
    let said = Body(body);
    let name = type_name.strip_prefix("recourse.").unwrap_or(type_name);
    let name = name.strip_suffix(".v1").unwrap_or(name);
    let reported = match name.split_once('.') {
        Some(("order", event)) => order(event, said),
        Some(("policy", event)) => policy(event, said),
        Some(("claim", event)) => claim(event, said),
        Some(("job", event)) => job(event, said),
        Some(("settlement", event)) => settlement(event, said),
        Some(("terms" | "tariffs" | "shops", _)) => terms(name, said),
        _ => None,
    };
    let any = || name.split_once('.').and_then(|(_, event)| of_any_stream(event, said));
    reported.or_else(any).unwrap_or_else(|| format!("An event of type {type_name}."))
}

fn order(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "placed" => format!(
            "Order {} placed on {} ({}).",
            said.text("number"),
            said.text("marketplace"),
            said.text("country"),
        ),
        "paid" => format!("Order paid: {}.", said.money("amount")),
        "cancelled" => format!("Order cancelled ({}).", said.text("reason")),
        "delivered" => {
            format!("Delivered on {} (time zone {}).", said.time("delivered_at"), said.text("zone"))
        }
        "delivery_corrected" => format!(
            "Delivery date corrected to {} (time zone {}).",
            said.time("delivered_at"),
            said.text("zone"),
        ),
        "receipt_confirmed" => "The buyer confirmed receipt.".to_owned(),
        "completed" => format!(
            "Order completed: {}.",
            match said.text("because") {
                "receipt_confirmed" => "the buyer confirmed receipt",
                _ => "reported by the marketplace",
            },
        ),
        "returned" => format!("{} returned to the seller.", said.counted("devices", "device")),
        "line_refunded" => format!(
            "The seller refunded {} per device ({}).",
            said.money("amount"),
            said.counted("devices", "device"),
        ),
        "fact_kept" => format!(
            "`{}` arrived early; on hold until `{}` arrives.",
            said.text("fact"),
            said.code("missing"),
        ),
        "kept_fact_refused" => {
            format!(
                "`{}` was on hold and has been refused: {}.",
                said.text("fact"),
                said.text("detail")
            )
        }
        "dispute_opened" => format!(
            "The buyer opened a dispute with the seller and requested {}.",
            match said.text("requested_remedy") {
                "exchange" => "an exchange",
                _ => "a refund",
            },
        ),
        "dispute_answered" => match said.text("answer") {
            "agree" => "The seller agreed.".to_owned(),
            "counter" => format!("The seller offered {} instead.", said.money("offer")),
            _ => "The seller declined.".to_owned(),
        },
        "dispute_deadline_passed" => {
            "The seller did not answer in time; the marketplace will decide.".to_owned()
        }
        "dispute_decided" => {
            let amount = said.money_or("amount", String::new(), |money| format!(" of {money}"));
            format!("Dispute closed: {}{amount} (by the {}).", said.code("ending"), said.text("by"))
        }
        _ => return None,
    })
}

fn policy(event: &str, said: Body<'_>) -> Option<String> {
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
        "cancelled" => format!(
            "Policy cancelled ({}). Refund due: {}.",
            said.code("reason"),
            said.money("price_owed"),
        ),
        "ended" => format!("Policy ended ({}).", said.code("reason")),
        _ => return None,
    })
}

fn claim(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "coverage_noted" => format!("Policy update recorded by claims: {}.", said.code("what")),
        "order_noted" => "Order completion recorded by claims.".to_owned(),
        "dispute_noted" => "Dispute with the seller recorded by claims.".to_owned(),
        "filed" => {
            let by = said.time_or("decide_by", |time| format!("; decision due by {time}"));
            format!("Claim filed: the buyer requested {}{by}.", a(said.text("requested_remedy")))
        }
        "defect_added" => match said.text("by") {
            "shop" => format!(
                "The shop found another defect, added to the claim: {}.",
                said.text("cause")
            ),
            _ => "The buyer reported another defect, added to the claim.".to_owned(),
        },
        "question_asked" => format!(
            "The provider asked question {}; answer due by {}.",
            said.number("question"),
            said.time("answer_by"),
        ),
        "question_answered" => format!("The buyer answered question {}.", said.number("question")),
        "reminder_sent" => "Reminder sent: the buyer's answer is still awaited.".to_owned(),
        "accepted" => "Claim accepted: the documents are in order.".to_owned(),
        "rejected" => {
            let until =
                said.time_or("appeal_until", |time| format!("; the buyer may appeal until {time}"));
            let why = said.inner_text("exclusion").unwrap_or_else(|| said.code("code"));
            format!("Claim rejected ({why}){until}.")
        }
        "verdict_recorded" => {
            format!("Verdict recorded: {}. Cause: {}.", verdict(said), said.text("cause"))
        }
        "job_noted" => format!("Repair update recorded by claims: {}.", said.code("what")),
        "remedy_chosen" => format!("Remedy chosen: {}.", said.code("remedy")),
        "offer_made" => format!(
            "Offer {} by the {}: {}.",
            said.number("offer"),
            said.text("by"),
            said.money("price"),
        ),
        "offer_accepted" => {
            format!("The {} accepted offer {}.", said.text("by"), said.number("offer"))
        }
        "offer_declined" => {
            format!("The {} declined offer {}.", said.text("by"), said.number("offer"))
        }
        "settlement_started" => {
            format!("Settlement started; outcome: {}.", said.code("outcome"))
        }
        "settlement_extended" => format!(
            "Shipment booked after settlement ({}, {}): its costs were added to the settlement.",
            said.inner("shipment").text("carrier"),
            said.inner("shipment").money("price"),
        ),
        "settlement_noted" => {
            format!("Settlement update recorded by claims: {}.", said.code("what"))
        }
        "withdrawn" => match said.text("by") {
            "silence" => "Claim withdrawn: no answer arrived in time.".to_owned(),
            _ => "The buyer withdrew the claim.".to_owned(),
        },
        "closed" => format!("Claim closed; outcome: {}.", said.code("outcome")),
        "appealed" => {
            let by = said.time_or("decide_by", |time| format!("; decision due by {time}"));
            format!("The buyer appealed against the {}{by}.", said.text("of"))
        }
        "appeal_decided" => match said.0.get("upheld").and_then(Value::as_bool) {
            Some(true) => "Appeal upheld.".to_owned(),
            _ => "Appeal dismissed.".to_owned(),
        },
        "review_opened" => format!(
            "Late information ({}) would have changed {}; opened for manual review: {}.",
            said.code("because"),
            said.counted("decisions", "decision"),
            would_be(said),
        ),
        "review_closed" => format!("Review {} closed.", said.number("review")),
        "refusal_review_opened" => format!(
            "Late information ({}): the claim refused on {} was in time; opened for manual review.",
            said.code("because"),
            said.time("refused_at"),
        ),
        "refusal_review_closed" => {
            format!("Review {} of a refused claim closed.", said.number("review"))
        }
        "deadline_passed" => deadline_passed(said),
        _ => return None,
    })
}

/// Where a parcel goes: the shop's address, preceded by its name unless the address already starts
/// with it.
fn postal(shop: Body<'_>) -> String {
    let (name, address) = (shop.text("name"), shop.text("address"));
    if address.starts_with(name) { address.to_owned() } else { format!("{name}, {address}") }
}

fn job(event: &str, said: Body<'_>) -> Option<String> {
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
        "shipment_damaged" => format!(
            "The device was damaged in transit ({}). Liable: the {}, who booked the shipment.",
            said.text("condition"),
            said.text("falls_on"),
        ),
        "abandoned" => "Device abandoned for non-payment; it stays with the provider.".to_owned(),
        "chain_noted" => format!(
            "Defect history recorded: this is claim {} about the same defect.",
            said.number("position"),
        ),
        "answer_awaited" => "Repair deadline paused: waiting for the buyer's reply.".to_owned(),
        "answer_noted" => "The buyer replied; the repair deadline is running again.".to_owned(),
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
        "shipment_picked_up" => "The carrier picked up the parcel.".to_owned(),
        "shipment_delivered" => "The parcel was delivered.".to_owned(),
        "shipment_lost" => "The parcel was lost in transit.".to_owned(),
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
        "parts_awaited" => format!(
            "Waiting for a part: {} (ordered {}, expected {}).",
            said.text("part"),
            said.time("ordered_at"),
            said.text("expected_on"),
        ),
        "parts_arrived" => format!("Part arrived: {}.", said.text("part")),
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

fn settlement(event: &str, said: Body<'_>) -> Option<String> {
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
            format!("Payment attempt {} failed: {}.", said.number("attempt"), said.text("reason"))
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

fn terms(name: &str, said: Body<'_>) -> Option<String> {
    Some(match name {
        "terms.published" => format!(
            "Terms {} version {} published.",
            said.inner("terms").text("line"),
            said.inner("terms").number("version"),
        ),
        "terms.withdrawn" => format!(
            "Terms {} version {} are no longer sold from {}.",
            said.text("line"),
            said.number("version"),
            said.time("until"),
        ),
        "tariffs.published" => format!(
            "Tariffs `{}` version {} published.",
            said.inner("sheet").text("id"),
            said.inner("sheet").number("version"),
        ),
        "shops.published" => format!(
            "Shop directory of {} published, version {}.",
            said.inner("directory").text("provider"),
            said.inner("directory").number("version"),
        ),
        _ => return None,
    })
}

/// Events that can occur in any stream.
fn of_any_stream(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "command_refused" => {
            let rules =
                said.0.get("rules").and_then(Value::as_array).map(|rules| {
                    rules.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
                });
            let rules = rules.filter(|rules| !rules.is_empty());
            let rules = rules.map(|rules| format!(" ({rules})")).unwrap_or_default();
            let refused = format!("Refused{rules}: {}.", said.text("detail").trim_end_matches('.'));
            other_refusals(said.0).fold(refused, |reported, why| format!("{reported} Also: {why}."))
        }
        "input_noted" => format!("`{}` received; no change.", said.text("input_type")),
        "purchase_blocked" => {
            format!("Purchase blocked until an operator resolves it: {}.", said.text("reason"))
        }
        "input_dead_lettered" => format!("Input dead-lettered: {}.", said.text("reason")),
        "input_redriven" => "Dead-lettered input processed.".to_owned(),
        "input_discarded" => format!("Dead-lettered input discarded: {}.", said.text("reason")),
        "purchase_released" => "Purchase unblocked; processing continues.".to_owned(),
        _ => return None,
    })
}

/// The other rules that would have refused the command as well.
fn other_refusals(body: &Value) -> impl Iterator<Item = &str> {
    let tried = body.get("findings").and_then(Value::as_array).into_iter().flatten();
    let code = body.get("code").and_then(Value::as_str);
    tried.filter_map(move |finding| {
        let own = finding.get("facts")?.get("code")?.as_str()?;
        finding.get("outcome")?.as_str().filter(|_| Some(own) != code)
    })
}

fn deadline_passed(said: Body<'_>) -> String {
    let part = said.inner_text("part").map(|part| format!(" ({part})")).unwrap_or_default();
    format!(
        "Deadline missed: {}{part}, due {}. Escalated to {}.",
        said.code("deadline"),
        said.time("due"),
        said.text("escalated_to"),
    )
}

/// What the reviewed decisions would be now, and by which rules.
fn would_be(said: Body<'_>) -> String {
    let decisions = said.0.get("decisions").and_then(Value::as_array);
    let one = |decision: &Value| {
        let decision = Body(decision);
        let (event, rule) = (decision.code("event"), decision.text("rule"));
        format!("{event} ({rule}): {}", decision.text("would_be").trim_end_matches('.'))
    };
    let reported = decisions.map(Vec::as_slice).unwrap_or_default().iter().map(one);
    reported.collect::<Vec<_>>().join("; ")
}

fn verdict(said: Body<'_>) -> String {
    let verdict = said.inner("verdict");
    match verdict.text("kind") {
        "covered" => "covered".to_owned(),
        "no_fault_found" => "no fault found".to_owned(),
        _ => format!("not covered ({})", verdict.code("exclusion")),
    }
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

/// Days with one decimal, such as 4.5.
fn days(seconds: i64) -> String {
    let tenths = (seconds + 4_320).div_euclid(8_640);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn a(word: &str) -> String {
    format!("a {word}")
}

/// An event body, with accessors for what a sentence needs. A missing field reads as `?`.
#[derive(Clone, Copy)]
struct Body<'a>(&'a Value);

impl<'a> Body<'a> {
    fn inner(self, field: &str) -> Self {
        const NOTHING: &Value = &Value::Null;
        Body(self.0.get(field).unwrap_or(NOTHING))
    }

    fn inner_text(self, field: &str) -> Option<String> {
        Some(self.0.get(field)?.as_str()?.replace('_', " "))
    }

    fn text(self, field: &str) -> &'a str {
        self.0.get(field).and_then(Value::as_str).unwrap_or("?")
    }

    /// A code with its underscores as spaces.
    fn code(self, field: &str) -> String {
        self.text(field).replace('_', " ")
    }

    fn number(self, field: &str) -> String {
        let number = self.0.get(field).and_then(Value::as_i64);
        number.map_or_else(|| "?".to_owned(), |number| number.to_string())
    }

    fn money(self, field: &str) -> String {
        self.money_or(field, "?".to_owned(), |money| money.to_string())
    }

    fn money_or(self, field: &str, none: String, some: impl Fn(Money) -> String) -> String {
        let money = self.0.get(field).and_then(|money| serde_json::from_value(money.clone()).ok());
        money.map_or(none, some)
    }

    /// A time to the minute, in UTC.
    fn time(self, field: &str) -> String {
        let time = self.time_or(field, |time| time);
        if time.is_empty() { "?".to_owned() } else { time }
    }

    fn time_or(self, field: &str, some: impl Fn(String) -> String) -> String {
        let time = self.0.get(field).and_then(Value::as_str);
        let time = time.and_then(|time| time.parse::<recourse_kernel::Instant>().ok());
        time.map(|time| some(time.format("%Y-%m-%d %H:%M UTC").to_string())).unwrap_or_default()
    }

    fn counted(self, field: &str, one: &str) -> String {
        match self.0.get(field).and_then(Value::as_array).map_or(0, Vec::len) {
            1 => format!("1 {one}"),
            many => format!("{many} {one}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sentence_shows_amounts_times_and_codes_in_readable_form() {
        let booked = json!({
            "booked_by": "buyer", "carrier": "post-ru", "from": "Tver", "to": "Moscow",
            "price": {"amount": 32_000, "currency": "RUB"},
        });
        assert_eq!(
            sentence("recourse.job.shipment_booked.v1", &booked),
            "The buyer booked a shipment with post-ru from Tver to Moscow for 320.00 RUB."
        );
        let found = json!({
            "verdict": {"kind": "not_covered", "exclusion": "liquid_or_dirt"}, "cause": "corrosion",
        });
        assert_eq!(
            sentence("recourse.job.inspected.v1", &found),
            "Inspection result: not covered (liquid or dirt). Cause: corrosion."
        );
        let late = json!({
            "deadline": "parts", "part": "display", "due": "2025-03-11T21:00:00Z",
            "escalated_to": "wisetech-service",
        });
        assert_eq!(
            sentence("recourse.job.deadline_passed.v1", &late),
            "Deadline missed: parts (display), due 2025-03-11 21:00 UTC. Escalated to wisetech-service."
        );
    }

    #[test]
    fn m8_a_settlement_with_a_written_off_amount_is_not_reported_as_paid() {
        let fallen = json!({"paid": [], "written_off": [{"amount": 800_000, "currency": "RUB"}]});
        assert_eq!(
            sentence("recourse.settlement.closed.v1", &fallen),
            "Settlement closed: everything not written off has been paid."
        );
    }

    #[test]
    fn a_refusal_names_its_rules() {
        let refused = json!({"rules": ["C1"], "detail": "coverage starts on 16 March"});
        assert_eq!(
            sentence("recourse.claim.command_refused.v1", &refused),
            "Refused (C1): coverage starts on 16 March."
        );
        let other_refusals = json!({
            "code": "claim.before_coverage", "rules": ["C1"], "detail": "coverage starts on 16 March",
            "findings": [
                {"rule": "T10", "passed": true, "outcome": "the order is completed"},
                {"rule": "C1", "passed": false, "outcome": "coverage starts on 16 March",
                 "facts": {"code": "claim.before_coverage"}},
                {"rule": "C2", "passed": false, "outcome": "a photo is missing",
                 "facts": {"code": "claim.too_few_photos"}},
            ],
        });
        assert_eq!(
            sentence("recourse.claim.command_refused.v1", &other_refusals),
            "Refused (C1): coverage starts on 16 March. Also: a photo is missing."
        );
    }

    #[test]
    fn an_empty_body_or_an_unknown_type_still_gives_a_sentence() {
        assert_eq!(sentence("recourse.job.repaired.v2", &json!(null)).chars().last(), Some('.'));
        assert!(sentence("recourse.claim.filed.v1", &json!(null)).contains("filed"));
    }

    #[test]
    fn counted_days_have_one_decimal() {
        assert_eq!((days(0), days(86_400 * 9 / 2)), ("0.0".to_owned(), "4.5".to_owned()));
    }

    #[test]
    fn every_released_event_has_a_sentence_without_gaps() {
        let events = recourse_schemas::topics().iter().filter(|topic| topic.kind == "events");
        for type_name in events.flat_map(recourse_schemas::Topic::all_types) {
            for example in recourse_schemas::examples(&type_name) {
                let body = serde_json::from_str(example.body).unwrap();
                let said = sentence(&type_name, &body);
                assert!(!said.contains('?'), "{type_name}, {}: {said}", example.name);
                assert!(!said.contains("of type"), "{type_name} has no sentence");
            }
        }
    }
}
