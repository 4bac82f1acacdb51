//! M12: what two parties owe each other for the same reason, after a payment was reversed.

use recourse_kernel::{Finding, SettlementId};

use super::adding::{Reason, added, written_off};
use super::recovery::deadlines_of;
use crate::domain::Cx;
use crate::domain::events::SettlementEvent;
use crate::domain::rules::differences::{Offset, offsets};
use crate::domain::rules::opening::{findings, numbered};
use crate::domain::state::{RefundsState, Settlement};

/// M7, M12: unpaid payments of the same kind in both directions are written off, and only their
/// difference is owed. Otherwise a price that was returned could be collected as well.
pub(super) fn offset(
    id: SettlementId,
    settlement: &Settlement,
    cx: &Cx<'_>,
) -> Vec<SettlementEvent> {
    let mut state = RefundsState::with(id, settlement.clone());
    let mut events = Vec::new();
    for Offset { written_off: fallen, difference } in offsets(settlement) {
        let Some(before) = state.settlement(id) else { break };
        let why = Finding::passed("M12", "what both sides owe is offset");
        let off = written_off(id, before, fallen, None, (why, true), cx.now);
        state.evolve(&off, cx.now);
        events.push(off);
        let Some(after) = state.settlement(id) else { break };
        let deadlines = deadlines_of(after, cx);
        let difference = difference.into_iter().collect();
        let owed = numbered(id, after.next_payment(), difference, after.parties(), &deadlines);
        let rest: Vec<_> = owed
            .into_iter()
            .map(|payment| {
                let findings = findings(std::slice::from_ref(&payment), &[]);
                added(id, payment, &deadlines, Reason { findings, ..Reason::default() })
            })
            .collect();
        for event in rest {
            state.evolve(&event, cx.now);
            events.push(event);
        }
    }
    events
}
