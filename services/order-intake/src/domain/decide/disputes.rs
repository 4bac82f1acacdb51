//! Disputes between buyer and seller under the marketplace's own buyer protection.

use chrono::TimeDelta;
use recourse_kernel::{DeviceId, DisputeId, Finding, Findings, Instant, Money, Principal, Role};

use super::super::commands::{AcceptDisputeOffer, AnswerDispute, DecideDispute, OpenDispute};
use super::super::events::{
    DecidedBy, DisputeAnswer, DisputeAnswered, DisputeDeadlinePassed, DisputeDecided,
    DisputeEnding, DisputeOpened, OrderEvent, RequestedRemedy,
};
use super::super::rejection::OrderRejection;
use super::super::rules;
use super::super::state::{Dispute, Order, Unit};
use super::super::{Cx, Decision};

/// T1: until day 15 the buyer opens a dispute with the seller; one open dispute per device at a
/// time.
pub(super) fn open(order: &Order, open: &OpenDispute, request: &Cx<'_>) -> Decision {
    let device = open.device;
    opened_by_the_buyer(order, request.principal)?;
    let unit = unit_of(order, device)?;
    if unit.returned.is_some() || unit.is_refunded_in_full() {
        return Err(OrderRejection::DeviceGone(device));
    }
    if let Some(number) = unit.disputes.iter().position(|dispute| dispute.ending.is_none()) {
        return Err(OrderRejection::DisputeAlreadyOpen(dispute_number(device, number)));
    }
    let days = rules::buyer_protection(order, device, request.reference);
    let finding = rules::may_dispute(device, unit, request.now, &days)?;
    let answer_by =
        request.now.checked_add_signed(TimeDelta::days(days.days_for_the_seller().into()));
    Ok(vec![OrderEvent::DisputeOpened(DisputeOpened {
        dispute: dispute_number(device, unit.disputes.len()),
        device,
        reason: open.reason.clone(),
        requested_remedy: open.requested_remedy,
        photos: open.photos.clone(),
        opened_at: request.now,
        answer_by,
        findings: vec![finding],
    })])
}

/// T8: reports the disputes whose seller did not answer in time. From then on only the marketplace
/// decides.
pub(in crate::domain) fn deadlines_passed(order: &Order, now: Instant) -> Vec<OrderEvent> {
    let mut silent: Vec<_> = order.unanswered().filter(|(_, due)| *due <= now).collect();
    silent.sort_by_key(|(dispute, due)| (*due, *dispute));
    let passed = |(dispute, due): (DisputeId, Instant)| {
        OrderEvent::DisputeDeadlinePassed(DisputeDeadlinePassed {
            dispute,
            device: dispute.device(),
            due,
            escalated_to: order.placed.marketplace.clone(),
        })
    };
    silent.into_iter().map(passed).collect()
}

/// T8: a seller who did not answer in time can no longer answer or decide.
fn still_has_a_say(by: DecidedBy, id: DisputeId, dispute: &Dispute) -> Result<(), OrderRejection> {
    match by {
        DecidedBy::Seller if dispute.seller_was_silent => Err(OrderRejection::SellerWasSilent(id)),
        _ => Ok(()),
    }
}

/// The seller agrees, makes a counter-offer or declines. Agreeing grants the requested remedy and
/// ends the dispute.
pub(super) fn answer(order: &Order, answer: &AnswerDispute, request: &Cx<'_>) -> Decision {
    let by = seller_or_marketplace(order, request.principal, "answer a dispute")?;
    let (unit, dispute) = open_dispute(order, answer.dispute)?;
    still_has_a_say(by, answer.dispute, dispute)?;
    if answer.offer.is_some() != (answer.answer == DisputeAnswer::Counter) {
        return Err(OrderRejection::OfferMisplaced);
    }
    if let Some(offer) = answer.offer {
        within_the_price(unit, offer)?;
    }
    let mut events = vec![OrderEvent::DisputeAnswered(DisputeAnswered {
        dispute: answer.dispute,
        answer: answer.answer,
        offer: answer.offer,
        note: answer.note.clone(),
    })];
    if answer.answer == DisputeAnswer::Agree {
        let (ending, amount) = match dispute.requested_remedy {
            RequestedRemedy::Refund => (DisputeEnding::FullRefund, Some(unit.remaining())),
            RequestedRemedy::Exchange => (DisputeEnding::Exchange, None),
        };
        let finding = Finding::passed("T1", "the seller agreed to the requested remedy");
        events.push(decided(answer.dispute, ending, amount, by, vec![finding]));
    }
    Ok(events)
}

/// The buyer accepts the seller's counter-offer: part of the price is refunded and the buyer keeps
/// the device.
pub(super) fn accept(order: &Order, taken: &AcceptDisputeOffer, request: &Cx<'_>) -> Decision {
    opened_by_the_buyer(order, request.principal)?;
    let unit = unit_of(order, taken.dispute.device())?;
    let dispute =
        order.dispute(taken.dispute).ok_or(OrderRejection::DisputeNotKnown(taken.dispute))?;
    let amount = Some(taken.offer);
    if let Some(before) = &dispute.ending {
        let is_that = before.ending == DisputeEnding::PartialRefund && before.amount == amount;
        let (dispute, ending) = (taken.dispute, before.ending);
        let decided_otherwise = OrderRejection::DisputeAlreadyDecided { dispute, ending };
        return if is_that { Ok(Vec::new()) } else { Err(decided_otherwise) };
    }
    if dispute.offer != amount {
        return Err(OrderRejection::NoSuchOffer { offered: dispute.offer });
    }
    within_the_price(unit, taken.offer)?;
    let finding = Finding::passed("T1", "the buyer accepted the seller's offer");
    let finding = finding.fact("amount", taken.offer);
    let ending = DisputeEnding::PartialRefund;
    Ok(vec![decided(taken.dispute, ending, amount, DecidedBy::Buyer, vec![finding])])
}

/// The seller or the marketplace decides a dispute. Repeating the same decision changes nothing.
pub(super) fn decide(order: &Order, decision: &DecideDispute, request: &Cx<'_>) -> Decision {
    let by = seller_or_marketplace(order, request.principal, "decide a dispute")?;
    let unit = unit_of(order, decision.dispute.device())?;
    let dispute =
        order.dispute(decision.dispute).ok_or(OrderRejection::DisputeNotKnown(decision.dispute))?;
    if let Some(before) = &dispute.ending {
        let same = before.ending == decision.ending
            && (decision.amount.is_none() || decision.amount == before.amount);
        // A demand above the receipt ends as `nothing`; a device beyond repair ends as
        // `full_refund`.
        let same = same
            || ending_of(unit, decision).is_ok_and(|(ending, amount, _)| {
                (ending, amount) == (before.ending, before.amount)
            });
        return if same {
            Ok(Vec::new())
        } else {
            let (dispute, ending) = (decision.dispute, before.ending);
            Err(OrderRejection::DisputeAlreadyDecided { dispute, ending })
        };
    }
    still_has_a_say(by, decision.dispute, dispute)?;
    let (ending, amount, finding) = ending_of(unit, decision)?;
    Ok(vec![decided(decision.dispute, ending, amount, by, vec![finding])])
}

fn ending_of(
    unit: &Unit,
    decision: &DecideDispute,
) -> Result<(DisputeEnding, Option<Money>, Finding), OrderRejection> {
    let misplaced = OrderRejection::AmountMisplaced { ending: decision.ending };
    match (decision.ending, decision.amount) {
        (DisputeEnding::FullRefund, amount) => {
            let remaining = unit.remaining();
            if amount.is_some_and(|amount| amount != remaining) {
                return Err(misplaced);
            }
            let finding = Finding::passed("T1", "the full price is refunded");
            Ok((DisputeEnding::FullRefund, Some(remaining), finding.fact("remaining", remaining)))
        }
        (DisputeEnding::PartialRefund, Some(amount)) => {
            within_the_price(unit, amount)?;
            let finding = Finding::passed("T1", "part of the price is refunded");
            Ok((DisputeEnding::PartialRefund, Some(amount), finding.fact("amount", amount)))
        }
        (DisputeEnding::RepairReimbursed, None) if decision.beyond_repair => {
            beyond_repair(unit, decision)
        }
        (DisputeEnding::RepairReimbursed, Some(amount)) if !decision.beyond_repair => {
            repair_reimbursed(unit, amount, decision)
        }
        (DisputeEnding::Exchange, None) => {
            Ok((DisputeEnding::Exchange, None, Finding::passed("T1", "another device is sent")))
        }
        (DisputeEnding::Nothing, None) => {
            Ok((DisputeEnding::Nothing, None, Finding::passed("T1", "the buyer gets nothing")))
        }
        _ => Err(misplaced),
    }
}

/// The service centre chosen with the seller finds the device beyond repair: the full price is
/// refunded.
fn beyond_repair(
    unit: &Unit,
    decision: &DecideDispute,
) -> Result<(DisputeEnding, Option<Money>, Finding), OrderRejection> {
    let receipt = decision.receipt.ok_or(OrderRejection::ReceiptMissing)?;
    rules::amount_is_possible(receipt, unit.price)?;
    let remaining = unit.remaining();
    let finding = Finding::passed("T1", "the service centre found the device beyond repair")
        .fact("receipt", receipt)
        .fact("remaining", remaining);
    Ok((DisputeEnding::FullRefund, Some(remaining), finding))
}

/// Reimburses a repair against its receipt. A demand above the receipt forfeits the whole
/// compensation.
fn repair_reimbursed(
    unit: &Unit,
    amount: Money,
    decision: &DecideDispute,
) -> Result<(DisputeEnding, Option<Money>, Finding), OrderRejection> {
    let receipt = decision.receipt.ok_or(OrderRejection::ReceiptMissing)?;
    rules::amount_is_possible(receipt, unit.price)?;
    rules::amount_is_possible(amount, unit.price)?;
    if amount.amount > receipt.amount {
        let finding = Finding::failed("T1", "the demand exceeds the receipt")
            .fact("demand", amount)
            .fact("receipt", receipt);
        return Ok((DisputeEnding::Nothing, None, finding));
    }
    within_the_price(unit, amount)?;
    let finding = Finding::passed("T1", "the repair is reimbursed against its receipt")
        .fact("amount", amount)
        .fact("receipt", receipt);
    Ok((DisputeEnding::RepairReimbursed, Some(amount), finding))
}

fn opened_by_the_buyer(order: &Order, who: &Principal) -> Result<(), OrderRejection> {
    let allowed = match who.role {
        Role::Buyer => who.subject == order.placed.buyer,
        Role::Marketplace => who.subject == order.placed.marketplace,
        _ => false,
    };
    let what = "open a dispute about this device or accept an offer in it";
    if allowed { Ok(()) } else { Err(not_allowed(who, what)) }
}

fn seller_or_marketplace(
    order: &Order,
    who: &Principal,
    what: &'static str,
) -> Result<DecidedBy, OrderRejection> {
    match who.role {
        Role::Seller => Ok(DecidedBy::Seller),
        Role::Marketplace if who.subject == order.placed.marketplace => Ok(DecidedBy::Marketplace),
        _ => Err(not_allowed(who, what)),
    }
}

fn not_allowed(who: &Principal, what: &'static str) -> OrderRejection {
    OrderRejection::DisputeNotAllowed { who: who.clone(), what }
}

/// M7: an amount must be above zero and at most the remaining price.
fn within_the_price(unit: &Unit, amount: Money) -> Result<(), OrderRejection> {
    rules::amount_is_possible(amount, unit.price)?;
    let remaining = unit.remaining();
    if (1..=remaining.amount).contains(&amount.amount) {
        Ok(())
    } else {
        Err(OrderRejection::AmountOutOfBounds { amount, remaining })
    }
}

fn unit_of(order: &Order, device: DeviceId) -> Result<&Unit, OrderRejection> {
    let unknown = || OrderRejection::UnitNotKnown(format!("unit {device}"));
    order.units.get(&device).ok_or_else(unknown)
}

fn open_dispute(order: &Order, id: DisputeId) -> Result<(&Unit, &Dispute), OrderRejection> {
    let unit = unit_of(order, id.device())?;
    let dispute = order.dispute(id).ok_or(OrderRejection::DisputeNotKnown(id))?;
    match &dispute.ending {
        None => Ok((unit, dispute)),
        Some(before) => {
            Err(OrderRejection::DisputeAlreadyDecided { dispute: id, ending: before.ending })
        }
    }
}

/// The id of the dispute at this position in the list; the first one has number 1.
fn dispute_number(device: DeviceId, position: usize) -> DisputeId {
    device.dispute(u32::try_from(position + 1).unwrap_or(u32::MAX))
}

fn decided(
    dispute: DisputeId,
    ending: DisputeEnding,
    amount: Option<Money>,
    by: DecidedBy,
    findings: Findings,
) -> OrderEvent {
    let device = dispute.device();
    OrderEvent::DisputeDecided(DisputeDecided { dispute, device, ending, amount, by, findings })
}
