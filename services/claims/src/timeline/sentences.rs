//! Sentences for the events of claims.

use recourse_wiring::timeline::Body;
use serde_json::Value;

use recourse_wiring::timeline::phrases::{deadline_passed, verdict};

pub(super) fn sentence(name: &str, said: Body<'_>) -> Option<String> {
    let event = name.strip_prefix("claim.")?;
    verification(event, said).or_else(|| remedy(event, said)).or_else(|| review(event, said))
}

/// From the form to the verdict.
fn verification(event: &str, said: Body<'_>) -> Option<String> {
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
        "question_lapsed" => format!(
            "Question {} was not answered in time; the claim continues without the answer.",
            said.number("question"),
        ),
        "reminder_sent" => "Reminder sent: the buyer's answer is still awaited.".to_owned(),
        "accepted" if said.0.get("by_clock").and_then(Value::as_bool) == Some(true) => {
            "Claim accepted by the clock: the documents were not checked in time.".to_owned()
        }
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
        _ => return None,
    })
}

/// From the remedy to the end of the claim.
fn remedy(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
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
        "offer_declined" if said.0.get("offer").and_then(Value::as_u64) == Some(0) => {
            "The provider makes no offer.".to_owned()
        }
        "offer_declined" => {
            format!("The {} declined offer {}.", said.text("by"), said.number("offer"))
        }
        "offer_reopened" => format!(
            "The counter-offer was not answered in time: offer {} is open again until {}.",
            said.number("offer"),
            said.inner("awaited").time("answer_by"),
        ),
        "settlement_started" => {
            format!("Settlement started; outcome: {}.", said.code("outcome"))
        }
        "settlement_extended" if !said.has("shipment") => {
            "What is owed has changed; the difference was added to the settlement.".to_owned()
        }
        "settlement_extended"
            if said.inner("shipment").0.get("lost") == Some(&Value::Bool(true)) =>
        {
            format!(
                "Shipment lost or damaged ({}): the party that booked it is liable for its costs.",
                said.inner("shipment").text("carrier"),
            )
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
            "hand_over" => "Claim withdrawn: the device was not handed over in time.".to_owned(),
            _ => "The buyer withdrew the claim.".to_owned(),
        },
        "closed" => format!("Claim closed; outcome: {}.", said.code("outcome")),
        _ => return None,
    })
}

/// Appeals, reviews and missed deadlines.
fn review(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "appealed" => {
            let by = said.time_or("decide_by", |time| format!("; decision due by {time}"));
            format!("The buyer appealed against the {}{by}.", said.text("of"))
        }
        "appeal_escalated" => format!(
            "The appeal was not decided in time and went to the marketplace; decision due by {}.",
            said.time("decide_by"),
        ),
        "consented" => "The buyer consented to the decision and gave up the appeal.".to_owned(),
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
        "review_closed" => format!("Review {} closed{}.", said.number("review"), result(said)),
        "refusal_review_overdue" => format!(
            "Review {} of a refused claim was not closed by {}.",
            said.number("review"),
            said.time("due"),
        ),
        "chain_changed" => chain_changed(said),
        "chain_contested" => format!(
            "The buyer contested the change of the chain; decision due by {}.",
            said.time("decide_by"),
        ),
        "goodwill_granted" => {
            let by = said
                .time_or("approve_by", |time| format!("; another person approves it by {time}"));
            format!("The provider granted {}{by}.", said.money("amount"))
        }
        "goodwill_approved" => format!("Another person approved {}.", said.money("amount")),
        "goodwill_declined" => {
            format!("Another person declined payment {}.", said.number("goodwill"))
        }
        "refusal_review_opened" => format!(
            "Late information ({}): the claim refused on {} was in time; opened for manual review.",
            said.code("because"),
            said.time("refused_at"),
        ),
        "refusal_review_closed" => {
            format!("Review {} of a refused claim closed{}.", said.number("review"), result(said))
        }
        "deadline_passed" => deadline_passed(said),
        _ => return None,
    })
}

/// The chain that counts now, and until when the buyer can contest it.
fn chain_changed(said: Body<'_>) -> String {
    let until =
        said.time_or("contest_by", |time| format!("; the buyer may contest it until {time}"));
    match said.inner("chain").number("position").as_str() {
        "1" => format!("The claim is no longer in a chain{until}."),
        position => format!("The claim is now number {position} in a chain{until}."),
    }
}

/// What follows from a review (M10).
fn result(said: Body<'_>) -> String {
    let amount = |kind| said.inner("result").inner(kind).money("amount");
    match said.0.get("result").and_then(Value::as_object).and_then(|result| result.keys().next()) {
        Some(kind) if kind == "pay" => format!(": the provider pays {}", amount("pay")),
        Some(kind) if kind == "claim_back" => {
            format!(": the buyer pays back {}", amount("claim_back"))
        }
        Some(_) => ": the claim is admitted as of its date".to_owned(),
        None => String::new(),
    }
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

fn a(word: &str) -> String {
    format!("a {word}")
}
