//! What a dispute ended with is carried out, in time or late (D2).

use recourse_kernel::{DeviceId, DisputeId, Finding, Instant, Money};

use super::disputes::decided;
use crate::domain::commands::{ContestPerformance, PerformDispute};
use crate::domain::events::{
    DecidedBy, DisputeEnding, DisputePerformanceContested, DisputePerformanceStated,
    DisputePerformed, LineRefunded, OrderEvent,
};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::disputes::{
    acts_for_the_buyer, known, may_confirm, not_contested, performed_between,
};
use crate::domain::rules::protection::{Duty, overdue_from};
use crate::domain::state::{DisputeStage, Ending, Order, Owed, Unit};
use crate::domain::{Cx, Decision};

/// Splitting a line's amount among its units can be off by one minor unit for each.
const ROUNDING: i64 = 1;

/// D2: the marketplace or the buyer confirms that the outcome was carried out. Money counts as
/// refunded from then on, less what was reported as refunded since the decision. The seller, who
/// owes it, only states it: that counts if the buyer does not object. Repeating it changes nothing.
pub(super) fn perform(order: &Order, perform: &PerformDispute, cx: &Cx<'_>) -> Decision {
    let (id, device) = (perform.dispute, perform.dispute.device());
    let (unit, dispute) = known(order, id)?;
    let by = may_confirm(order, device, cx.principal)?;
    let owed = match &dispute.stage {
        DisputeStage::Performance(owed) => owed,
        DisputeStage::Over(None) => {
            return Err(OrderRejection::DisputeIsOver { dispute: id, ending: None }.into());
        }
        DisputeStage::Over(Some(ending)) if ending.ending == DisputeEnding::Nothing => {
            return Err(OrderRejection::NothingToPerform(id).into());
        }
        DisputeStage::Over(Some(_)) => return Ok(Vec::new()),
        _ => return Err(OrderRejection::DisputeNotDecided(id).into()),
    };
    let stated_at = owed.stated.map(|stated| stated.at);
    let at = perform.at.or(stated_at).unwrap_or(cx.now);
    performed_between(at, owed.period.since, cx.now)?;
    if by != DecidedBy::Seller {
        return Ok(carried_out(order, id, unit, owed, at));
    }
    not_contested(id, owed)?;
    if owed.stated.is_some() {
        return Ok(Vec::new());
    }
    let Ending { ending, amount } = owed.ending;
    Ok(vec![OrderEvent::DisputePerformanceStated(DisputePerformanceStated {
        dispute: id,
        device,
        ending,
        amount,
        at,
        stated_at: cx.now,
        object_by: overdue_from(Duty::Objection, order, device, cx.now, cx.reference),
    })])
}

/// The outcome is carried out, and its money counts.
fn carried_out(
    order: &Order,
    id: DisputeId,
    unit: &Unit,
    owed: &Owed,
    at: Instant,
) -> Vec<OrderEvent> {
    let refunded = refunded(order, id, unit, owed, at);
    std::iter::once(performed(id, owed, at)).chain(refunded).collect()
}

/// D2: the buyer objects to the seller's statement, so that the outcome stays owed. Repeating it
/// changes nothing.
pub(super) fn contest(order: &Order, contest: &ContestPerformance, cx: &Cx<'_>) -> Decision {
    let id = contest.dispute;
    acts_for_the_buyer(order, cx.principal)?;
    let (_, dispute) = known(order, id)?;
    let owed = match &dispute.stage {
        DisputeStage::Performance(owed) => owed,
        DisputeStage::Over(ending) => {
            let ending = ending.map(|ending| ending.ending);
            return Err(OrderRejection::DisputeIsOver { dispute: id, ending }.into());
        }
        _ => return Err(OrderRejection::DisputeNotDecided(id).into()),
    };
    match owed.stated {
        Some(_) => Ok(vec![OrderEvent::DisputePerformanceContested(DisputePerformanceContested {
            dispute: id,
            device: id.device(),
            contested_at: cx.now,
            perform_by: (!owed.period.is_late).then_some(owed.period.until),
        })]),
        None if owed.is_contested => Ok(Vec::new()),
        None => Err(OrderRejection::NothingStated(id).into()),
    }
}

/// D2: the buyer did not object in time, so the seller's statement counts.
pub(super) fn not_objected(order: &Order, id: DisputeId) -> Vec<OrderEvent> {
    let unit = order.units.get(&id.device());
    let stated = owed(order, id).and_then(|owed| Some((owed, owed.stated?)));
    unit.zip(stated)
        .map(|(unit, (owed, stated))| carried_out(order, id, unit, owed, stated.at))
        .unwrap_or_default()
}

fn performed(dispute: DisputeId, owed: &Owed, at: Instant) -> OrderEvent {
    let by = owed.period.until;
    let finding = if at < by {
        Finding::passed("D2", "the outcome was carried out in time")
    } else {
        Finding::failed("D2", "the outcome was carried out late")
    };
    let Ending { ending, amount } = owed.ending;
    OrderEvent::DisputePerformed(DisputePerformed {
        dispute,
        device: dispute.device(),
        ending,
        amount,
        at,
        findings: vec![finding.fact("perform_by", by).fact("at", at)],
    })
}

/// M1, M7: what was paid back for the device, and is not counted as refunded yet.
fn refunded(
    order: &Order,
    dispute: DisputeId,
    unit: &Unit,
    owed: &Owed,
    at: Instant,
) -> Option<OrderEvent> {
    let whole = owed.ending.amount.filter(|_| owed.ending.ending.is_money_back())?;
    let remaining = unit.remaining();
    let rest = whole.amount.saturating_sub(since_the_decision(unit, owed)).min(remaining.amount);
    (rest > 0).then(|| {
        OrderEvent::LineRefunded(LineRefunded {
            order: order.id(),
            devices: vec![dispute.device()],
            amount: Money { amount: rest, ..whole },
            full: rest >= remaining.amount,
            refunded_at: at,
            reference: None,
            payment: None,
            dispute: Some(dispute),
            cancelled: false,
        })
    })
}

/// What was refunded of the unit's price since the decision, in whole minor units.
fn since_the_decision(unit: &Unit, owed: &Owed) -> i64 {
    unit.refunded.saturating_sub(owed.refunded_before)
}

/// D2: refunds and exchanges that the marketplace reports may carry out what was decided. Each
/// outcome precedes the fact that carries it out, so that readers know what that fact is for.
pub(super) fn with_outcomes(order: &Order, facts: Vec<OrderEvent>, cx: &Cx<'_>) -> Vec<OrderEvent> {
    if order.disputes().all(|(_, dispute)| dispute.is_over()) {
        return facts;
    }
    let mut staged = order.clone();
    let mut events = Vec::new();
    for fact in facts {
        let outcomes = outcomes_of(&staged, &fact, cx);
        for event in outcomes.into_iter().chain([fact]) {
            staged.evolve(&event);
            events.push(event);
        }
    }
    events
}

fn outcomes_of(order: &Order, fact: &OrderEvent, cx: &Cx<'_>) -> Vec<OrderEvent> {
    let mut after = order.clone();
    after.evolve(fact);
    match fact {
        OrderEvent::LineRefunded(refund) if refund.dispute.is_none() => {
            let amount = refund.full.then_some(refund.amount);
            let by_refund = |device: &DeviceId| {
                let (id, unit) = open_dispute(order, *device)?;
                Some(paid(
                    order,
                    id,
                    unit,
                    after.units.get(device)?,
                    (amount, refund.refunded_at),
                    cx,
                ))
            };
            refund.devices.iter().filter_map(by_refund).flatten().collect()
        }
        OrderEvent::WarrantyRemoved(removed) if removed.moved => {
            let by_exchange = |device: &DeviceId| {
                let (id, _) = open_dispute(order, *device)?;
                let owed = owed(order, id).filter(|owed| is_exchange(owed.ending))?;
                Some(performed(id, owed, removed.removed_at.max(owed.period.since)))
            };
            removed.devices.iter().filter_map(by_exchange).collect()
        }
        OrderEvent::Delivered(delivered) => exchanged(&after, delivered.delivered_at),
        OrderEvent::Returned(returned) => exchanged(&after, returned.returned_at),
        _ => Vec::new(),
    }
}

fn is_exchange(ending: Ending) -> bool {
    ending.ending == DisputeEnding::Exchange
}

/// D2: a device was exchanged when it is back, and another one that joined the order since the
/// decision is delivered. Each of those is for one exchange.
fn exchanged(after: &Order, at: Instant) -> Vec<OrderEvent> {
    let arrived = |since: Instant| {
        let units = after.units.values().filter(|unit| unit.is_device && unit.delivery.is_some());
        units.filter(|unit| unit.joined.is_some_and(|joined| joined >= since)).count()
    };
    let is_back =
        |id: DisputeId| after.units.get(&id.device()).is_some_and(|unit| unit.returned.is_some());
    let taken = after.disputes().filter(|(id, dispute)| {
        is_back(*id) && dispute.is_over() && dispute.ending().is_some_and(is_exchange)
    });
    let taken = taken.count();
    let next = after.disputes().find_map(|(id, _)| {
        let owed = owed(after, id).filter(|owed| is_exchange(owed.ending) && is_back(id))?;
        let is_here = arrived(owed.period.since) > taken;
        is_here.then(|| performed(id, owed, at.max(owed.period.since)))
    });
    next.into_iter().collect()
}

/// What a refund means for the dispute about its device: it carries out what was decided, or, if
/// it is full, what the buyer could get at most, whether or not that was decided.
fn paid(
    order: &Order,
    id: DisputeId,
    before: &Unit,
    after: &Unit,
    (full, refunded_at): (Option<Money>, Instant),
    cx: &Cx<'_>,
) -> Vec<OrderEvent> {
    if let Some(owed) = owed(order, id) {
        let paid = since_the_decision(after, owed);
        let whole = owed.ending.amount.map(|amount| amount.amount);
        let is_paid = whole.is_some_and(|whole| paid > 0 && paid + ROUNDING >= whole);
        let is_all = full.is_some() || is_paid;
        let at = refunded_at.max(owed.period.since);
        return if is_all { vec![performed(id, owed, at)] } else { Vec::new() };
    }
    if full.is_none() {
        return Vec::new();
    }
    let ending = Ending { ending: DisputeEnding::FullRefund, amount: Some(before.remaining()) };
    let finding = Finding::passed("D1", "the seller refunded the whole price during the dispute");
    let decision = decided(order, id, ending, DecidedBy::Seller, finding, cx);
    let mut staged = order.clone();
    staged.evolve(&decision);
    let outcome = owed(&staged, id).map(|owed| performed(id, owed, owed.period.since));
    std::iter::once(decision).chain(outcome).collect()
}

/// The dispute about a device that is not over, if there is one.
fn open_dispute(order: &Order, device: DeviceId) -> Option<(DisputeId, &Unit)> {
    let unit = order.units.get(&device)?;
    let mut numbered = (1..).zip(&unit.disputes);
    let (number, _) = numbered.find(|(_, dispute)| !dispute.is_over())?;
    Some((device.dispute(number), unit))
}

/// What is decided and not carried out in a dispute.
fn owed(order: &Order, id: DisputeId) -> Option<&Owed> {
    match &order.dispute(id)?.stage {
        DisputeStage::Performance(owed) => Some(owed),
        _ => None,
    }
}
