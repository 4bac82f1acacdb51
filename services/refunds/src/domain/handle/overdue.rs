//! M8: a buyer who does not pay gets a notice; in the end the device counts as abandoned. It then
//! stays with the provider, and the debt is written off.

use recourse_kernel::{Finding, Instant, PaymentId, SettlementId};

use super::closing::closed_if_over;
use crate::domain::events::{Deadline, DeadlinePassed, SettlementEvent, WrittenOff};
use crate::domain::state::{OwedPayment, RefundsState, Settlement, sums};

/// When the next deadline of an unpaid payment is due.
pub(crate) fn next_due(state: &RefundsState) -> Option<Instant> {
    open_deadlines(state).map(|(.., due)| due).min()
}

/// M8, T8: the deadlines that have passed, each reported once, and the write-off of what is no
/// longer expected.
pub(crate) fn passed(state: &RefundsState, now: Instant) -> Vec<SettlementEvent> {
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
    let is_for_the_device = |(_, payment): &(_, &OwedPayment)| payment.abandoned_at.is_some();
    let fallen: Vec<_> = settlement.awaited_from_buyer().filter(is_for_the_device).collect();
    let amounts = sums(fallen.iter().map(|(_, payment)| payment.owed.amount));
    let why = Finding::failed("M8", "the buyer did not pay; the device counts as abandoned")
        .fact("amounts", &amounts);
    let off = SettlementEvent::WrittenOff(WrittenOff {
        settlement: id,
        claim: settlement.claim,
        payments: fallen.into_iter().map(|(payment, _)| payment).collect(),
        amounts,
        outcome: None,
        // The device no longer belongs to the buyer, so there is nothing to release.
        buyer_owes_nothing: false,
        findings: vec![why],
    });
    closed_if_over(RefundsState::with(id, settlement.clone()), id, vec![off], now)
}

fn open_deadlines(
    state: &RefundsState,
) -> impl Iterator<Item = (SettlementId, PaymentId, Deadline, Instant)> {
    state.settlements().flat_map(|(id, settlement)| {
        settlement.awaited_from_buyer().flat_map(move |(payment, owed)| {
            let open = [Deadline::Notice, Deadline::Abandoned]
                .into_iter()
                .filter(move |deadline| !owed.passed.contains(deadline));
            open.filter_map(move |deadline| Some((id, payment, deadline, owed.due(deadline)?)))
        })
    })
}
