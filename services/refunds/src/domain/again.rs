//! Settles a claim again: the repair that the buyer was to pay for failed (stage 4), or the device
//! was lost on the return shipment (M8). What is due now is compared with what was due before, and
//! only the difference is paid (M7).

use std::collections::BTreeMap;

use recourse_kernel::{Currency, Finding, Instant, Money, PaymentId, SettlementId};
use recourse_terms::{Outcome, Party, Payment, PaymentKind, Terms, payments};

use super::events::{OpenedPayment, PaymentAdded, SettlementEvent, WrittenOff};
use super::opening::{cash_basis, findings, numbered};
use super::paying;
use super::rejection::RefundsRejection;
use super::settlement::{OwedPayment, RefundsState, Settlement, sums};
use crate::foreign::SettlementStarted;

/// What buyer and provider owe each other, by kind of payment; a positive amount is the buyer's
/// debt.
type Balance = BTreeMap<(PaymentKind, Currency), i64>;

/// Stage 4, M7, M8: unpaid amounts that the buyer no longer owes are written off, payments that
/// lost their reason are returned, and what the provider owes beyond that is added. Settling again
/// never costs the buyer more than before. The same facts a second time change nothing.
pub(super) fn recheck_settlement(
    id: SettlementId,
    settlement: &Settlement,
    fact: &SettlementStarted,
    terms: &Terms,
    now: Instant,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    let outcome = fact.facts.outcome;
    let owed_now = payments(terms, &fact.facts)?;
    let due = balance(
        owed_now.iter().map(|payment| (payment.kind, payment.from, payment.to, payment.amount)),
    );
    let mut after = RefundsState::with(id, settlement.clone());
    let mut events: Vec<SettlementEvent> =
        fallen(id, settlement, &due, outcome).into_iter().collect();
    for event in &events {
        after.evolve(event);
    }
    let Some(remaining) = after.settlement(id) else { return Ok(events) };
    let added = going_back(remaining, &due, &owed_now, outcome);
    let added = numbered(id, settlement.next_payment(), added);
    let cash = cash_basis(terms, &fact.facts, &added);
    events.extend(added.into_iter().map(|payment| {
        let findings = findings(std::slice::from_ref(&payment), &[]);
        SettlementEvent::PaymentAdded(PaymentAdded {
            settlement: id,
            cash: cash.clone().filter(|_| payment.kind == PaymentKind::DeviceCash),
            payment,
            notice_at: None,
            abandoned_at: None,
            outcome: Some(outcome),
            findings,
        })
    }));
    for event in &events {
        after.evolve(event);
    }
    let closed = after
        .settlement(id)
        .filter(|after| !events.is_empty() && after.payments.values().all(OwedPayment::is_over))
        .map(|after| paying::closed(id, after, now));
    events.extend(closed);
    Ok(events)
}

/// The unpaid payments that the buyer no longer owes: each written off whole, as long as the rest
/// still covers what is due.
fn fallen(
    id: SettlementId,
    settlement: &Settlement,
    due: &Balance,
    outcome: Outcome,
) -> Option<SettlementEvent> {
    let mut owed = owed_so_far(settlement, outcome);
    let unpaid = settlement.payments.iter().filter(|(_, payment)| payment.is_awaited_from_buyer());
    let fallen: Vec<(&PaymentId, &OwedPayment)> = unpaid
        .filter(|(_, payment)| {
            let amount = payment.owed.amount;
            let what = (payment.owed.kind, amount.currency);
            let Some(sum) = owed.get_mut(&what) else { return false };
            let without = sum.saturating_sub(amount.amount);
            let falls = without >= due.get(&what).copied().unwrap_or(0);
            *sum = if falls { without } else { *sum };
            falls
        })
        .collect();
    let (_, first) = fallen.first()?;
    let awaited = settlement.payments.values().filter(|payment| payment.is_awaited_from_buyer());
    let buyer_owes_nothing = awaited.count() == fallen.len();
    let amounts = sums(fallen.iter().map(|(_, payment)| payment.owed.amount));
    let why =
        Finding::failed(&first.owed.rule, "the claim was settled again; this is no longer owed")
            .fact("outcome", outcome)
            .fact("amounts", &amounts);
    Some(SettlementEvent::WrittenOff(WrittenOff {
        settlement: id,
        claim: settlement.claim,
        payments: fallen.iter().map(|(payment, _)| **payment).collect(),
        amounts,
        outcome: Some(outcome),
        buyer_owes_nothing,
        findings: vec![why],
    }))
}

/// The payments by the provider that reduce the total ever owed to what is due.
fn going_back(
    settlement: &Settlement,
    due: &Balance,
    owed_now: &[Payment],
    outcome: Outcome,
) -> Vec<Payment> {
    let before = owed_so_far(settlement, outcome);
    let mut things: Vec<(PaymentKind, Currency)> =
        due.keys().chain(before.keys()).copied().collect();
    things.sort_unstable();
    things.dedup();
    let payment = |what: (PaymentKind, Currency)| {
        let (kind, currency) = what;
        let was = before.get(&what).copied().unwrap_or(0);
        let too_much = was.saturating_sub(due.get(&what).copied().unwrap_or(0));
        let (from, to) = (Party::Provider, Party::Buyer);
        let amount = Money::new(too_much, currency);
        if let Some(new) = owed_now.iter().find(|payment| (payment.kind, payment.to) == (kind, to))
        {
            return (too_much > 0).then(|| Payment { amount, ..new.clone() });
        }
        // Nothing of this kind is owed any more, so what was paid is returned.
        let paid = settlement
            .payments
            .values()
            .map(|payment| &payment.owed)
            .find(|payment| payment.kind == kind)?;
        let for_what = paid.note.as_deref().unwrap_or("what was paid");
        let (rule, note) = (paid.rule.clone(), format!("{for_what}: returned"));
        (too_much > 0).then_some(Payment { kind, from, to, amount, rule, note })
    };
    things.into_iter().filter_map(payment).collect()
}

/// Everything that buyer and provider ever owed each other in this settlement and that is compared
/// with what is due now. Excludes what was written off and what remains owed whatever the outcome.
fn owed_so_far(settlement: &Settlement, outcome: Outcome) -> Balance {
    let payments = settlement
        .payments
        .values()
        .filter(|payment| payment.is_owed_or_paid())
        .map(|payment| &payment.owed);
    let held = payments.filter(|payment| !is_kept(payment.kind, outcome));
    balance(
        held.map(|payment: &OpenedPayment| {
            (payment.kind, payment.from, payment.to, payment.amount)
        }),
    )
}

/// Payments that settling again leaves alone. A recovery depends on the seller's refund only (M7).
/// A paid repair that was done, or an agreement, is not undone by a later loss (M8).
fn is_kept(kind: PaymentKind, outcome: Outcome) -> bool {
    let is_reimbursed = matches!(outcome, Outcome::Replaced | Outcome::Refunded);
    match kind {
        PaymentKind::Recovery => true,
        PaymentKind::PaidRepair | PaymentKind::Agreement => is_reimbursed,
        _ => false,
    }
}

/// Payments to carriers are left out: they are due whatever is decided.
fn balance(payments: impl Iterator<Item = (PaymentKind, Party, Party, Money)>) -> Balance {
    let mut balance = Balance::new();
    for (kind, from, to, amount) in payments {
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
