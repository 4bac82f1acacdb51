//! The events that add payments to a settlement, or write them off.

use recourse_kernel::{Finding, Findings, Instant, PaymentId, SettlementId};
use recourse_terms::{Outcome, Provider};

use crate::domain::events::{CashBasis, OpenedPayment, PaymentAdded, SettlementEvent, WrittenOff};
use crate::domain::rules::deadlines::Deadlines;
use crate::domain::state::{RefundsState, Settlement, sums};

/// Why a payment is added, besides its own rule.
#[derive(Debug, Clone, Default)]
pub(super) struct Reason {
    /// The provider whose policy it is for, if another one than that of the settlement.
    pub(super) provider: Option<Provider>,
    /// The outcome of the claim now, if it was settled again.
    pub(super) outcome: Option<Outcome>,
    /// What the cash was calculated from, if that is what is owed.
    pub(super) cash: Option<CashBasis>,
    pub(super) findings: Findings,
}

/// The event that adds a payment, with its deadlines.
pub(super) fn added(
    settlement: SettlementId,
    payment: OpenedPayment,
    deadlines: &Deadlines,
    why: Reason,
) -> SettlementEvent {
    let held = deadlines.held(payment.from);
    SettlementEvent::PaymentAdded(PaymentAdded {
        settlement,
        payment,
        provider: why.provider,
        notice_at: held.map(|held| held.notice_at),
        abandoned_at: held.map(|held| held.abandoned_at),
        outcome: why.outcome,
        cash: why.cash,
        findings: why.findings,
    })
}

/// The event that writes payments off. `goes_to_the_buyer` says whether the buyer gets a device
/// that was held for them; an abandoned one belongs to the provider.
pub(super) fn written_off(
    id: SettlementId,
    settlement: &Settlement,
    payments: Vec<PaymentId>,
    outcome: Option<Outcome>,
    (why, goes_to_the_buyer): (Finding, bool),
    now: Instant,
) -> SettlementEvent {
    let fallen = payments.iter().filter_map(|payment| settlement.payments.get(payment));
    let amounts = sums(fallen.map(|payment| payment.owed.amount));
    let mut off = WrittenOff {
        settlement: id,
        claim: settlement.claim,
        payments,
        findings: vec![why.fact("amounts", &amounts)],
        amounts,
        outcome,
        buyer_owes_nothing: false,
        buyer_is_settled: false,
    };
    let after = after(id, settlement, &SettlementEvent::WrittenOff(off.clone()), now);
    off.buyer_owes_nothing = goes_to_the_buyer && releases(settlement, &after);
    off.buyer_is_settled = after.buyer_is_settled();
    SettlementEvent::WrittenOff(off)
}

/// M3: whether the buyer now owes nothing more for the device, so that it is released. What others
/// owe, or what the buyer owes for something else, is no reason to keep it.
pub(super) fn releases(before: &Settlement, after: &Settlement) -> bool {
    let keeps = |known: &Settlement| known.awaited_for_the_device().next().is_some();
    let is_debtor = |known: &Settlement| known.awaited_from_buyer().next().is_some();
    (keeps(before) && !keeps(after)) || (is_debtor(before) && !is_debtor(after))
}

/// The settlement after one event.
pub(super) fn after(
    id: SettlementId,
    settlement: &Settlement,
    event: &SettlementEvent,
    now: Instant,
) -> Settlement {
    let mut state = RefundsState::with(id, settlement.clone());
    state.evolve(event, now);
    state.settlement(id).cloned().unwrap_or_else(|| settlement.clone())
}
