//! Facts that arrived before one they depend on: kept, and decided once it arrives.

use recourse_kernel::{Reason, Rejection, Wire as _, WireError};

use crate::domain::Decision;
use crate::domain::commands::OrderCommand;
use crate::domain::events::{FactKept, KeptFactRefused, MissingFact, OrderEvent};
use crate::domain::rejection::OrderRejection;
use crate::domain::state::OrderState;

/// How many facts can wait for one order. Bounds a feed that never reports the order itself.
const KEPT_LIMIT: usize = 200;

/// Keeps a fact until the missing one arrives. A fact that is already kept changes nothing.
pub(super) fn keep(state: &OrderState, command: &OrderCommand, missing: MissingFact) -> Decision {
    let kept = FactKept {
        order: command.order(),
        fact: command.reported().map_or_else(|| command.type_name().to_owned(), |t| t.fact.clone()),
        id: command.reported().map(|reported| reported.id.clone()).unwrap_or_default(),
        command: command.type_name().to_owned(),
        body: body_of(command),
        missing,
    };
    if state.kept.contains(&kept) {
        return Ok(Vec::new());
    }
    if state.kept.len() >= KEPT_LIMIT {
        return Err(OrderRejection::TooManyKept(state.kept.len()).into());
    }
    Ok(vec![OrderEvent::FactKept(kept)])
}

/// The kept facts that these events make decidable, in order of arrival.
pub(super) fn whose_turn_it_is<'a>(
    state: &'a OrderState,
    events: &[OrderEvent],
) -> impl Iterator<Item = &'a FactKept> {
    let kept = state.kept.iter();
    kept.filter(move |fact| events.iter().any(|event| fact.is_next_after(event)))
}

/// The body of a command, as its record has it.
pub(super) fn body_of(command: &OrderCommand) -> serde_json::Value {
    let body = command.encode().ok();
    body.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default()
}

/// A kept fact is refused by a rule.
pub(super) fn refused(fact: &FactKept, why: &impl Rejection) -> OrderEvent {
    let Reason { code, rules, .. } = why.reason();
    let rules = rules.iter().map(|&rule| rule.to_owned()).collect();
    OrderEvent::KeptFactRefused(refusal(fact, code, rules, why.to_string()))
}

/// A kept fact that this release cannot read.
pub(super) fn unreadable(fact: &FactKept, error: &WireError) -> OrderEvent {
    let code = "order.kept_fact_unreadable";
    OrderEvent::KeptFactRefused(refusal(fact, code, Vec::new(), error.to_string()))
}

fn refusal(fact: &FactKept, code: &str, rules: Vec<String>, detail: String) -> KeptFactRefused {
    KeptFactRefused {
        order: fact.order,
        fact: fact.fact.clone(),
        id: fact.id.clone(),
        code: code.to_owned(),
        rules,
        detail,
    }
}
