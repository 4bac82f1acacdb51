//! The effect of each event on deadlines.

use recourse_kernel::Instant;
use serde_json::Value;

use super::{Change, Step, Which};
use crate::any_event::AnyEvent;

/// The effects of an event on deadlines. All changes of one kind come from one service.
pub fn changes(type_name: &str, event: &AnyEvent) -> Vec<Change> {
    match type_name.split('.').nth(1) {
        Some("order") => of_order(type_name, event),
        Some("claim") => of_claim(type_name, event),
        Some("job") => of_job(type_name, event),
        Some("settlement") => of_settlement(type_name, event),
        _ => Vec::new(),
    }
}

fn of_order(type_name: &str, event: &AnyEvent) -> Vec<Change> {
    let time = |field| instant(event, field);
    let of = |kind, step| one(event, kind, "dispute", step);
    match type_name {
        "recourse.order.dispute_opened.v1" if event.0.get("answer_by").is_some() => {
            of("seller_answer", Step::Set(None, time("answer_by")))
        }
        "recourse.order.dispute_answered.v1" => of("seller_answer", Step::Met(Which::Every)),
        "recourse.order.dispute_decided.v1" => of("seller_answer", Step::Ended(Which::Every)),
        "recourse.order.dispute_deadline_passed.v1" => {
            of("seller_answer", Step::Missed(None, time("due")))
        }
        _ => Vec::new(),
    }
}

fn of_claim(type_name: &str, event: &AnyEvent) -> Vec<Change> {
    let time = |field| instant(event, field);
    let of = |kind, step| one(event, kind, "claim", step);
    match type_name {
        "recourse.claim.filed.v1" if event.0.get("decide_within").is_some() => {
            of("decision", Step::Set(None, time("decide_by")))
        }
        "recourse.claim.remedy_chosen.v1" | "recourse.claim.rejected.v1" => {
            of("decision", Step::Met(Which::Every))
        }
        "recourse.claim.withdrawn.v1" | "recourse.claim.closed.v1" => {
            let mut changes = of("decision", Step::Ended(Which::Every));
            changes.extend(of("answer", Step::Ended(Which::Every)));
            changes.extend(of("appeal", Step::Ended(Which::Every)));
            changes
        }
        "recourse.claim.question_asked.v1" => {
            of("answer", Step::Set(numbered(event, "question"), time("answer_by")))
        }
        "recourse.claim.question_answered.v1" => {
            let answered = numbered(event, "question").map_or(Which::Every, Which::One);
            of("answer", Step::Met(answered))
        }
        "recourse.claim.offer_made.v1" => offered(event),
        "recourse.claim.offer_accepted.v1" | "recourse.claim.offer_declined.v1" => {
            let answered = numbered(event, "offer").map_or(Which::Offers, Which::One);
            of("answer", Step::Met(answered))
        }
        "recourse.claim.appealed.v1" if event.0.get("decide_by").is_some() => {
            of("appeal", Step::Set(None, time("decide_by")))
        }
        "recourse.claim.appeal_decided.v1" => of("appeal", Step::Met(Which::Every)),
        "recourse.claim.deadline_passed.v1" => match event.text("deadline") {
            Some("decision") => of("decision", Step::Missed(None, time("due"))),
            Some("answer") => of("answer", Step::Missed(None, time("due"))),
            Some("appeal") => of("appeal", Step::Missed(None, time("due"))),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn of_settlement(type_name: &str, event: &AnyEvent) -> Vec<Change> {
    let time = |field| instant(event, field);
    let of = |kind, step| one(event, kind, "payment", step);
    match type_name {
        "recourse.settlement.opened.v1" => payments(event, event.0.get("payments")),
        "recourse.settlement.payment_added.v1" => {
            payments(event, Some(&Value::Array(vec![event.0.clone()])))
        }
        "recourse.settlement.payment_paid.v1" => of("payment", Step::Met(Which::Every)),
        "recourse.settlement.deadline_passed.v1" => {
            of("payment", Step::Missed(event.text("deadline").map(str::to_owned), time("due")))
        }
        _ => Vec::new(),
    }
}

fn of_job(type_name: &str, event: &AnyEvent) -> Vec<Change> {
    let time = |field| instant(event, field);
    let of = |kind, step| one(event, kind, "job", step);
    match type_name {
        "recourse.job.received.v1" if event.0.get("repair_by").is_some() => {
            of("remedy", Step::Set(None, time("repair_by")))
        }
        "recourse.job.remedy_noted.v1" => remedy_noted(event),
        "recourse.job.inspected.v1" if !is_covered(event) => {
            of("remedy", Step::Ended(Which::Every))
        }
        "recourse.job.duty_raised.v1" if event.0.get("declare_by").is_some() => {
            of("declaration", Step::Set(None, time("declare_by")))
        }
        "recourse.job.repaired.v1" => {
            let mut changes = of("remedy", Step::Met(Which::Every));
            changes.extend(of("declaration", Step::Ended(Which::Every)));
            if event.0.get("send_by").is_some() {
                changes.extend(of("dispatch", Step::Set(None, time("send_by"))));
            }
            changes
        }
        "recourse.job.declared_beyond_repair.v1" => {
            let mut changes = of("remedy", Step::Met(Which::Every));
            changes.extend(of("declaration", Step::Met(Which::Every)));
            changes
        }
        "recourse.job.replacement_sent.v1"
        | "recourse.job.handed_over.v1"
        | "recourse.job.abandoned.v1"
        | "recourse.job.closed.v1" => {
            let is_sent = type_name.ends_with("_sent.v1") || type_name.ends_with("_over.v1");
            let all = Which::Every;
            let dispatched =
                if is_sent { Step::Met(all.clone()) } else { Step::Ended(all.clone()) };
            let mut changes = of("remedy", Step::Ended(all.clone()));
            changes.extend(of("declaration", Step::Ended(all)));
            changes.extend(of("dispatch", dispatched));
            changes
        }
        "recourse.job.parts_awaited.v1" => part(event, Step::Set(None, end_of_utc_day(event))),
        "recourse.job.parts_arrived.v1" => part(event, Step::Met(Which::Every)),
        "recourse.job.deadline_passed.v1" => match event.text("deadline") {
            Some("remedy") => of("remedy", Step::Missed(None, time("due"))),
            Some("declaration") => of("declaration", Step::Missed(None, time("due"))),
            Some("dispatch") => of("dispatch", Step::Missed(None, time("due"))),
            Some("parts") => part(event, Step::Missed(None, time("due"))),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn instant(event: &AnyEvent, field: &str) -> Option<Instant> {
    event.text(field)?.parse().ok()
}

/// A change whose subject is the value of `field`.
fn one(event: &AnyEvent, kind: &'static str, field: &str, step: Step) -> Vec<Change> {
    let subject = event.text(field).map(str::to_owned);
    subject.map(|subject| Change { kind, subject, step }).into_iter().collect()
}

/// T3: a replacement has a day by which it is sent, a repair under an exchange policy a day by
/// which it is done. An earlier dispatch deadline ends.
fn remedy_noted(event: &AnyEvent) -> Vec<Change> {
    let due = |kind, field: &str| {
        let by = event.text(field)?;
        Some(one(event, kind, "job", Step::Set(None, by.parse().ok())))
    };
    let mut changes = due("remedy", "repair_by").unwrap_or_default();
    let nothing_to_send = || one(event, "dispatch", "job", Step::Ended(Which::Every));
    changes.extend(due("dispatch", "send_by").unwrap_or_else(nothing_to_send));
    changes
}

/// Such as `question 2` or `offer 1`.
fn numbered(event: &AnyEvent, field: &str) -> Option<String> {
    Some(format!("{field} {}", event.0.get(field)?.as_u64()?))
}

/// An offer replaces the one before it: an offer by the buyer answers it, a new one by the provider
/// ends it. The new offer may then await an answer itself (C3).
fn offered(event: &AnyEvent) -> Vec<Change> {
    let Some(claim) = event.text("claim") else { return Vec::new() };
    let before = match event.text("by") {
        Some("buyer") => Step::Met(Which::Offers),
        _ => Step::Ended(Which::Offers),
    };
    let awaited = event.0.get("awaited").and_then(|awaited| awaited.get("answer_by")?.as_str());
    let awaited = awaited.map(|by| Step::Set(numbered(event, "offer"), by.parse().ok()));
    let change = |step| Change { kind: "answer", subject: claim.to_owned(), step };
    std::iter::once(before).chain(awaited).map(change).collect()
}

fn is_covered(event: &AnyEvent) -> bool {
    let verdict = event.0.get("verdict").and_then(|verdict| verdict.get("kind")?.as_str());
    verdict == Some("covered")
}

fn part(event: &AnyEvent, step: Step) -> Vec<Change> {
    let subject = event.text("job").zip(event.text("part"));
    let subject = subject.map(|(job, part)| format!("{job}/{part}"));
    subject.map(|subject| Change { kind: "parts", subject, step }).into_iter().collect()
}

fn end_of_utc_day(event: &AnyEvent) -> Option<Instant> {
    let day: chrono::NaiveDate = event.text("expected_on")?.parse().ok()?;
    Some(day.succ_opt()?.and_time(chrono::NaiveTime::MIN).and_utc())
}

/// M8: an unpaid amount of the buyer leads first to a notice, then to abandonment of the device.
fn payments(event: &AnyEvent, payments: Option<&Value>) -> Vec<Change> {
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
                let due = event.text(field)?.parse().ok();
                let step = Step::Set(Some(of.to_owned()), due);
                Some(Change { kind: "payment", subject: subject.clone(), step })
            })
        })
        .collect()
}
