//! C11, M8: while an appeal against the verdict is open, the buyer's deadlines are paused.

use recourse_kernel::PaymentId;

use super::recovery::deadlines_of;
use crate::domain::commands::NoteAppeal;
use crate::domain::events::{AppealNoted, SettlementEvent};
use crate::domain::rules::deadlines::held_device;
use crate::domain::rules::opening::pinned;
use crate::domain::state::{OwedPayment, RefundsState};
use crate::domain::{Cx, Decision};

/// C11, T12: no device counts as abandoned, and no debt is handed to collection, while the verdict
/// that they follow from is appealed. Once the appeal is decided, what the buyer still owes has
/// its full time again. A claim without a settlement is not noted.
pub(super) fn note(state: &RefundsState, fact: &NoteAppeal, cx: &Cx<'_>) -> Decision {
    let id = fact.claim.settlement();
    let Some(settlement) = state.settlement(id) else { return Ok(Vec::new()) };
    if settlement.is_appealed == fact.open {
        return Ok(Vec::new());
    }
    let of = |is_meant: fn(&OwedPayment) -> bool| -> Vec<PaymentId> {
        let awaited = settlement.awaited_from_buyer().filter(|(_, payment)| is_meant(payment));
        awaited.map(|(id, _)| id).collect()
    };
    let held = of(OwedPayment::is_for_a_held_device);
    let others = of(|payment| !payment.is_for_a_held_device());
    let mut noted = AppealNoted {
        settlement: id,
        claim: fact.claim,
        open: fact.open,
        at: fact.at,
        held,
        notice_at: None,
        abandoned_at: None,
        others,
        remind_at: None,
        pay_by: None,
    };
    if !fact.open {
        if let Some(terms) = settlement.terms.as_ref().filter(|_| !noted.held.is_empty()) {
            let dates = held_device(pinned(terms, cx.reference)?, cx.now)?;
            noted.notice_at = Some(dates.notice_at);
            noted.abandoned_at = Some(dates.abandoned_at);
        }
        if !noted.others.is_empty() {
            let (pay_by, remind_at) = deadlines_of(settlement, cx).of(recourse_terms::Party::Buyer);
            (noted.pay_by, noted.remind_at) = (Some(pay_by), remind_at);
        }
    }
    Ok(vec![SettlementEvent::AppealNoted(noted)])
}
