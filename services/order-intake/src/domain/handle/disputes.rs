//! A dispute is opened, answered and withdrawn, under the marketplace's own buyer protection (T1,
//! D1).

use recourse_kernel::{DisputeId, Finding, Tried};

use crate::domain::commands::{
    AcceptDisputeOffer, AnswerDispute, DeclineDisputeOffer, OpenDispute, WithdrawDispute,
};
use crate::domain::events::{
    DecidedBy, DisputeAnswer, DisputeAnswered, DisputeDecided, DisputeEnding, DisputeOfferDeclined,
    DisputeOpened, DisputeWithdrawn, OrderEvent, RequestedRemedy,
};
use crate::domain::rules::amounts::is_within_the_price;
use crate::domain::rules::disputes::{
    acts_for_the_buyer, device_is_there, dispute_number, has_a_photo, known, none_is_open,
    not_decided, offer_is_open, offered, receipt_fits_the_remedy, seller_or_marketplace,
    still_has_a_say,
};
use crate::domain::rules::protection::{Duty, buyer_protection, may_dispute, overdue_from};
use crate::domain::rules::units::unit_of;
use crate::domain::state::{Dispute, DisputeStage, Ending, Order, Unit};
use crate::domain::{Cx, Decision};

/// T1, D1: until day 15 the buyer opens a dispute with the seller, with a photo; one dispute per
/// device at a time.
pub(super) fn open(order: &Order, open: &OpenDispute, cx: &Cx<'_>) -> Decision {
    let device = open.device;
    acts_for_the_buyer(order, cx.principal)?;
    let unit = unit_of(order, device)?;
    let days = buyer_protection(order, device, cx.reference);
    let mut rules = Tried::default();
    rules.check(&device_is_there(device, unit));
    rules.check(&none_is_open(device, unit));
    rules.all([may_dispute(device, unit, cx.now, &days), has_a_photo(&open.photos)]);
    let receipt = receipt_fits_the_remedy(unit, open.requested_remedy, open.receipt.as_ref());
    rules.all(receipt.transpose());
    let findings = rules.passed()?;
    Ok(vec![OrderEvent::DisputeOpened(DisputeOpened {
        dispute: dispute_number(device, unit.disputes.len()),
        device,
        reason: open.reason.clone(),
        requested_remedy: open.requested_remedy,
        photos: open.photos.clone(),
        receipt: open.receipt.clone(),
        opened_at: cx.now,
        answer_by: overdue_from(Duty::Answer, order, device, cx.now, cx.reference),
        findings,
    })])
}

/// D1: the seller agrees, makes a counter-offer or declines. Agreeing grants the requested remedy
/// and ends the dispute. Changing an answer never moves a deadline.
pub(super) fn answer(order: &Order, answer: &AnswerDispute, cx: &Cx<'_>) -> Decision {
    let (id, device) = (answer.dispute, answer.dispute.device());
    let (unit, dispute) = known(order, id)?;
    let by = seller_or_marketplace(order, device, cx.principal, "answer a dispute")?;
    not_decided(id, dispute)?;
    let mut rules = Tried::default();
    rules.all([still_has_a_say(by, id, dispute)]);
    let offer = rules.need(offered(unit, answer.answer, answer.kind, answer.offer))?;
    rules.passed()?;
    let overdue = |duty| Some(overdue_from(duty, order, device, cx.now, cx.reference));
    let (offer_until, decide_by) = match (answer.answer, &dispute.stage) {
        (DisputeAnswer::Agree, _)
        | (_, DisputeStage::Decision(_))
        | (DisputeAnswer::Counter, DisputeStage::OfferAnswer(_)) => (None, None),
        (DisputeAnswer::Counter, _) => (overdue(Duty::OfferAnswer), None),
        (DisputeAnswer::Decline, _) => (None, overdue(Duty::Decision)),
    };
    let mut events = vec![OrderEvent::DisputeAnswered(DisputeAnswered {
        dispute: id,
        device,
        answer: answer.answer,
        kind: offer.map(|offer| offer.kind),
        offer: offer.and_then(|offer| offer.amount),
        note: answer.note.clone(),
        answered_at: cx.now,
        offer_until,
        decide_by,
    })];
    if answer.answer == DisputeAnswer::Agree {
        let finding = Finding::passed("D1", "the seller agreed to the requested remedy");
        events.push(decided(order, id, requested(unit, dispute), by, finding, cx));
    }
    Ok(events)
}

/// What the buyer gets from a seller who agrees.
fn requested(unit: &Unit, dispute: &Dispute) -> Ending {
    let remaining = unit.remaining();
    match dispute.requested_remedy {
        RequestedRemedy::Refund => {
            Ending { ending: DisputeEnding::FullRefund, amount: Some(remaining) }
        }
        RequestedRemedy::Exchange => Ending { ending: DisputeEnding::Exchange, amount: None },
        RequestedRemedy::Repair => {
            // M7: a part of the price may have been refunded since the receipt was sent.
            let mut amount = dispute.receipt.unwrap_or(remaining);
            amount.amount = amount.amount.min(remaining.amount);
            Ending { ending: DisputeEnding::RepairReimbursed, amount: Some(amount) }
        }
    }
}

/// D1: the buyer accepts the seller's counter-offer, which ends the dispute. Repeating it changes
/// nothing.
pub(super) fn accept(order: &Order, taken: &AcceptDisputeOffer, cx: &Cx<'_>) -> Decision {
    let id = taken.dispute;
    acts_for_the_buyer(order, cx.principal)?;
    let (unit, dispute) = known(order, id)?;
    let is_taken = |ending: Ending| ending.amount == taken.offer && dispute.answer_was_an_offer();
    if dispute.ending().is_some_and(is_taken) {
        return Ok(Vec::new());
    }
    not_decided(id, dispute)?;
    let mut rules = Tried::default();
    let offer = rules.need(offer_is_open(dispute, taken.offer))?;
    rules.all(offer.amount.map(|amount| is_within_the_price(unit, amount)));
    rules.passed()?;
    let ending = offer.kind.ending();
    let full = (ending == DisputeEnding::FullRefund).then(|| unit.remaining());
    let finding = Finding::passed("D1", "the buyer accepted the seller's offer");
    let finding = finding.fact("ending", ending).fact("amount", offer.amount);
    let ending = Ending { ending, amount: offer.amount.or(full) };
    Ok(vec![decided(order, id, ending, DecidedBy::Buyer, finding, cx)])
}

/// D1: the buyer declines the seller's offer, so that the marketplace decides. Repeating it changes
/// nothing.
pub(super) fn decline(order: &Order, declined: &DeclineDisputeOffer, cx: &Cx<'_>) -> Decision {
    let (id, device) = (declined.dispute, declined.dispute.device());
    acts_for_the_buyer(order, cx.principal)?;
    let (_, dispute) = known(order, id)?;
    not_decided(id, dispute)?;
    if dispute.offer.is_none() && dispute.answer == Some(DisputeAnswer::Counter) {
        return Ok(Vec::new());
    }
    offer_is_open(dispute, dispute.offer.and_then(|offer| offer.amount))?;
    let is_first = matches!(dispute.stage, DisputeStage::OfferAnswer(_));
    let decide_by =
        is_first.then(|| overdue_from(Duty::Decision, order, device, cx.now, cx.reference));
    Ok(vec![OrderEvent::DisputeOfferDeclined(DisputeOfferDeclined {
        dispute: id,
        device,
        declined_at: cx.now,
        decide_by,
    })])
}

/// D1: the buyer withdraws the dispute before it is decided. Repeating it changes nothing.
pub(super) fn withdraw(order: &Order, withdraw: &WithdrawDispute, cx: &Cx<'_>) -> Decision {
    let id = withdraw.dispute;
    acts_for_the_buyer(order, cx.principal)?;
    let (_, dispute) = known(order, id)?;
    if dispute.stage == DisputeStage::Over(None) {
        return Ok(Vec::new());
    }
    not_decided(id, dispute)?;
    Ok(vec![OrderEvent::DisputeWithdrawn(DisputeWithdrawn {
        dispute: id,
        device: id.device(),
        withdrawn_at: cx.now,
    })])
}

/// The event that decides a dispute, with what explains it. Unless the buyer gets nothing, the
/// seller must then carry it out (D2).
pub(super) fn decided(
    order: &Order,
    dispute: DisputeId,
    Ending { ending, amount }: Ending,
    by: DecidedBy,
    finding: Finding,
    cx: &Cx<'_>,
) -> OrderEvent {
    let device = dispute.device();
    let is_owed = ending != DisputeEnding::Nothing;
    let perform_by =
        is_owed.then(|| overdue_from(Duty::Performance, order, device, cx.now, cx.reference));
    OrderEvent::DisputeDecided(DisputeDecided {
        dispute,
        device,
        ending,
        amount,
        by,
        decided_at: cx.now,
        perform_by,
        findings: vec![finding],
    })
}
