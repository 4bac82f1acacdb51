//! What the events of orders and disputes do to deadlines (T8).

use recourse_wiring::timeline::{Body, Change, Step, Which, one};

pub(super) fn changes(name: &str, said: Body<'_>) -> Vec<Change> {
    let time = |field| said.instant(field);
    let of = |kind, step| one(said, kind, "dispute", step);
    match name {
        "order.dispute_opened" if said.has("answer_by") => {
            of("seller_answer", Step::Set(None, time("answer_by")))
        }
        "order.dispute_answered" => of("seller_answer", Step::Met(Which::Every)),
        "order.dispute_decided" => of("seller_answer", Step::Ended(Which::Every)),
        "order.dispute_deadline_passed" => of("seller_answer", Step::Missed(None, time("due"))),
        _ => Vec::new(),
    }
}
