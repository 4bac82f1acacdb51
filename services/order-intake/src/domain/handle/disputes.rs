//! A dispute is opened and answered, under the marketplace's own buyer protection (T1, T8).

use chrono::TimeDelta;
use recourse_kernel::{DisputeId, Finding, Money, Tried};

use crate::domain::commands::{AcceptDisputeOffer, AnswerDispute, OpenDispute};
use crate::domain::events::{
    DecidedBy, DisputeAnswer, DisputeAnswered, DisputeDecided, DisputeEnding, DisputeOpened,
    OrderEvent, RequestedRemedy,
};
use crate::domain::rules::amounts::is_within_the_price;
use crate::domain::rules::disputes::{
    acts_for_the_buyer, device_is_there, dispute_number, known, none_is_open, not_decided,
    offer_fits_the_answer, offer_is_open, seller_or_marketplace, still_has_a_say,
};
use crate::domain::rules::protection::{buyer_protection, may_dispute};
use crate::domain::rules::units::unit_of;
use crate::domain::state::{Ending, Order};
use crate::domain::{Cx, Decision};

/// T1: until day 15 the buyer opens a dispute with the seller; one open dispute per device at a
/// time.
pub(super) fn open(order: &Order, open: &OpenDispute, cx: &Cx<'_>) -> Decision {
    let device = open.device;
    acts_for_the_buyer(order, cx.principal)?;
    let unit = unit_of(order, device)?;
    let days = buyer_protection(order, device, cx.reference);
    let mut rules = Tried::default();
    rules.check(&device_is_there(device, unit));
    rules.check(&none_is_open(device, unit));
    rules.all([may_dispute(device, unit, cx.now, &days)]);
    let findings = rules.passed()?;
    let answer_by = cx.now.checked_add_signed(TimeDelta::days(days.days_for_the_seller().into()));
    Ok(vec![OrderEvent::DisputeOpened(DisputeOpened {
        dispute: dispute_number(device, unit.disputes.len()),
        device,
        reason: open.reason.clone(),
        requested_remedy: open.requested_remedy,
        photos: open.photos.clone(),
        opened_at: cx.now,
        answer_by,
        findings,
    })])
}

/// The seller agrees, makes a counter-offer or declines. Agreeing grants the requested remedy and
/// ends the dispute.
pub(super) fn answer(order: &Order, answer: &AnswerDispute, cx: &Cx<'_>) -> Decision {
    let by = seller_or_marketplace(order, cx.principal, "answer a dispute")?;
    let (unit, dispute) = known(order, answer.dispute)?;
    not_decided(answer.dispute, dispute)?;
    let mut rules = Tried::default();
    rules.all([still_has_a_say(by, answer.dispute, dispute)]);
    rules.check(&offer_fits_the_answer(answer.answer, answer.offer));
    rules.all(answer.offer.map(|offer| is_within_the_price(unit, offer)));
    rules.passed()?;
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
        events.push(decided(answer.dispute, ending, amount, by, finding));
    }
    Ok(events)
}

/// The buyer accepts the seller's counter-offer: part of the price is refunded and the buyer keeps
/// the device. Repeating it changes nothing.
pub(super) fn accept(order: &Order, taken: &AcceptDisputeOffer, cx: &Cx<'_>) -> Decision {
    acts_for_the_buyer(order, cx.principal)?;
    let (unit, dispute) = known(order, taken.dispute)?;
    let (ending, amount) = (DisputeEnding::PartialRefund, Some(taken.offer));
    if dispute.ending == Some(Ending { ending, amount }) {
        return Ok(Vec::new());
    }
    not_decided(taken.dispute, dispute)?;
    let mut rules = Tried::default();
    rules.check(&offer_is_open(dispute, taken.offer));
    rules.all([is_within_the_price(unit, taken.offer)]);
    rules.passed()?;
    let finding = Finding::passed("T1", "the buyer accepted the seller's offer");
    let finding = finding.fact("amount", taken.offer);
    Ok(vec![decided(taken.dispute, ending, amount, DecidedBy::Buyer, finding)])
}

/// The event that ends a dispute, with what explains it.
pub(super) fn decided(
    dispute: DisputeId,
    ending: DisputeEnding,
    amount: Option<Money>,
    by: DecidedBy,
    finding: Finding,
) -> OrderEvent {
    let (device, findings) = (dispute.device(), vec![finding]);
    OrderEvent::DisputeDecided(DisputeDecided { dispute, device, ending, amount, by, findings })
}
