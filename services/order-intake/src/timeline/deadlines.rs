//! What the events of orders and disputes do to deadlines (T8, T11).

use recourse_wiring::timeline::{Body, Change, Step, Which, one};

const ANSWER: &str = "seller_answer";
const OFFER_ANSWER: &str = "dispute_offer_answer";
const DECISION: &str = "dispute_decision";
const PERFORMANCE: &str = "dispute_performance";
const OBJECTION: &str = "dispute_objection";

pub(super) fn changes(name: &str, said: Body<'_>) -> Vec<Change> {
    let of = |kind, step| one(said, kind, "dispute", step);
    match name {
        "order.dispute_opened" => set(said, ANSWER, "answer_by"),
        "order.dispute_answered" => {
            let mut changes = of(ANSWER, Step::Met(Which::Every));
            changes.extend(set(said, OFFER_ANSWER, "offer_until"));
            if said.has("decide_by") {
                changes.extend(of(OFFER_ANSWER, Step::Ended(Which::Every)));
            }
            changes.extend(set(said, DECISION, "decide_by"));
            changes
        }
        "order.dispute_offer_declined" => {
            let mut changes = of(OFFER_ANSWER, Step::Met(Which::Every));
            changes.extend(set(said, DECISION, "decide_by"));
            changes
        }
        "order.dispute_withdrawn" => [ANSWER, OFFER_ANSWER, DECISION]
            .map(|kind| of(kind, Step::Ended(Which::Every)))
            .concat(),
        "order.dispute_decided" => decided(said),
        "order.dispute_performance_stated" => {
            let mut changes = of(PERFORMANCE, Step::Ended(Which::Every));
            changes.extend(set(said, OBJECTION, "object_by"));
            changes
        }
        "order.dispute_performance_contested" => {
            let mut changes = of(OBJECTION, Step::Met(Which::Every));
            changes.extend(set(said, PERFORMANCE, "perform_by"));
            changes
        }
        "order.dispute_performed" => {
            let mut changes = of(PERFORMANCE, Step::Met(Which::Every));
            changes.extend(of(OBJECTION, Step::Ended(Which::Every)));
            changes
        }
        "order.deadline_passed" => {
            let kind = match said.text("deadline") {
                "dispute_answer" => ANSWER,
                "dispute_offer_answer" => OFFER_ANSWER,
                "dispute_decision" => DECISION,
                "dispute_performance" => PERFORMANCE,
                "dispute_objection" => OBJECTION,
                _ => return Vec::new(),
            };
            let mut changes = of(kind, Step::Missed(None, said.instant("due")));
            changes.extend(set(said, DECISION, "decide_by"));
            changes
        }
        _ => Vec::new(),
    }
}

/// A deadline that the event sets, if it has the field.
fn set(said: Body<'_>, kind: &'static str, field: &str) -> Vec<Change> {
    if said.has(field) {
        one(said, kind, "dispute", Step::Set(None, said.instant(field)))
    } else {
        Vec::new()
    }
}

/// The party that decides meets the deadline that was its own, and ends the others.
fn decided(said: Body<'_>) -> Vec<Change> {
    let of = |kind, step| one(said, kind, "dispute", step);
    let accepted = match said.text("by") {
        "buyer" => Step::Met(Which::Every),
        _ => Step::Ended(Which::Every),
    };
    let by_marketplace = match said.text("by") {
        "marketplace" => Step::Met(Which::Every),
        _ => Step::Ended(Which::Every),
    };
    let mut changes = of(ANSWER, Step::Ended(Which::Every));
    changes.extend(of(OFFER_ANSWER, accepted));
    changes.extend(of(DECISION, by_marketplace));
    changes.extend(set(said, PERFORMANCE, "perform_by"));
    changes
}
