//! What orders and disputes wait for, one function per row of the table of deadlines (T11), and
//! what happens when a deadline passes.

use recourse_kernel::{DisputeId, Matter, Owner, Wait, WaitKind};

use super::delivery::completed;
use super::dispute_performance::not_objected;
use crate::domain::Cx;
use crate::domain::events::{DeadlinePassed, OrderEvent};
use crate::domain::rules::completion;
use crate::domain::rules::protection::{Duty, overdue_from};
use crate::domain::state::{Dispute, DisputeStage, Order, Period};

/// The disputes that are not over, and the order if it completes by itself. The delivery of a
/// device with a warranty is awaited by its policy.
pub(crate) fn open(order: &Order) -> Vec<Matter> {
    let disputes = order.disputes().filter(|(_, dispute)| !dispute.is_over());
    let completes = completion::by_itself(order).map(|_| order.id().into());
    disputes.map(|(id, _)| id.into()).chain(completes).collect()
}

/// Everything that is awaited.
pub(crate) fn waits(order: &Order) -> Vec<Wait> {
    let rows = [answer, offer_answer, decision, performance, objection];
    let of = |(id, dispute)| rows.into_iter().filter_map(move |row| row(id, dispute));
    order.disputes().flat_map(of).chain(completes_by_itself(order)).collect()
}

/// D1: the seller answers; when that time has passed, the marketplace decides.
fn answer(id: DisputeId, dispute: &Dispute) -> Option<Wait> {
    let DisputeStage::Answer(period) = &dispute.stage else { return None };
    Some(wait(id, WaitKind::DisputeAnswer, Owner::Seller, period))
}

/// D1: the buyer answers the seller's offer; when that time has passed, the marketplace decides.
fn offer_answer(id: DisputeId, dispute: &Dispute) -> Option<Wait> {
    let DisputeStage::OfferAnswer(period) = &dispute.stage else { return None };
    Some(wait(id, WaitKind::DisputeOfferAnswer, Owner::Buyer, period))
}

/// D1, C8: the marketplace decides; when that time has passed, claims no longer wait for it.
fn decision(id: DisputeId, dispute: &Dispute) -> Option<Wait> {
    let DisputeStage::Decision(period) = &dispute.stage else { return None };
    Some(wait(id, WaitKind::DisputeDecision, Owner::Marketplace, period))
}

/// D2: the seller carries out what was decided; when that time has passed, it stays owed.
fn performance(id: DisputeId, dispute: &Dispute) -> Option<Wait> {
    let DisputeStage::Performance(owed) = &dispute.stage else { return None };
    let is_stated = owed.stated.is_some();
    (!is_stated).then(|| wait(id, WaitKind::DisputePerformance, Owner::Seller, &owed.period))
}

/// D2: the buyer objects to the seller's statement that it is carried out; when that time has
/// passed, it counts.
fn objection(id: DisputeId, dispute: &Dispute) -> Option<Wait> {
    let DisputeStage::Performance(owed) = &dispute.stage else { return None };
    let stated = owed.stated?;
    Some(wait(id, WaitKind::DisputeObjection, Owner::Buyer, &stated.period))
}

/// T10: the buyer confirms the receipt; when that time has passed, the order is completed.
fn completes_by_itself(order: &Order) -> Option<Wait> {
    let completion = completion::by_itself(order)?;
    let since = completion::everything_delivered_at(order)?;
    let wait = Wait::new(order.id(), WaitKind::Completion, Owner::Buyer, since);
    Some(wait.until(completion.at))
}

fn wait(id: DisputeId, what: WaitKind, owner: Owner, period: &Period) -> Wait {
    Wait::new(id, what, owner, period.since).until(period.until).late(period.is_late)
}

/// What happens when the deadline of a wait has come.
pub(crate) fn passed(order: &Order, wait: &Wait, cx: &Cx<'_>) -> Vec<OrderEvent> {
    match wait.matter {
        Matter::Dispute(id) => {
            let counts = match wait.what {
                WaitKind::DisputeObjection => not_objected(order, id),
                _ => Vec::new(),
            };
            escalated(order, id, wait, cx).into_iter().chain(counts).collect()
        }
        _ => completion::by_itself(order).map(|at| completed(order, at)).into_iter().collect(),
    }
}

/// T8, T11: a deadline of a dispute passed: recorded, and escalated to the marketplace. What
/// follows counts from when it was due, even if the timer fired later.
fn escalated(order: &Order, id: DisputeId, wait: &Wait, cx: &Cx<'_>) -> Option<OrderEvent> {
    let (due, device) = (wait.until?, id.device());
    let is_to_be_decided =
        matches!(wait.what, WaitKind::DisputeAnswer | WaitKind::DisputeOfferAnswer);
    let decide_by =
        is_to_be_decided.then(|| overdue_from(Duty::Decision, order, device, due, cx.reference));
    Some(OrderEvent::DeadlinePassed(DeadlinePassed {
        dispute: id,
        device,
        deadline: wait.what,
        due,
        owner: wait.owner,
        escalated_to: order.placed.marketplace.clone(),
        decide_by,
    }))
}
