//! M8: a buyer who does not pay gets a notice; in the end the device counts as abandoned. It then
//! stays with the provider, and the debt is written off.

use recourse_kernel::{Finding, Instant, PaymentId, SettlementId};

use super::events::{Deadline, DeadlinePassed, SettlementEvent, WrittenOff};
use super::paying;
use super::settlement::{OwedPayment, RefundsState, Settlement, sums};

/// When the next deadline of an unpaid payment is due.
pub(super) fn next_due(state: &RefundsState) -> Option<Instant> {
    open_deadlines(state).map(|(.., due)| due).min()
}

/// The deadlines that have passed, each reported once, and the write-off of what is no longer
/// expected.
pub(super) fn passed(state: &RefundsState, now: Instant) -> Vec<SettlementEvent> {
    let mut passed: Vec<_> = open_deadlines(state).filter(|(.., due)| *due <= now).collect();
    passed.sort_by_key(|(_, payment, deadline, due)| (*due, *deadline, *payment));
    let mut abandoned: Vec<SettlementId> = passed
        .iter()
        .filter(|(_, _, deadline, _)| *deadline == Deadline::Abandoned)
        .map(|(settlement, ..)| *settlement)
        .collect();
    abandoned.sort_unstable();
    abandoned.dedup();
    let reported = passed.into_iter().map(|(settlement, payment, deadline, due)| {
        SettlementEvent::DeadlinePassed(DeadlinePassed { settlement, payment, deadline, due })
    });
    let ended = abandoned.into_iter().filter_map(|id| Some((id, state.settlement(id)?)));
    reported.chain(ended.flat_map(|(id, settlement)| written_off(id, settlement, now))).collect()
}

/// M8: an abandoned device belongs to the provider, so the buyer owes nothing more for it. If no
/// one else owes anything either, the settlement is closed.
fn written_off(id: SettlementId, settlement: &Settlement, now: Instant) -> Vec<SettlementEvent> {
    // A debt that is not for the device, such as a double payment (M7), remains owed.
    let is_for_the_device =
        |payment: &OwedPayment| payment.is_awaited_from_buyer() && payment.abandoned_at.is_some();
    let fallen = || settlement.payments.iter().filter(|(_, payment)| is_for_the_device(payment));
    let amounts = sums(fallen().map(|(_, payment)| payment.owed.amount));
    let why = Finding::failed("M8", "the buyer did not pay; the device counts as abandoned")
        .fact("amounts", &amounts);
    let off = SettlementEvent::WrittenOff(WrittenOff {
        settlement: id,
        claim: settlement.claim,
        payments: fallen().map(|(payment, _)| *payment).collect(),
        amounts,
        outcome: None,
        // The device no longer belongs to the buyer, so there is nothing to release.
        buyer_owes_nothing: false,
        findings: vec![why],
    });
    let mut after = RefundsState::with(id, settlement.clone());
    after.evolve(&off);
    let closed = after
        .settlement(id)
        .filter(|after| after.payments.values().all(OwedPayment::is_over))
        .map(|after| paying::closed(id, after, now));
    std::iter::once(off).chain(closed).collect()
}

fn open_deadlines(
    state: &RefundsState,
) -> impl Iterator<Item = (SettlementId, PaymentId, Deadline, Instant)> {
    state.settlements().flat_map(|(id, settlement)| {
        let awaited =
            settlement.payments.iter().filter(|(_, payment)| payment.is_awaited_from_buyer());
        awaited.flat_map(move |(payment_id, payment)| {
            [Deadline::Notice, Deadline::Abandoned].into_iter().filter_map(move |deadline| {
                let due = payment.due(deadline)?;
                (!payment.passed.contains(&deadline)).then_some((id, *payment_id, deadline, due))
            })
        })
    })
}
