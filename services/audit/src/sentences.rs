//! A sentence for a person, for each type of event. Pure. What is sealed is never told.
//!
//! A table of all events in the order of the services; the arms are the file, which is why it is long.

use recourse_kernel::Money;
use serde_json::Value;

/// What an event of this type and body says, as a sentence. A type that is not known here is said by name.
pub fn sentence(type_name: &str, body: &Value) -> String {
    let said = Said(body);
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
    reported.or_else(any).unwrap_or_else(|| format!("An event of the type {type_name}."))
}

fn order(event: &str, said: Said<'_>) -> Option<String> {
    Some(match event {
        "placed" => format!(
            "Order {} was placed at {}, from {}.",
            said.text("number"),
            said.text("marketplace"),
            said.text("country"),
        ),
        "paid" => format!("The order was paid: {}.", said.money("amount")),
        "cancelled" => format!("The order was cancelled: {}.", said.text("reason")),
        "delivered" => {
            format!("Delivered on {} ({}).", said.time("delivered_at"), said.text("zone"))
        }
        "delivery_corrected" => format!(
            "The day of delivery was corrected to {} ({}).",
            said.time("delivered_at"),
            said.text("zone"),
        ),
        "receipt_confirmed" => "The buyer confirmed the receipt.".to_owned(),
        "completed" => format!(
            "The order is completed, because {}.",
            match said.text("because") {
                "receipt_confirmed" => "the receipt was confirmed",
                _ => "the marketplace said so",
            },
        ),
        "returned" => format!("{} went back to the seller.", said.counted("devices", "device")),
        "line_refunded" => format!(
            "The seller refunded {} for each of {}.",
            said.money("amount"),
            said.counted("devices", "device"),
        ),
        "fact_kept" => format!(
            "`{}` came before {} and is kept until that is known.",
            said.text("fact"),
            said.word("missing"),
        ),
        "kept_fact_refused" => {
            format!("The kept fact `{}` was refused: {}.", said.text("fact"), said.text("detail"))
        }
        "dispute_opened" => format!(
            "The buyer opened a dispute with the seller and asks for {}.",
            match said.text("requested_remedy") {
                "exchange" => "an exchange",
                _ => "a refund",
            },
        ),
        "dispute_answered" => match said.text("answer") {
            "agree" => "The seller agrees.".to_owned(),
            "counter" => format!("The seller offers {} instead.", said.money("offer")),
            _ => "The seller declines.".to_owned(),
        },
        "dispute_deadline_passed" => {
            "The seller did not answer in time: the marketplace decides.".to_owned()
        }
        "dispute_decided" => {
            let amount = said.money_or("amount", String::new(), |money| format!(" of {money}"));
            format!(
                "The dispute ended with {}{amount}, by {}.",
                said.word("ending"),
                said.text("by")
            )
        }
        _ => return None,
    })
}

fn policy(event: &str, said: Said<'_>) -> Option<String> {
    Some(match event {
        "requested" => format!(
            "A {} warranty of {} was asked for, at {}.",
            said.text("program"),
            said.text("provider"),
            said.money("price"),
        ),
        "delivery_noted" => format!("The delivery on {} was noted.", said.time("delivered_at")),
        "sold" => format!(
            "The {} warranty of {} was sold for {}, under {} version {}.",
            said.text("program"),
            said.text("provider"),
            said.money("price"),
            said.inner("terms").text("line"),
            said.inner("terms").number("version"),
        ),
        "sale_refused" => format!(
            "The warranty was not sold: {}. Owed back: {}.",
            said.text("detail"),
            said.money("price_owed"),
        ),
        "coverage_scheduled" => format!(
            "Coverage runs from {} to {} ({}).",
            said.time("starts"),
            said.time("ends"),
            said.text("zone"),
        ),
        "coverage_started" => "Coverage has started.".to_owned(),
        "price_paid_changed" => format!(
            "Of the device's price, the seller has refunded {}.",
            said.money("device_price_refunded"),
        ),
        "cancelled" => format!(
            "The policy was cancelled ({}). Owed back: {}.",
            said.word("reason"),
            said.money("price_owed"),
        ),
        "ended" => format!("The policy ended ({}).", said.word("reason")),
        _ => return None,
    })
}

fn claim(event: &str, said: Said<'_>) -> Option<String> {
    Some(match event {
        "coverage_noted" => format!("The claims desk noted the policy: {}.", said.word("what")),
        "order_noted" => "The claims desk noted that the order is completed.".to_owned(),
        "dispute_noted" => "The claims desk noted the dispute with the seller.".to_owned(),
        "filed" => {
            let by = said.time_or("decide_by", |time| format!("; a decision is due by {time}"));
            format!(
                "The buyer filed the claim and asks for {}{by}.",
                a(said.text("requested_remedy"))
            )
        }
        "defect_added" => match said.text("by") {
            "shop" => format!(
                "The shop found another defect, which joins the claim: {}.",
                said.text("cause")
            ),
            _ => "The buyer told of another defect, which joins the claim.".to_owned(),
        },
        "question_asked" => format!(
            "The provider asked question {}; an answer is awaited until {}.",
            said.number("question"),
            said.time("answer_by"),
        ),
        "question_answered" => format!("The buyer answered question {}.", said.number("question")),
        "reminder_sent" => "The buyer was reminded that an answer is awaited.".to_owned(),
        "accepted" => "The papers are in order: the claim was accepted.".to_owned(),
        "rejected" => {
            let until =
                said.time_or("appeal_until", |time| format!("; the buyer can appeal until {time}"));
            let why = said.inner_text("exclusion").unwrap_or_else(|| said.word("code"));
            format!("The claim was rejected ({why}){until}.")
        }
        "verdict_recorded" => {
            format!("The verdict: {}. Cause: {}.", verdict(said), said.text("cause"))
        }
        "job_noted" => format!("The claims desk noted of the device: {}.", said.word("what")),
        "remedy_chosen" => format!("The remedy: {}.", said.word("remedy")),
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
            format!("The claim is settled as: {}.", said.word("outcome"))
        }
        "settlement_extended" => format!(
            "A way was booked after the claim was settled ({}, for {}): it is settled as well.",
            said.inner("shipment").text("carrier"),
            said.inner("shipment").money("price"),
        ),
        "settlement_noted" => {
            format!("The claims desk noted of the settlement: {}.", said.word("what"))
        }
        "withdrawn" => match said.text("by") {
            "silence" => "No answer came in time: the claim counts as withdrawn.".to_owned(),
            _ => "The buyer withdrew the claim.".to_owned(),
        },
        "closed" => format!("The claim was closed as: {}.", said.word("outcome")),
        "appealed" => {
            let by = said.time_or("decide_by", |time| format!("; a decision is due by {time}"));
            format!("The buyer appealed against the {}{by}.", said.text("of"))
        }
        "appeal_decided" => match said.0.get("upheld").and_then(Value::as_bool) {
            Some(true) => "The appeal was upheld.".to_owned(),
            _ => "The appeal was turned down.".to_owned(),
        },
        "review_opened" => format!(
            "A late fact ({}) would have changed {}; none is turned, a person looks at it: {}.",
            said.word("because"),
            said.counted("decisions", "decision"),
            would_be(said),
        ),
        "review_closed" => format!("Review {} was looked at and closed.", said.number("review")),
        "refusal_review_opened" => format!(
            "A late fact ({}): the claim that was refused on {} would have been in time. Nothing is \
             turned, a person looks at it.",
            said.word("because"),
            said.time("refused_at"),
        ),
        "refusal_review_closed" => {
            format!("Review {} of a refusal was looked at and closed.", said.number("review"))
        }
        "deadline_passed" => deadline_passed(said),
        _ => return None,
    })
}

/// Where a parcel goes: the shop's address, with its name in front unless it stands there already.
fn postal(shop: Said<'_>) -> String {
    let (name, address) = (shop.text("name"), shop.text("address"));
    if address.starts_with(name) { address.to_owned() } else { format!("{name}, {address}") }
}

fn job(event: &str, said: Said<'_>) -> Option<String> {
    Some(match event {
        "opened" => format!(
            "The device goes to {}, because {}.",
            postal(said.inner("shop")),
            said.text("routed_because"),
        ),
        "routing_failed" => format!("No shop could be found: {}.", said.text("detail")),
        "moved" => format!(
            "The shop {} gave the job up ({}). The device goes to {}; that costs the buyer nothing.",
            said.text("from"),
            said.word("because"),
            postal(said.inner("shop")),
        ),
        "repair_agreed" => "The shops noted that the seller had agreed to a repair elsewhere; \
                            it is not held against the device."
            .to_owned(),
        "shipment_damaged" => format!(
            "The device came damaged from its way ({}), which falls on the {} who had booked it.",
            said.text("condition"),
            said.text("falls_on"),
        ),
        "abandoned" => "The device was held, and never paid for: it counts as abandoned, \
                        and stays with the provider."
            .to_owned(),
        "chain_noted" => format!(
            "The shops noted that this is claim {} about the same defect.",
            said.number("position"),
        ),
        "answer_awaited" => "The clock of the bench waits for the buyer's answer.".to_owned(),
        "answer_noted" => "The buyer's answer came; the clock of the bench goes on.".to_owned(),
        "shipment_booked" => format!(
            "The {} booked {} from {} to {}, for {}{}.",
            said.text("booked_by"),
            said.text("carrier"),
            said.text("from"),
            said.text("to"),
            said.money("price"),
            match said.0.get("reimbursement_cap") {
                Some(_) =>
                    format!(", of which at most {}", said.money("reimbursement_cap")) + " counts",
                None => String::new(),
            },
        ),
        "shipment_picked_up" => "The carrier picked the parcel up.".to_owned(),
        "shipment_delivered" => "The parcel was delivered.".to_owned(),
        "shipment_lost" => "The parcel was lost on its way.".to_owned(),
        "received" => match said.0.get("serial_matches").and_then(Value::as_bool) {
            Some(true) => "The shop received the device.".to_owned(),
            _ => format!(
                "The shop received a device with another serial ({}); it is in quarantine.",
                said.text("serial"),
            ),
        },
        "serial_resolved" => {
            format!("The doubt about the serial was settled: {}.", said.text("note"))
        }
        "inspected" => {
            format!("The shop found: {}. Cause: {}.", verdict(said), said.text("cause"))
        }
        "parts_awaited" => format!(
            "Waiting for a part: {}, ordered on {}, expected on {}.",
            said.text("part"),
            said.time("ordered_at"),
            said.text("expected_on"),
        ),
        "parts_arrived" => format!("The part arrived: {}.", said.text("part")),
        "remedy_noted" => {
            let by = [("send_by", "sent"), ("repair_by", "done")];
            let by = by.into_iter().find(|(field, _)| said.0.get(field).is_some());
            let by = by.map(|(field, what)| format!(", to be {what} by {}", said.time(field)));
            format!("The shop is to do: {}{}.", said.word("remedy"), by.unwrap_or_default())
        }
        "payment_noted" if said.0.get("by_buyer") == Some(&Value::Bool(true)) => {
            "The shop learned that the buyer owes nothing more.".to_owned()
        }
        "payment_noted" => "The shop learned that everything owed was paid.".to_owned(),
        "payment_awaited" => {
            "The shop learned that the buyer owes something more, before the device goes back."
                .to_owned()
        }
        "repaired" => {
            let seconds = said.0.get("counted_seconds").and_then(Value::as_i64).unwrap_or_default();
            format!("The device was repaired, after {} counted days.", days(seconds))
        }
        "declared_beyond_repair" => {
            format!("The device was declared beyond repair ({}).", said.word("because"))
        }
        "duty_raised" => format!(
            "The provider owes the declaration that the device is beyond repair ({}).",
            said.text("rule"),
        ),
        "replacement_sent" => {
            format!("A replacement went out, with the serial {}.", said.text("serial"))
        }
        "handed_over" => format!("The device was handed to the {}.", said.text("to")),
        "deadline_passed" => deadline_passed(said),
        "closed" => "The shop has nothing left to do.".to_owned(),
        _ => return None,
    })
}

fn settlement(event: &str, said: Said<'_>) -> Option<String> {
    Some(match event {
        "opened" => match said.0.get("payments").and_then(Value::as_array).map_or(0, Vec::len) {
            0 => "The settlement was opened: nobody owes anything.".to_owned(),
            _ => format!("The settlement was opened: {}.", payments(said)),
        },
        "payment_added" => format!(
            "The {} owes the {} {} more: {}.",
            said.text("from"),
            said.text("to"),
            said.money("amount"),
            said.text("note"),
        ),
        "payment_paid" => format!(
            "Paid: {} from {} to {}, for {}.",
            said.money("amount"),
            said.text("from"),
            said.text("to"),
            said.word("kind"),
        ),
        "payment_failed" => {
            format!("Payment attempt {} failed: {}.", said.number("attempt"), said.text("reason"))
        }
        "deadline_passed" => match said.text("deadline") {
            "abandoned" => "Nothing was paid: the device counts as abandoned.".to_owned(),
            _ => "The buyer was told again that a payment is owed.".to_owned(),
        },
        "written_off" if said.inner_text("outcome").is_some() => {
            "What the buyer has not paid is owed no more: the claim was settled anew.".to_owned()
        }
        "written_off" => "What the buyer never paid is owed no more: the device is the provider's \
                          instead."
            .to_owned(),
        "closed" if said.0.get("written_off").is_some() => {
            "The settlement is closed: what was not written off is paid.".to_owned()
        }
        "closed" => "The settlement is closed: everything is paid.".to_owned(),
        _ => return None,
    })
}

fn terms(name: &str, said: Said<'_>) -> Option<String> {
    Some(match name {
        "terms.published" => format!(
            "Terms {} version {} were published.",
            said.inner("terms").text("line"),
            said.inner("terms").number("version"),
        ),
        "terms.withdrawn" => format!(
            "Terms {} version {} are sold no more from {}.",
            said.text("line"),
            said.number("version"),
            said.time("until"),
        ),
        "tariffs.published" => format!(
            "Tariffs `{}` version {} were published.",
            said.inner("sheet").text("id"),
            said.inner("sheet").number("version"),
        ),
        "shops.published" => format!(
            "The shops of {} were published, version {}.",
            said.inner("directory").text("provider"),
            said.inner("directory").number("version"),
        ),
        _ => return None,
    })
}

/// The events that every stream can have.
fn of_any_stream(event: &str, said: Said<'_>) -> Option<String> {
    Some(match event {
        "command_refused" => {
            let rules =
                said.0.get("rules").and_then(Value::as_array).map(|rules| {
                    rules.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
                });
            let rules = rules.filter(|rules| !rules.is_empty());
            let rules = rules.map(|rules| format!(" ({rules})")).unwrap_or_default();
            let refused = format!("Refused{rules}: {}.", said.text("detail").trim_end_matches('.'));
            besides(said.0).fold(refused, |reported, why| format!("{reported} Also: {why}."))
        }
        "input_noted" => format!("`{}` was noted; it changes nothing.", said.text("input_type")),
        "purchase_blocked" => {
            format!("The purchase waits for a person: {}.", said.text("reason"))
        }
        "input_dead_lettered" => format!("Set aside behind what waits: {}.", said.text("reason")),
        "input_redriven" => "What was set aside was taken in after all.".to_owned(),
        "input_discarded" => format!("What was set aside was discarded: {}.", said.text("reason")),
        "purchase_released" => "Nothing waits any more; the purchase goes on.".to_owned(),
        _ => return None,
    })
}

/// What would have refused a command beside the first rule that did.
fn besides(body: &Value) -> impl Iterator<Item = &str> {
    let tried = body.get("findings").and_then(Value::as_array).into_iter().flatten();
    let code = body.get("code").and_then(Value::as_str);
    tried.filter_map(move |finding| {
        let own = finding.get("facts")?.get("code")?.as_str()?;
        finding.get("outcome")?.as_str().filter(|_| Some(own) != code)
    })
}

fn deadline_passed(said: Said<'_>) -> String {
    let part = said.inner_text("part").map(|part| format!(" ({part})")).unwrap_or_default();
    format!(
        "Deadline missed: {}{part}, due {}. Told to {}.",
        said.word("deadline"),
        said.time("due"),
        said.text("escalated_to"),
    )
}

/// What decisions would be now, by which rules.
fn would_be(said: Said<'_>) -> String {
    let decisions = said.0.get("decisions").and_then(Value::as_array);
    let one = |decision: &Value| {
        let decision = Said(decision);
        let (event, rule) = (decision.word("event"), decision.text("rule"));
        format!("{event} ({rule}): {}", decision.text("would_be").trim_end_matches('.'))
    };
    let reported = decisions.map(Vec::as_slice).unwrap_or_default().iter().map(one);
    reported.collect::<Vec<_>>().join("; ")
}

fn verdict(said: Said<'_>) -> String {
    let verdict = said.inner("verdict");
    match verdict.text("kind") {
        "covered" => "covered".to_owned(),
        "no_fault_found" => "no fault found".to_owned(),
        _ => format!("not covered ({})", verdict.word("exclusion")),
    }
}

fn payments(said: Said<'_>) -> String {
    let payments =
        said.0.get("payments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let one = |payment: &Value| {
        let payment = Said(payment);
        let (from, to) = (payment.text("from"), payment.text("to"));
        format!("{from} owes {to} {} for {}", payment.money("amount"), payment.word("kind"))
    };
    payments.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Days with one decimal: 4.5.
fn days(seconds: i64) -> String {
    let tenths = (seconds + 4_320).div_euclid(8_640);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn a(word: &str) -> String {
    format!("a {word}")
}

/// A body, asked for what a sentence needs. What is not there is said as `?`.
#[derive(Clone, Copy)]
struct Said<'a>(&'a Value);

impl<'a> Said<'a> {
    fn inner(self, field: &str) -> Self {
        const NOTHING: &Value = &Value::Null;
        Said(self.0.get(field).unwrap_or(NOTHING))
    }

    fn inner_text(self, field: &str) -> Option<String> {
        Some(self.0.get(field)?.as_str()?.replace('_', " "))
    }

    fn text(self, field: &str) -> &'a str {
        self.0.get(field).and_then(Value::as_str).unwrap_or("?")
    }

    /// A code as words.
    fn word(self, field: &str) -> String {
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

    /// A moment to the minute, in UTC.
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
    fn a_sentence_reports_amounts_times_and_codes_as_a_person_would() {
        let booked = json!({
            "booked_by": "buyer", "carrier": "post-ru", "from": "Tver", "to": "Moscow",
            "price": {"amount": 32_000, "currency": "RUB"},
        });
        assert_eq!(
            sentence("recourse.job.shipment_booked.v1", &booked),
            "The buyer booked post-ru from Tver to Moscow, for 320.00 RUB."
        );
        let found = json!({
            "verdict": {"kind": "not_covered", "exclusion": "liquid_or_dirt"}, "cause": "corrosion",
        });
        assert_eq!(
            sentence("recourse.job.inspected.v1", &found),
            "The shop found: not covered (liquid or dirt). Cause: corrosion."
        );
        let late = json!({
            "deadline": "parts", "part": "display", "due": "2025-03-11T21:00:00Z",
            "escalated_to": "wisetech-service",
        });
        assert_eq!(
            sentence("recourse.job.deadline_passed.v1", &late),
            "Deadline missed: parts (display), due 2025-03-11 21:00 UTC. Told to wisetech-service."
        );
    }

    #[test]
    fn m8_a_settlement_that_was_written_off_is_not_said_to_be_paid() {
        let fallen = json!({"paid": [], "written_off": [{"amount": 800_000, "currency": "RUB"}]});
        assert_eq!(
            sentence("recourse.settlement.closed.v1", &fallen),
            "The settlement is closed: what was not written off is paid."
        );
    }

    #[test]
    fn a_refusal_names_its_rules() {
        let refused = json!({"rules": ["C1"], "detail": "coverage starts on 16 March"});
        assert_eq!(
            sentence("recourse.claim.command_refused.v1", &refused),
            "Refused (C1): coverage starts on 16 March."
        );
        let besides = json!({
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
            sentence("recourse.claim.command_refused.v1", &besides),
            "Refused (C1): coverage starts on 16 March. Also: a photo is missing."
        );
    }

    #[test]
    fn a_body_that_lacks_everything_and_an_unknown_type_still_make_a_sentence() {
        assert_eq!(sentence("recourse.job.repaired.v2", &json!(null)).chars().last(), Some('.'));
        assert!(sentence("recourse.claim.filed.v1", &json!(null)).contains("filed"));
    }

    #[test]
    fn counted_days_have_one_decimal() {
        assert_eq!((days(0), days(86_400 * 9 / 2)), ("0.0".to_owned(), "4.5".to_owned()));
    }

    #[test]
    fn every_event_that_was_ever_released_has_a_sentence_and_reports_all_that_it_mentions() {
        let events = recourse_schemas::topics().iter().filter(|topic| topic.kind == "events");
        for type_name in events.flat_map(recourse_schemas::Topic::all_types) {
            for example in recourse_schemas::examples(&type_name) {
                let body = serde_json::from_str(example.body).unwrap();
                let said = sentence(&type_name, &body);
                assert!(!said.contains('?'), "{type_name}, {}: {said}", example.name);
                assert!(!said.contains("of the type"), "{type_name} has no sentence");
            }
        }
    }
}
