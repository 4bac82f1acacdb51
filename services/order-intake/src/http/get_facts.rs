//! `GET /v1/orders/{order}/facts`: every fact that the marketplace sent about an order, and what
//! became of it.

use recourse_edge::{Call, Caller, Json, Problem};
use recourse_kernel::{Instant, OrderId, Role};
use serde::Serialize;

use crate::domain::events::MissingFact;
use crate::projections::facts::{FactRow, FactState, FactsRow, WhyRefused};
use crate::queries;

/// The facts of an order, in order of arrival. This is a public format.
#[derive(Debug, Serialize)]
pub(super) struct FactsView {
    order: OrderId,
    facts: Vec<FactView>,
}

#[derive(Debug, Serialize)]
struct FactView {
    /// The source's own id. Absent if the fact was sent over HTTP, or could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// `placed`, `paid`, …. Absent if the fact could not be read.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    received_at: Instant,
    state: FactState,
    /// The fact that a kept one waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<MissingFact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<WhyRefused>,
    /// The position of a dead letter, and why it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    dead_letter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

pub(super) async fn answer(call: Call<OrderId>) -> Result<Json<FactsView>, Problem> {
    let (caller, order) = (&call.caller, call.path);
    caller.only(&[Role::Marketplace, Role::Operator, Role::Auditor])?;
    let row = queries::facts(call.pool(), order).await?.unwrap_or_default();
    let facts = visible(row, caller);
    if facts.is_empty() {
        return Err(Problem::not_found("order", order));
    }
    Ok(Json(FactsView { order, facts: facts.into_iter().map(FactView::from).collect() }))
}

/// What a caller sees. Until an order is placed, only its facts say whose it is, so a marketplace
/// sees dead letters, which may be anyone's, next to a fact of its own.
fn visible(row: FactsRow, caller: &Caller) -> Vec<FactRow> {
    let is_own = |fact: &FactRow| fact.marketplace == caller.principal.subject;
    if caller.role() == Role::Marketplace && !row.facts.iter().any(is_own) {
        return Vec::new();
    }
    let is_shown = |fact: &FactRow| match fact.marketplace.as_str() {
        // A dead letter that was redriven and proved to be no fact.
        "" => fact.dead_letter.is_some(),
        _ => caller.role() != Role::Marketplace || is_own(fact),
    };
    row.facts.into_iter().filter(is_shown).collect()
}

impl From<FactRow> for FactView {
    fn from(fact: FactRow) -> Self {
        let (dead_letter, reason) =
            fact.dead_letter.map(|letter| (letter.dead_letter, letter.reason)).unzip();
        Self {
            id: fact.id,
            kind: fact.kind,
            received_at: fact.received_at,
            state: fact.state,
            missing: fact.missing,
            refusal: fact.refusal,
            dead_letter,
            reason: reason.filter(|reason| !reason.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::Principal;

    use super::*;
    use crate::projections::facts::InputPosition;

    fn fact(marketplace: &str, dead_letter: Option<&str>) -> FactRow {
        let position =
            |at: &str| InputPosition { dead_letter: at.to_owned(), reason: String::new() };
        FactRow {
            marketplace: marketplace.to_owned(),
            command_id: String::new(),
            id: None,
            kind: None,
            received_at: Instant::UNIX_EPOCH,
            state: FactState::Recorded,
            missing: None,
            shipment: None,
            refusal: None,
            dead_letter: dead_letter.map(position),
        }
    }

    #[test]
    fn a_marketplace_sees_its_own_facts_and_the_dead_letters_next_to_them() {
        let caller = |role, subject| Caller::new(Principal::new(role, subject));
        let letter = || fact("", Some("commands/0/7"));
        let row = || FactsRow { facts: vec![fact("market", None), letter(), fact("", None)] };
        let seen = |role, subject| visible(row(), &caller(role, subject));
        assert_eq!(seen(Role::Marketplace, "market"), [fact("market", None), letter()]);
        assert_eq!(seen(Role::Marketplace, "bazaar"), []);
        assert_eq!(seen(Role::Auditor, "a-1"), [fact("market", None), letter()]);
        // A name may be any URI reference, and a shop's test orders have one of their own.
        for (name, other) in [
            ("https://bazaar.example/orders?region=eu", "https://bazaar.example/orders"),
            ("shop.example/test", "shop.example"),
        ] {
            let row = || FactsRow { facts: vec![fact(name, None)] };
            let seen = |subject| visible(row(), &caller(Role::Marketplace, subject));
            assert_eq!((seen(name), seen(other)), (vec![fact(name, None)], vec![]));
        }
        let unknown = FactsRow { facts: vec![letter()] };
        assert_eq!(visible(unknown, &caller(Role::Marketplace, "market")), []);
    }
}
