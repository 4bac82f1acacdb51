//! T11: offers after a verdict against the buyer, and the answers to them.

use recourse_kernel::{Finding, Owner, Wait, WaitKind};
use recourse_terms::Verdict;

use super::{marked, missed};
use crate::domain::Cx;
use crate::domain::events::{
    AppealOf, Awaited, ClaimEvent, OfferDeclined, OfferReopened, ReminderSent, Side,
};
use crate::domain::handle::appeal::return_unrepaired;
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::negotiation::buyer_answers_within;
use crate::domain::rules::waits::provider_resumes_by;
use crate::domain::rules::{pinned, rests_on};
use crate::domain::state::{Claim, Offer, Purchase, Stage};

/// T11: the provider makes an offer after a verdict against the buyer, or declines to.
pub(super) fn offer(claim: &Claim) -> Vec<Wait> {
    let Stage::Remedy(found) = &claim.stage else { return Vec::new() };
    let is_appealed = claim.open_appeal_of(AppealOf::Verdict).is_some();
    let is_talking = claim.open_offer().is_some() || is_appealed;
    let is_over = is_talking || claim.loss_is_to_be_compensated();
    let is_possible = found.verdict != Verdict::Covered && found.chosen.is_none() && !is_over;
    let wait = |turn: crate::domain::state::Turn| {
        let wait = Wait::new(claim.id, WaitKind::Offer, Owner::Provider, turn.since);
        marked(claim, wait.until(turn.until))
    };
    found.turn.filter(|_| is_possible).map(wait).into_iter().collect()
}

/// T11: the buyer answers an offer, and is reminded.
pub(super) fn buyers_answer(claim: &Claim) -> Vec<Wait> {
    answer(claim, Side::Provider, Owner::Buyer)
}

/// T11: the provider answers a counter-offer.
pub(super) fn providers_answer(claim: &Claim) -> Vec<Wait> {
    answer(claim, Side::Buyer, Owner::Provider)
}

fn answer(claim: &Claim, offered_by: Side, owner: Owner) -> Vec<Wait> {
    let offer = claim.open_offer().filter(|offer| offer.by == offered_by);
    let wait = |offer: &Offer| {
        let awaited = offer.awaited?;
        let wait = Wait::new(claim.id, WaitKind::OfferAnswer, owner, offer.made_at);
        let wait = wait.number(offer.number).until(awaited.answer_by);
        Some(wait.remind_at(awaited.remind_at))
    };
    offer.and_then(wait).into_iter().collect()
}

/// T11: no offer was made; the device goes back, unless the buyer can still appeal.
pub(super) fn none_made(
    purchase: &Purchase,
    claim: &Claim,
    wait: &Wait,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let why = Finding::failed("T11", "the provider made no offer in time");
    let why = rests_on(why, &["waits.offer"]);
    let mut events = vec![missed(claim, wait)];
    events.extend(goes_back(purchase, claim, why, cx)?);
    Ok(events)
}

/// T11: without the buyer's answer the device goes back; without the provider's answer its own last
/// offer is open again.
pub(super) fn unanswered(
    purchase: &Purchase,
    claim: &Claim,
    wait: &Wait,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    if wait.is_reminder_due(cx.now) {
        let reminder = ReminderSent { claim: claim.id, question: None, offer: Some(wait.number) };
        return Ok(vec![ClaimEvent::ReminderSent(reminder)]);
    }
    let mut events = vec![missed(claim, wait)];
    let of_provider = |offer: &&Offer| offer.by == Side::Provider && wait.owner == Owner::Provider;
    match claim.offers.iter().rev().find(of_provider) {
        Some(offer) => events.push(reopened(claim, offer, cx)?),
        // C4: the covered repair goes ahead without the rest.
        None if claim.verdict() == Some(Verdict::Covered) => {
            let terms = pinned(&claim.terms, cx.reference)?;
            let act_by = provider_resumes_by(claim, terms, cx);
            let (claim, offer, by) = (claim.id, wait.number, Side::Buyer);
            let declined = OfferDeclined { claim, offer, by, act_by };
            events.push(ClaimEvent::OfferDeclined(declined));
        }
        None => {
            let why = Finding::failed("T11", "the offer was not answered in time");
            let why = rests_on(why, &["waits.buyers_answer", "waits.providers_answer"]);
            events.extend(goes_back(purchase, claim, why, cx)?);
        }
    }
    Ok(events)
}

fn reopened(claim: &Claim, offer: &Offer, cx: &Cx<'_>) -> Result<ClaimEvent, ClaimRejection> {
    let terms = pinned(&claim.terms, cx.reference)?;
    let awaited: Awaited = buyer_answers_within(claim, terms, cx);
    let reopened = OfferReopened { claim: claim.id, offer: offer.number, awaited };
    Ok(ClaimEvent::OfferReopened(reopened))
}

/// T11, C11: the device goes back unrepaired once the buyer can no longer appeal.
pub(in crate::domain::handle) fn goes_back(
    purchase: &Purchase,
    claim: &Claim,
    why: Finding,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    if claim.appeal_until().is_some_and(|until| cx.now < until) {
        return Ok(Vec::new());
    }
    return_unrepaired(purchase, claim, Side::Provider, why, cx)
}
