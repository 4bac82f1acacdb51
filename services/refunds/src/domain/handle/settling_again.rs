//! Settles a claim again: the repair that the buyer was to pay for failed (stage 4), or the device
//! was lost on the return shipment (M8). What is due now is compared with what was due before, and
//! only the difference is paid (M7).

use recourse_kernel::{Finding, Instant, SettlementId};
use recourse_terms::{Outcome, PaymentKind, Terms};

use super::closing::closed_if_over;
use crate::domain::Decision;
use crate::domain::events::{PaymentAdded, SettlementEvent, WrittenOff};
use crate::domain::rules::balance::{Balance, going_back, no_longer_owed};
use crate::domain::rules::cash::cash_basis;
use crate::domain::rules::opening::{findings, numbered, owed_for_claim};
use crate::domain::state::{RefundsState, Settlement, sums};
use crate::foreign::SettlementStarted;

/// Stage 4, M7, M8: unpaid amounts that the buyer no longer owes are written off, payments that
/// lost their reason are returned, and what the provider owes beyond that is added. Settling again
/// never costs the buyer more than before. The same facts a second time change nothing.
pub(super) fn settle_again(
    id: SettlementId,
    settlement: &Settlement,
    fact: &SettlementStarted,
    terms: &Terms,
    now: Instant,
) -> Decision {
    let outcome = fact.facts.outcome;
    let owed_now = owed_for_claim(terms, &fact.facts)?;
    let due = Balance::due(&owed_now);
    let before = RefundsState::with(id, settlement.clone());
    let mut after = before.clone();
    let mut events: Vec<_> = written_off(id, settlement, &due, outcome).into_iter().collect();
    for event in &events {
        after.evolve(event);
    }
    let Some(remaining) = after.settlement(id) else { return Ok(events) };
    let added = going_back(remaining, &due, &owed_now, outcome);
    let added = numbered(id, settlement.next_payment(), added, settlement.parties());
    let cash = cash_basis(terms, &fact.facts, &added);
    events.extend(added.into_iter().map(|payment| {
        let findings = findings(std::slice::from_ref(&payment), &[]);
        SettlementEvent::PaymentAdded(PaymentAdded {
            settlement: id,
            cash: cash.clone().filter(|_| payment.kind == PaymentKind::DeviceCash),
            payment,
            provider: None,
            notice_at: None,
            abandoned_at: None,
            outcome: Some(outcome),
            findings,
        })
    }));
    Ok(closed_if_over(before, id, events, now))
}

fn written_off(
    id: SettlementId,
    settlement: &Settlement,
    due: &Balance,
    outcome: Outcome,
) -> Option<SettlementEvent> {
    let fallen = no_longer_owed(settlement, due, outcome);
    let (_, first) = fallen.first()?;
    let buyer_owes_nothing = settlement.awaited_from_buyer().count() == fallen.len();
    let amounts = sums(fallen.iter().map(|(_, payment)| payment.owed.amount));
    let why =
        Finding::failed(&first.owed.rule, "the claim was settled again; this is no longer owed")
            .fact("outcome", outcome)
            .fact("amounts", &amounts);
    Some(SettlementEvent::WrittenOff(WrittenOff {
        settlement: id,
        claim: settlement.claim,
        payments: fallen.iter().map(|(payment, _)| *payment).collect(),
        amounts,
        outcome: Some(outcome),
        buyer_owes_nothing,
        findings: vec![why],
    }))
}
