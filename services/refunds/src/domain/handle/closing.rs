//! Closes a settlement in which nothing is owed any more.

use recourse_kernel::{Instant, SettlementId};

use crate::domain::events::{Closed, SettlementEvent};
use crate::domain::state::RefundsState;

/// The events and, if they leave nothing owed in the settlement, the one that closes it. All that
/// was owed is then paid, because each payment is made in full, or written off (M8).
pub(super) fn closed_if_over(
    mut before: RefundsState,
    id: SettlementId,
    mut events: Vec<SettlementEvent>,
    now: Instant,
) -> Vec<SettlementEvent> {
    for event in &events {
        before.evolve(event);
    }
    let after = before.settlement(id).filter(|after| !events.is_empty() && after.is_settled());
    let closed = after.map(|after| {
        SettlementEvent::Closed(Closed {
            settlement: id,
            claim: after.claim,
            policy: after.policy,
            paid: after.everything_owed(),
            written_off: after.everything_written_off(),
            closed_at: now,
        })
    });
    events.extend(closed);
    events
}
