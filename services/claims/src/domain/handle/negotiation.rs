//! Negotiation in stage 4: the provider offers a paid repair if the buyer is at fault, and both
//! sides make counter-offers until one is accepted or the device goes back unrepaired. Silence
//! follows T11.

use recourse_kernel::{Finding, Tried};
use recourse_terms::Outcome;

use super::endings;
use super::waits::offers::goes_back;
use crate::domain::commands::{AcceptOffer, DeclineOffer, MakeOffer};
use crate::domain::events::{
    AppealOf, ClaimEvent, OfferAccepted, OfferDeclined, OfferKind, OfferMade, Remedy, Side,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::appeal::no_appeal_is_open_of;
use crate::domain::rules::negotiation::{
    buyer_answers_within, offer_of_the_other_side, offers_are_possible, paid_repair_is_allowed,
    price_can_be_offered, provider_answers_within,
};
use crate::domain::rules::pinned;
use crate::domain::rules::requester::side_of;
use crate::domain::rules::waits::provider_resumes_by;
use crate::domain::state::{Claim, Purchase, Remedying};
use crate::domain::{Cx, Decision};

/// The number by which the provider declines to make an offer.
const NO_OFFER: u32 = 0;

/// Makes an offer, which replaces the previous one.
pub(super) fn make(purchase: &Purchase, command: &MakeOffer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let by = side_of(claim, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    rules.need(offers_are_possible(claim))?;
    rules.all([
        no_appeal_is_open_of(claim, AppealOf::Verdict),
        price_can_be_offered(claim, purchase, command),
        paid_repair_is_allowed(claim, command, by, terms),
    ]);
    rules.passed()?;
    Ok(vec![ClaimEvent::OfferMade(OfferMade {
        claim: claim.id,
        offer: claim.offers.last().map_or(0, |last| last.number) + 1,
        by,
        kind: command.kind,
        price: command.price,
        repair: command.repair || command.kind == OfferKind::PaidRepair,
        valid_until: command.valid_until,
        text: command.text.clone(),
        awaited: Some(match by {
            Side::Provider => buyer_answers_within(claim, terms, cx),
            Side::Buyer => provider_answers_within(claim, terms, cx),
        }),
    })])
}

/// Accepts the other side's offer and starts to carry it out.
pub(super) fn accept(purchase: &Purchase, command: &AcceptOffer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let by = side_of(claim, cx)?;
    let offer = offer_of_the_other_side(claim, command.offer, by, cx)?;
    let (claim_id, number) = (claim.id, offer.number);
    if claim.found.as_ref().is_some_and(Remedying::is_covered_in_part) {
        // C4: it is paid with the covered repair, which the provider still has to choose.
        let terms = pinned(&claim.terms, cx.reference)?;
        let act_by = provider_resumes_by(claim, terms, cx);
        let accepted = OfferAccepted { claim: claim_id, offer: number, by, act_by };
        return Ok(vec![ClaimEvent::OfferAccepted(accepted)]);
    }
    let coverage = purchase.coverage(claim.policy)?;
    let why = Finding::passed("stage 4", "both sides agreed on an offer")
        .fact("offer", offer.number)
        .fact("price", offer.price);
    let outcome = match offer.kind {
        OfferKind::PaidRepair => Outcome::RepairedAtBuyersCost,
        OfferKind::Agreement => Outcome::SettledByAgreement,
    };
    let price = offer.repair.then_some(offer.price);
    let remedy = if offer.repair { Remedy::PaidRepair } else { Remedy::ReturnUnrepaired };
    Ok(vec![
        ClaimEvent::OfferAccepted(OfferAccepted {
            claim: claim_id,
            offer: number,
            by,
            act_by: None,
        }),
        endings::chosen(claim, remedy, by, price, vec![why.clone()]),
        endings::start_agreed(coverage, claim, outcome, offer.price, cx.now, vec![why]),
    ])
}

/// Declines the other side's offer. The negotiation continues: the provider makes another offer
/// (T11).
pub(super) fn decline(purchase: &Purchase, command: &DeclineOffer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let by = side_of(claim, cx)?;
    if command.offer == NO_OFFER && by == Side::Provider {
        return make_none(purchase, claim, cx);
    }
    let offer = offer_of_the_other_side(claim, command.offer, by, cx)?.number;
    let terms = pinned(&claim.terms, cx.reference)?;
    let act_by = provider_resumes_by(claim, terms, cx);
    Ok(vec![ClaimEvent::OfferDeclined(OfferDeclined { claim: claim.id, offer, by, act_by })])
}

/// T11: the provider declines to make an offer, so the device goes back once the buyer can no
/// longer appeal.
fn make_none(purchase: &Purchase, claim: &Claim, cx: &Cx<'_>) -> Decision {
    let mut rules = Tried::default();
    rules.need(offers_are_possible(claim))?;
    rules.all([no_appeal_is_open_of(claim, AppealOf::Verdict)]);
    rules.passed()?;
    if let Some(open) = claim.open_offer() {
        return Err(ClaimRejection::OfferIsOpen { offer: open.number }.into());
    }
    if claim.found.as_ref().is_some_and(Remedying::is_covered_in_part) {
        return Err(ClaimRejection::CoveredIsReimbursed.into());
    }
    let why = Finding::passed("T11", "the provider makes no offer");
    let by = Side::Provider;
    let none = OfferDeclined { claim: claim.id, offer: NO_OFFER, by, act_by: None };
    let end = goes_back(purchase, claim, why, cx)?;
    Ok(std::iter::once(ClaimEvent::OfferDeclined(none)).chain(end).collect())
}
