//! M8: a buyer who does not pay gets a notice, and in the end the device counts as abandoned. What is owed
//! stays owed: a payment that comes later still counts.

use recourse_kernel::{Instant, LegId, SettlementId};

use super::events::{Deadline, DeadlinePassed, SettlementEvent};
use super::settlement::RefundsState;

/// When the next deadline of an unpaid leg is.
pub(super) fn next_due(state: &RefundsState) -> Option<Instant> {
    open_deadlines(state).map(|(.., due)| due).min()
}

/// The deadlines that have passed, each once.
pub(super) fn passed(state: &RefundsState, now: Instant) -> Vec<SettlementEvent> {
    let mut passed: Vec<_> = open_deadlines(state).filter(|(.., due)| *due <= now).collect();
    passed.sort_by_key(|(_, leg, deadline, due)| (*due, *deadline, *leg));
    passed
        .into_iter()
        .map(|(settlement, leg, deadline, due)| {
            SettlementEvent::DeadlinePassed(DeadlinePassed { settlement, leg, deadline, due })
        })
        .collect()
}

fn open_deadlines(
    state: &RefundsState,
) -> impl Iterator<Item = (SettlementId, LegId, Deadline, Instant)> {
    state.settlements().flat_map(|(id, settlement)| {
        let awaited = settlement.legs.iter().filter(|(_, leg)| leg.is_awaited_from_buyer());
        awaited.flat_map(move |(leg_id, leg)| {
            [Deadline::Notice, Deadline::Abandoned].into_iter().filter_map(move |deadline| {
                let due = settlement.due(deadline)?;
                (!leg.passed.contains(&deadline)).then_some((id, *leg_id, deadline, due))
            })
        })
    })
}
