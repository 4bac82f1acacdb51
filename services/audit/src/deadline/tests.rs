//! The effects of events on deadlines.

use serde_json::{Value, json};

use super::*;
use crate::any_event::AnyEvent;

const CLAIM: &str = "clm_0123456789ABCDEFGHJKMNPQRS-1.1-1";
const JOB: &str = "job_0123456789ABCDEFGHJKMNPQRS-1.1-1-1";
const PAYMENT: &str = "pay_0123456789ABCDEFGHJKMNPQRS-1.1-1-1";

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

/// The deadlines of one kind after a list of events, each given by day, type and body.
fn reported(kind: &str, events: &[(u32, &str, Value)]) -> Vec<Deadline> {
    let mut deadlines = Vec::new();
    for (day, type_name, body) in events {
        let at = instant(&format!("2025-03-{day:02}T09:00:00Z"));
        for change in changes(&format!("recourse.{type_name}.v1"), &AnyEvent(body.clone())) {
            if change.kind == kind {
                deadlines = after(deadlines, &change.step, at);
            }
        }
    }
    deadlines
}

fn states(deadlines: &[Deadline]) -> Vec<&'static str> {
    deadlines.iter().map(|deadline| deadline.state.name()).collect()
}

#[test]
fn t9_a_part_promised_again_can_be_missed_and_then_met() {
    let awaited = |on: &str| json!({"job": JOB, "part": "display", "expected_on": on});
    let due = "2025-03-10T21:00:00Z";
    let passed = json!({"job": JOB, "deadline": "parts", "part": "display", "due": due});
    let arrived = json!({"job": JOB, "part": "display"});
    let deadlines = reported(
        "parts",
        &[
            (1, "job.parts_awaited", awaited("2025-03-10")),
            (11, "job.deadline_passed", passed),
            (12, "job.parts_awaited", awaited("2025-03-20")),
            (15, "job.parts_arrived", arrived.clone()),
            (16, "job.parts_arrived", arrived),
        ],
    );
    assert_eq!(states(&deadlines), ["missed", "met"]);
    assert_eq!(deadlines[0].due, Some(instant(due)), "the shop's own midnight");
    assert_eq!(deadlines[1].met_at, Some(instant("2025-03-15T09:00:00Z")));
}

#[test]
fn t9_another_day_named_in_time_ends_the_first_promise() {
    let awaited = |on: &str| json!({"job": JOB, "part": "display", "expected_on": on});
    let first = (1, "job.parts_awaited", awaited("2025-03-10"));
    let deadlines = reported("parts", &[first, (9, "job.parts_awaited", awaited("2025-03-20"))]);
    assert_eq!(states(&deadlines), ["ended", "running"]);
}

#[test]
fn t8_a_missed_deadline_is_not_met_by_a_late_fulfilment() {
    let by = "2025-03-22T09:00:00Z";
    let deadlines = reported(
        "remedy",
        &[
            (2, "job.received", json!({"job": JOB, "repair_by": by})),
            (22, "job.deadline_passed", json!({"job": JOB, "deadline": "repair", "due": by})),
            (25, "job.repaired", json!({"job": JOB})),
        ],
    );
    assert_eq!(states(&deadlines), ["missed"]);
    assert_eq!(deadlines[0].met_at, None);
}

#[test]
fn t8_a_missed_deadline_is_shown_even_if_its_start_was_never_seen() {
    let due = "2025-03-20T09:00:00Z";
    let passed = json!({"claim": CLAIM, "deadline": "decision", "due": due});
    let deadlines = reported("decision", &[(21, "claim.deadline_passed", passed)]);
    assert_eq!(states(&deadlines), ["missed"]);
    assert_eq!(deadlines[0].due, Some(instant(due)));
}

#[test]
fn a_verdict_that_is_not_covered_ends_the_promise_of_a_repair() {
    let verdict = json!({"job": JOB, "verdict": {"kind": "no_fault_found"}});
    let deadlines = reported(
        "remedy",
        &[
            (2, "job.received", json!({"job": JOB, "repair_by": "2025-03-22T09:00:00Z"})),
            (3, "job.inspected", verdict),
            (4, "job.repaired", json!({"job": JOB})),
        ],
    );
    assert_eq!(states(&deadlines), ["ended"]);
}

#[test]
fn c3_of_two_questions_the_due_one_is_missed_and_the_other_ends_with_the_claim() {
    let request =
        |question: u32, by: &str| json!({"claim": CLAIM, "question": question, "answer_by": by});
    let (first, second) = ("2025-03-10T09:00:00Z", "2025-03-12T09:00:00Z");
    let deadlines = reported(
        "answer",
        &[
            (3, "claim.question_asked", request(1, first)),
            (5, "claim.question_asked", request(2, second)),
            (
                10,
                "claim.deadline_passed",
                json!({"claim": CLAIM, "deadline": "question_answer", "due": first}),
            ),
            (10, "claim.withdrawn", json!({"claim": CLAIM, "by": "silence"})),
        ],
    );
    assert_eq!(states(&deadlines), ["missed", "ended"]);
    assert_eq!(deadlines[0].of.as_deref(), Some("question 1"));
}

#[test]
fn c3_an_answer_meets_its_own_question_only() {
    let by = "2025-03-20T09:00:00Z";
    let request = |question: u32| json!({"claim": CLAIM, "question": question, "answer_by": by});
    let deadlines = reported(
        "answer",
        &[
            (3, "claim.question_asked", request(1)),
            (3, "claim.question_asked", request(10)),
            (4, "claim.question_answered", json!({"claim": CLAIM, "question": 1})),
        ],
    );
    assert_eq!(states(&deadlines), ["met", "running"]);
}

#[test]
fn c3_a_counter_offer_answers_an_offer() {
    let awaited = json!({"answer_by": "2025-03-20T09:00:00Z"});
    let offer = json!({"claim": CLAIM, "offer": 1, "by": "provider", "awaited": awaited});
    let counter = json!({"claim": CLAIM, "offer": 2, "by": "buyer"});
    let reported =
        reported("answer", &[(3, "claim.offer_made", offer), (4, "claim.offer_made", counter)]);
    assert_eq!(states(&reported), ["met"]);
}

#[test]
fn t3_a_decision_in_time_is_met() {
    let filed = json!({
        "claim": CLAIM, "decide_within": {"days": 20}, "decide_by": "2025-03-23T09:00:00Z",
    });
    let chosen = json!({"claim": CLAIM, "remedy": "cash"});
    let deadlines =
        reported("decision", &[(3, "claim.filed", filed), (9, "claim.remedy_chosen", chosen)]);
    assert_eq!(states(&deadlines), ["met"]);
    assert_eq!(reported("decision", &[(3, "claim.filed", json!({"claim": CLAIM}))]), []);
}

#[test]
fn m8_a_payment_after_the_notice_still_prevents_abandonment() {
    let opened = json!({
        "payments": [{"payment": PAYMENT, "from": "buyer"}],
        "notice_at": "2025-03-10T09:00:00Z", "abandoned_at": "2025-03-30T09:00:00Z",
    });
    let notice = json!({"payment": PAYMENT, "deadline": "notice", "due": "2025-03-10T09:00:00Z"});
    let deadlines = reported(
        "payment",
        &[
            (1, "settlement.opened", opened),
            (10, "settlement.deadline_passed", notice),
            (12, "settlement.payment_paid", json!({"payment": PAYMENT})),
        ],
    );
    assert_eq!(states(&deadlines), ["missed", "met"]);
}

#[test]
fn m8_a_payment_for_a_later_shipment_has_deadlines_of_its_own() {
    let added = json!({
        "payment": PAYMENT, "from": "buyer", "notice_at": "2025-03-20T09:00:00Z",
        "abandoned_at": "2025-03-30T09:00:00Z",
    });
    let deadlines = reported("payment", &[(5, "settlement.payment_added", added)]);
    assert_eq!(states(&deadlines), ["running", "running"]);
    // Returning a double payment is not tied to a device; it is handed to collection.
    let recovery = json!({
        "payment": PAYMENT, "from": "buyer", "kind": "recovery",
        "pay_by": "2025-03-20T09:00:00Z",
    });
    let deadlines = reported("payment", &[(5, "settlement.payment_added", recovery)]);
    assert_eq!(deadlines[0].of.as_deref(), Some("recovery"));
}

#[test]
fn t8_a_seller_answers_a_dispute_in_time_or_not() {
    let dispute = "dsp_0123456789ABCDEFGHJKMNPQRS-1.1-1";
    let opened = || json!({"dispute": dispute, "answer_by": "2025-03-06T09:00:00Z"});
    let of = |rest: (u32, &'static str, Value)| {
        let deadlines = reported("seller_answer", &[(1, "order.dispute_opened", opened()), rest]);
        states(&deadlines)
    };
    let about = || {
        let due = "2025-03-06T09:00:00Z";
        json!({"dispute": dispute, "deadline": "dispute_answer", "due": due})
    };
    assert_eq!(of((3, "order.dispute_answered", about())), ["met"]);
    assert_eq!(of((3, "order.dispute_decided", about())), ["ended"]);
    assert_eq!(of((6, "order.deadline_passed", about())), ["missed"]);
}

#[test]
fn t8_an_appeal_not_decided_in_time_is_missed_and_can_still_be_decided() {
    let due = "2025-03-15T09:00:00Z";
    let deadlines = reported(
        "appeal",
        &[
            (1, "claim.appealed", json!({"claim": CLAIM, "of": "rejection", "decide_by": due})),
            (
                15,
                "claim.deadline_passed",
                json!({"claim": CLAIM, "deadline": "appeal_decision", "due": due}),
            ),
            (20, "claim.appeal_decided", json!({"claim": CLAIM, "upheld": true})),
        ],
    );
    assert_eq!(states(&deadlines), ["missed"]);
    assert_eq!(deadlines[0].due, Some(instant(due)));
}

#[test]
fn t3_a_dispatch_to_the_buyer_is_in_time_or_missed() {
    let chosen = |send_by: Option<&str>| match send_by {
        Some(by) => json!({"job": JOB, "remedy": "replacement", "send_by": by}),
        None => json!({"job": JOB, "remedy": "cash"}),
    };
    let due = "2025-03-07T09:00:00Z";
    let of = |rest: (u32, &'static str, Value)| {
        let noted = (4, "job.remedy_noted", chosen(Some(due)));
        states(&reported("dispatch", &[noted, rest]))
    };
    let passed = json!({"job": JOB, "deadline": "dispatch", "due": due});
    assert_eq!(of((6, "job.replacement_sent", json!({"job": JOB}))), ["met"]);
    assert_eq!(of((7, "job.deadline_passed", passed)), ["missed"]);
    assert_eq!(of((5, "job.remedy_noted", chosen(None))), ["ended"]);
    assert_eq!(of((5, "job.closed", json!({"job": JOB}))), ["ended"]);
    // A repair policy sets no dispatch deadline.
    assert_eq!(reported("dispatch", &[(4, "job.remedy_noted", chosen(None))]), []);
}

#[test]
fn t3_a_repair_under_an_exchange_policy_has_a_repair_and_a_dispatch_deadline() {
    let (done_by, send_by) = ("2025-03-24T09:00:00Z", "2025-03-13T09:00:00Z");
    let events = [
        (4, "job.remedy_noted", json!({"job": JOB, "remedy": "repair", "repair_by": done_by})),
        (10, "job.repaired", json!({"job": JOB, "send_by": send_by})),
        (12, "job.handed_over", json!({"job": JOB})),
    ];
    assert_eq!(states(&reported("remedy", &events)), ["met"]);
    let dispatched = reported("dispatch", &events);
    assert_eq!(states(&dispatched), ["met"]);
    assert_eq!(dispatched[0].due, Some(instant(send_by)));
}
