//! Settles a claim again, when its facts have changed: a repair that the buyer was to pay for
//! failed or was cancelled (stage 4, M11), the device was lost on the return shipment (M8), a
//! shipment was booked or cancelled later (M3), a goodwill was granted, or a review came to another
//! result (M10). What is due now is compared with what was due before, and only the difference is
//! paid (M7).

use recourse_kernel::{Finding, SettlementId};
use recourse_terms::{Outcome, Payment, PaymentKind, SettlementFacts, ShipmentFact, Terms};

use super::adding::{Reason, added, written_off};
use super::closing::closed_if_over;
use crate::domain::events::{OutcomeChanged, SettlementEvent};
use crate::domain::rules::cash::cash_basis;
use crate::domain::rules::deadlines::{
    Deadlines, held_device, shop_holds_device, shop_still_holds_device,
};
use crate::domain::rules::differences::{Buyer, differences};
use crate::domain::rules::opening::{findings, numbered, owed_for_claim, pinned};
use crate::domain::state::{RefundsState, Settlement};
use crate::domain::{Cx, Decision};
use crate::foreign::{SettlementExtended, SettlementStarted};

/// Stage 4, M7, M8, M11: unpaid amounts that are no longer owed are written off, payments that lost
/// their reason are returned, and what the provider owes beyond that is added. This never costs the
/// buyer more than before. The same facts a second time change nothing.
pub(super) fn settle_again(
    id: SettlementId,
    settlement: &Settlement,
    fact: &SettlementStarted,
    terms: &Terms,
    cx: &Cx<'_>,
) -> Decision {
    let is_held = shop_holds_device(terms, &fact.facts, fact.device_held);
    let change = Change { facts: &fact.facts, shipment: None, is_held, terms };
    changed(id, settlement, &change, Buyer::NeverPaysMore, cx)
}

/// M3 to M5, M10: what is owed by facts that became known after the claim was settled. Buyer and
/// provider owe or get back the difference.
pub(super) fn extend(state: &RefundsState, fact: &SettlementExtended, cx: &Cx<'_>) -> Decision {
    let id = fact.settlement;
    let Some(settlement) = state.settlement(id) else { return Ok(Vec::new()) };
    let terms = pinned(&fact.terms, cx.reference)?;
    let (facts, shipment) = (&fact.facts, fact.shipment.as_ref());
    let is_held = shop_still_holds_device(terms, facts, shipment, fact.device_held);
    let change = Change { facts, shipment, is_held, terms };
    changed(id, settlement, &change, Buyer::MayOweMore, cx)
}

/// What has changed since the claim was settled.
struct Change<'a> {
    facts: &'a SettlementFacts,
    shipment: Option<&'a ShipmentFact>,
    /// Whether the shop holds a device that the buyer gets once it is paid for (M8).
    is_held: bool,
    terms: &'a Terms,
}

fn changed(
    id: SettlementId,
    settlement: &Settlement,
    change: &Change<'_>,
    buyer: Buyer,
    cx: &Cx<'_>,
) -> Decision {
    let outcome = change.facts.outcome;
    let due = owed_for_claim(change.terms, change.facts)?;
    let differences = differences(settlement, due, change.facts, buyer);
    let mut events = Vec::new();
    let fallen = differences.written_off;
    if let Some(first) = fallen.first().and_then(|first| settlement.payments.get(first)) {
        let rule = first.owed.rule.clone();
        let why = Finding::failed(&rule, "the claim was settled again; this is no longer owed");
        let why = (why.fact("outcome", outcome), true);
        events.push(written_off(id, settlement, fallen, Some(outcome), why, cx.now));
    }
    events.extend(payments_added(id, settlement, change, differences.added, cx)?);
    if events.is_empty() {
        events.extend(outcome_changed(id, settlement, outcome));
    }
    let before = RefundsState::with(id, settlement.clone());
    Ok(closed_if_over(before, id, events, cx.now))
}

/// The other events of settling again say the outcome themselves.
fn outcome_changed(
    settlement: SettlementId,
    before: &Settlement,
    outcome: Outcome,
) -> Option<SettlementEvent> {
    let (claim, was) = (before.claim?, before.outcome.filter(|was| *was != outcome)?);
    let why = Finding::passed("stage 5", "the claim was settled again").fact("was", was);
    let findings = vec![why.fact("outcome", outcome)];
    Some(SettlementEvent::OutcomeChanged(OutcomeChanged {
        settlement,
        claim,
        was,
        outcome,
        buyer_is_settled: before.buyer_is_settled(),
        findings,
    }))
}

fn payments_added(
    id: SettlementId,
    settlement: &Settlement,
    change: &Change<'_>,
    payments: Vec<Payment>,
    cx: &Cx<'_>,
) -> Decision {
    let held = change.is_held.then(|| held_device(change.terms, cx.now)).transpose()?;
    let deadlines = Deadlines::new(cx.reference, change.terms, settlement.country, cx.now, held);
    let first = settlement.next_payment();
    let payments = numbered(id, first, payments, settlement.parties(), &deadlines);
    let cash = cash_basis(change.terms, change.facts, &payments);
    let events = payments.into_iter().map(|payment| {
        let shipments = change.shipment.map(std::slice::from_ref).unwrap_or_default();
        let why = Reason {
            provider: None,
            outcome: Some(change.facts.outcome),
            cash: cash.clone().filter(|_| payment.kind == PaymentKind::DeviceCash),
            findings: findings(std::slice::from_ref(&payment), shipments),
        };
        added(id, payment, &deadlines, why)
    });
    Ok(events.collect())
}
