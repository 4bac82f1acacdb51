//! Closes a settlement in which nothing is due any more.

use recourse_kernel::{Event as _, Instant, SettlementId};

use crate::domain::events::{Closed, SettlementEvent};
use crate::domain::state::RefundsState;

/// The events and, if they leave nothing due in the settlement, the one that closes it. All that
/// was owed is then paid, because each payment is made in full, or written off (M8), or in
/// collection. A closed settlement is closed again only if it was opened again.
pub(super) fn closed_if_over(
    mut before: RefundsState,
    id: SettlementId,
    mut events: Vec<SettlementEvent>,
    now: Instant,
) -> Vec<SettlementEvent> {
    for event in &events {
        before.evolve(event, event.happened().unwrap_or(now));
    }
    let is_over = |after: &&_| !events.is_empty() && is_over(after);
    let closed = before.settlement(id).filter(is_over).map(|after| {
        SettlementEvent::Closed(Closed {
            settlement: id,
            claim: after.claim,
            policy: after.policy,
            outcome: after.outcome,
            paid: after.everything_paid(),
            written_off: after.everything_written_off(),
            totals: after.totals(),
            buyer_is_settled: after.buyer_is_settled(),
            closed_at: now,
        })
    });
    events.extend(closed);
    events
}

fn is_over(settlement: &crate::domain::state::Settlement) -> bool {
    settlement.is_settled() && !settlement.is_closed
}
