//! Facts that arrived before one they depend on: kept, and decided once it arrives.

use recourse_kernel::{Rejection as _, Wire as _};

use super::super::commands::OrderCommand;
use super::super::events::{FactKept, KeptFactRefused, MissingFact, OrderEvent};
use super::super::rejection::OrderRejection;
use super::super::state::OrderState;
use super::super::{Cx, Decision};

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
        return Err(OrderRejection::TooManyKept(state.kept.len()));
    }
    Ok(vec![OrderEvent::FactKept(kept)])
}

/// Returns the events, followed by those of kept facts that can now be decided, in order of
/// arrival.
pub(super) fn with_kept_facts(
    state: &OrderState,
    mut events: Vec<OrderEvent>,
    request: &Cx<'_>,
) -> Vec<OrderEvent> {
    let waited: Vec<_> = state.kept.iter().filter(|fact| is_its_turn(fact, &events)).collect();
    if waited.is_empty() {
        return events;
    }
    let mut staged = state.clone();
    for event in &events {
        staged.evolve(event);
    }
    for fact in waited {
        let decided = match OrderCommand::decode(&fact.command, fact.body.to_string().as_bytes()) {
            Ok(command) => super::decide(&staged, &command, request).map_err(|rejection| {
                let rules = rejection.rules().iter().map(|&rule| rule.to_owned()).collect();
                refused(fact, rejection.code(), rules, rejection.to_string())
            }),
            Err(error) => {
                Err(refused(fact, "order.kept_fact_unreadable", Vec::new(), error.to_string()))
            }
        };
        let follow = decided.unwrap_or_else(|refusal| vec![OrderEvent::KeptFactRefused(refusal)]);
        for event in &follow {
            staged.evolve(event);
        }
        events.extend(follow);
    }
    events
}

fn is_its_turn(fact: &FactKept, events: &[OrderEvent]) -> bool {
    events.iter().any(|event| match fact.missing {
        MissingFact::Placed => matches!(event, OrderEvent::Placed(_)),
        MissingFact::Delivered => matches!(event, OrderEvent::Delivered(_)),
    })
}

fn body_of(command: &OrderCommand) -> serde_json::Value {
    let body = command.encode().ok();
    body.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default()
}

fn refused(fact: &FactKept, code: &str, rules: Vec<String>, detail: String) -> KeptFactRefused {
    KeptFactRefused {
        order: fact.order,
        fact: fact.fact.clone(),
        id: fact.id.clone(),
        code: code.to_owned(),
        rules,
        detail,
    }
}
