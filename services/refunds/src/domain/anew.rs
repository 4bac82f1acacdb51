//! A claim is settled anew: the repair that the buyer was to pay for failed (stage 4), or the device was lost on its
//! way back (M8). What is owed now is held against what was owed before; only the difference moves (M7).

use std::collections::BTreeMap;

use recourse_kernel::{Currency, Finding, Instant, LegId, Money, SettlementId};
use recourse_terms::{Leg, LegKind, Party, Terms, legs};

use super::events::{LegAdded, OpenedLeg, SettlementEvent, WrittenOff};
use super::opening::{cash_basis, findings, held_until, numbered};
use super::paying;
use super::rejection::RefundsRejection;
use super::settlement::{OwedLeg, RefundsState, Settlement, sums};
use crate::foreign::SettlementStarted;

/// What buyer and provider owe each other for one thing: more than 0 is the buyer's debt.
type Balance = BTreeMap<(LegKind, Currency), i64>;

/// Stage 4, M7, M8: what the buyer owes no more and has not paid falls; what was paid for nothing goes back; what
/// is owed beyond that is added. The same facts once more change nothing.
pub(super) fn settled_anew(
    id: SettlementId,
    settlement: &Settlement,
    fact: &SettlementStarted,
    terms: &Terms,
    now: Instant,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    let owed_now = legs(terms, &fact.facts)?;
    let due = balance(owed_now.iter().map(|leg| (leg.kind, leg.from, leg.to, leg.amount)));
    let mut after = RefundsState::with(id, settlement.clone());
    let mut events: Vec<SettlementEvent> = fallen(id, settlement, &due, fact).into_iter().collect();
    for event in &events {
        after.evolve(event);
    }
    let Some(remaining) = after.settlement(id) else { return Ok(events) };
    let added = difference(remaining, &due, &owed_now);
    let added = numbered(id, settlement.next_leg(), added);
    let (notice_at, abandoned_at) = held_until(&added, terms, fact.facts.outcome, now)?;
    let cash = cash_basis(terms, &fact.facts, &added);
    events.extend(added.into_iter().map(|leg| {
        let held = leg.from == Party::Buyer;
        let findings = findings(std::slice::from_ref(&leg), &fact.facts.ways);
        SettlementEvent::LegAdded(LegAdded {
            settlement: id,
            cash: cash.clone().filter(|_| leg.kind == LegKind::DeviceCash),
            leg,
            notice_at: notice_at.filter(|_| held),
            abandoned_at: abandoned_at.filter(|_| held),
            outcome: Some(fact.facts.outcome),
            findings,
        })
    }));
    for event in &events {
        after.evolve(event);
    }
    let closed = after
        .settlement(id)
        .filter(|after| !events.is_empty() && after.legs.values().all(OwedLeg::is_over))
        .map(|after| paying::closed(id, after, now));
    events.extend(closed);
    Ok(events)
}

/// The legs that the buyer has not paid and owes no more.
fn fallen(
    id: SettlementId,
    settlement: &Settlement,
    due: &Balance,
    fact: &SettlementStarted,
) -> Option<SettlementEvent> {
    let before = owed_so_far(settlement);
    let falls = |leg: &OwedLeg| {
        let what = (leg.owed.kind, leg.owed.amount.currency);
        leg.is_awaited_from_buyer()
            && leg.owed.kind != LegKind::Recovery
            && before.get(&what) > Some(due.get(&what).unwrap_or(&0))
    };
    let fallen: Vec<(&LegId, &OwedLeg)> =
        settlement.legs.iter().filter(|(_, leg)| falls(leg)).collect();
    let (_, first) = fallen.first()?;
    let amounts = sums(fallen.iter().map(|(_, leg)| leg.owed.amount));
    let why = Finding::failed(&first.owed.rule, "the claim was settled anew: it is owed no more")
        .fact("outcome", fact.facts.outcome)
        .fact("amounts", &amounts);
    Some(SettlementEvent::WrittenOff(WrittenOff {
        settlement: id,
        claim: settlement.claim,
        legs: fallen.iter().map(|(leg, _)| **leg).collect(),
        amounts,
        outcome: Some(fact.facts.outcome),
        findings: vec![why],
    }))
}

/// What is still to be moved so that everything that was ever owed comes to what is due.
fn difference(settlement: &Settlement, due: &Balance, owed_now: &[Leg]) -> Vec<Leg> {
    let before = owed_so_far(settlement);
    let mut things: Vec<(LegKind, Currency)> = due.keys().chain(before.keys()).copied().collect();
    things.sort_unstable();
    things.dedup();
    let missing = |what: &(LegKind, Currency)| {
        let was = before.get(what).copied().unwrap_or(0);
        due.get(what).copied().unwrap_or(0).saturating_sub(was)
    };
    let leg = |what: (LegKind, Currency)| {
        let (kind, currency) = what;
        let missing = missing(&what);
        let (from, to) = if missing > 0 {
            (Party::Buyer, Party::Provider)
        } else {
            (Party::Provider, Party::Buyer)
        };
        let amount = Money::new(missing.saturating_abs(), currency);
        if let Some(new) = owed_now.iter().find(|leg| (leg.kind, leg.from) == (kind, from)) {
            return (missing != 0).then(|| Leg { amount, to, ..new.clone() });
        }
        // Nothing of it is owed any more: what was paid goes back.
        let paid = settlement.legs.values().map(|leg| &leg.owed).find(|leg| leg.kind == kind);
        let rule = paid.map_or_else(String::new, |leg| leg.rule.clone());
        let for_what = paid.and_then(|leg| leg.note.as_deref()).unwrap_or("what was paid");
        let note = format!("{for_what}: it goes back");
        (missing != 0).then_some(Leg { kind, from, to, amount, rule, note })
    };
    things.into_iter().filter_map(leg).collect()
}

/// Everything that buyer and provider ever owed each other in a settlement, without what was written off, and
/// without what the seller's payment made owed (M7): that stands by itself.
fn owed_so_far(settlement: &Settlement) -> Balance {
    let stands = settlement.legs.values().filter(|leg| leg.is_owed_or_paid()).map(|leg| &leg.owed);
    let stands = stands.filter(|leg| leg.kind != LegKind::Recovery);
    balance(stands.map(|leg: &OpenedLeg| (leg.kind, leg.from, leg.to, leg.amount)))
}

/// Carriers are paid whatever is decided.
fn balance(legs: impl Iterator<Item = (LegKind, Party, Party, Money)>) -> Balance {
    let mut balance = Balance::new();
    for (kind, from, to, amount) in legs {
        let signed = match (from, to) {
            (Party::Buyer, Party::Provider) => amount.amount,
            (Party::Provider, Party::Buyer) => amount.amount.saturating_neg(),
            _ => continue,
        };
        let sum = balance.entry((kind, amount.currency)).or_default();
        *sum = sum.saturating_add(signed);
    }
    balance
}
