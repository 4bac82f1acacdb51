//! Who must act before a deadline.

use recourse_kernel::Owner;
use recourse_wiring::timeline::{Change, Step};
use serde_json::Value;

use super::DeadlineState;
use crate::any_event::AnyEvent;
use crate::deadline::Deadline;

/// Names who must act in the deadlines that an event has set or reported as missed.
pub(super) fn named(deadlines: &mut [Deadline], change: &Change, event: &AnyEvent) {
    let of = match &change.step {
        Step::Set(of, _) | Step::Missed(of, _) => of.as_deref().unwrap_or_default(),
        Step::Met(_) | Step::Ended(_) => return,
    };
    let reported = event.0.get("owner").and_then(owner);
    for deadline in deadlines {
        let is_meant = deadline.of.as_deref().unwrap_or_default() == of;
        let is_missed = deadline.state == DeadlineState::Missed && of.is_empty();
        if (is_meant || is_missed) && deadline.owner.is_none() {
            deadline.owner = reported.or_else(|| by_kind(change, of, event));
        }
    }
}

fn owner(name: &Value) -> Option<Owner> {
    serde_json::from_value(name.clone()).ok()
}

/// Who acts on deadlines of a kind, unless the event says so.
fn by_kind(change: &Change, of: &str, event: &AnyEvent) -> Option<Owner> {
    Some(match change.kind {
        "decision"
        | "documents"
        | "documents_acceptance"
        | "remedy_choice"
        | "offer"
        | "appeal"
        | "appeal_decision"
        | "review"
        | "goodwill_approval"
        | "loss_compensation"
        | "courier_booking"
        | "quarantine"
        | "beyond_repair_approval" => Owner::Provider,
        "answer" if of.starts_with("offer ") && event.text("by") == Some("buyer") => {
            Owner::Provider
        }
        "answer"
        | "question_answer"
        | "offer_answer"
        | "chain_contest"
        | "hand_over"
        | "collection"
        | "delivery_statement"
        | "dispute_offer_answer"
        | "dispute_objection" => Owner::Buyer,
        "remedy"
        | "repair"
        | "paid_repair"
        | "inspection"
        | "declaration"
        | "dispatch"
        | "replacement_dispatch"
        | "parts" => Owner::Shop,
        "shipment_to_shop" | "shipment_to_buyer" => Owner::Carrier,
        "seller_answer" | "dispute_performance" | "delivery" => Owner::Seller,
        "dispute_decision" | "marketplace_appeal" => Owner::Marketplace,
        "payment" if of == "paid_repair" => Owner::Shop,
        "payment" if matches!(of, "notice" | "abandoned" | "recovery") => Owner::Buyer,
        "payment" => return payer(&change.subject, event),
        _ => return None,
    })
}

/// Who has to make a payment that the event names.
fn payer(payment: &str, event: &AnyEvent) -> Option<Owner> {
    let is_it = |body: &&Value| body.get("payment").and_then(Value::as_str) == Some(payment);
    let listed = event.0.get("payments").and_then(Value::as_array).into_iter().flatten();
    let found = listed.chain(std::iter::once(&event.0)).find(is_it)?;
    owner(found.get("from")?)
}

#[cfg(test)]
mod tests {
    use recourse_kernel::Instant;
    use serde_json::json;

    use super::super::{after_event, changes};
    use super::*;

    fn owners(events: &[(&str, Value)]) -> Vec<Option<Owner>> {
        let mut deadlines = Vec::new();
        for (type_name, body) in events {
            let event = AnyEvent(body.clone());
            for change in changes(type_name, &event) {
                deadlines = after_event(deadlines, &change, &event, Instant::UNIX_EPOCH);
            }
        }
        deadlines.into_iter().map(|deadline: Deadline| deadline.owner).collect()
    }

    #[test]
    fn t11_every_deadline_names_who_must_act() {
        let due = "2025-03-20T09:00:00Z";
        let asked = json!({ "claim": "c", "question": 1, "answer_by": due });
        let asked = [("recourse.claim.question_asked.v1", asked)];
        assert_eq!(owners(&asked), [Some(Owner::Buyer)]);
        let awaited = json!({ "answer_by": due });
        let offered = json!({ "claim": "c", "offer": 1, "by": "buyer", "awaited": awaited });
        let offered = [("recourse.claim.offer_made.v1", offered)];
        assert_eq!(owners(&offered), [Some(Owner::Provider)]);
        let payment = json!({ "payment": "p", "from": "carrier", "pay_by": due });
        let opened = [("recourse.settlement.opened.v1", json!({ "payments": [payment] }))];
        assert_eq!(owners(&opened), [Some(Owner::Carrier)]);
        let passed = json!({
            "dispute": "d", "deadline": "dispute_answer", "due": due, "owner": "seller",
        });
        let passed = [("recourse.order.deadline_passed.v1", passed)];
        assert_eq!(owners(&passed), [Some(Owner::Seller)]);
    }
}
