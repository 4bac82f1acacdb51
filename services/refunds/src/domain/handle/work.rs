//! M11: the shop has done the repair that the buyer paid for.

use recourse_terms::Outcome;

use crate::domain::events::{SettlementEvent, WorkNoted};
use crate::domain::rules::deadlines::held_device;
use crate::domain::rules::opening::pinned;
use crate::domain::state::RefundsState;
use crate::domain::{Cx, Decision};
use crate::foreign::JobRepaired;

/// M11, M8: while the shop owed the work, the device could not count as abandoned. The deadlines of
/// what the buyer still owes for it start now. A repair that the buyer does not pay for is not
/// noted.
pub(super) fn done(state: &RefundsState, fact: &JobRepaired, cx: &Cx<'_>) -> Decision {
    let id = fact.claim.settlement();
    let Some(settlement) = state.settlement(id) else { return Ok(Vec::new()) };
    let is_paid_for = settlement.outcome == Some(Outcome::RepairedAtBuyersCost)
        && settlement.has_a_paid_repair()
        && !settlement.is_repaired;
    if !is_paid_for {
        return Ok(Vec::new());
    }
    let payments: Vec<_> = settlement.awaited_for_the_device().map(|(id, _)| id).collect();
    let held = match settlement.terms.as_ref().filter(|_| !payments.is_empty()) {
        Some(terms) => Some(held_device(pinned(terms, cx.reference)?, cx.now)?),
        None => None,
    };
    Ok(vec![SettlementEvent::WorkNoted(WorkNoted {
        settlement: id,
        claim: fact.claim,
        repaired_at: fact.repaired_at,
        payments,
        notice_at: held.map(|held| held.notice_at),
        abandoned_at: held.map(|held| held.abandoned_at),
    })])
}
