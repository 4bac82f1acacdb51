//! Stage 4: who can offer what, and answer which offer (C3, M6).

use chrono::TimeDelta;
use recourse_kernel::{Finding, Money};
use recourse_terms::{Terms, Verdict};

use super::appeal::no_appeal_is_open_of;
use super::rests_on;
use super::waits::due_after;
use crate::domain::Cx;
use crate::domain::commands::MakeOffer;
use crate::domain::events::{AppealOf, Awaited, OfferKind, Side};
use crate::domain::rejection::{Action, ClaimRejection};
use crate::domain::state::{Claim, Offer, Purchase, Remedying, Stage};

const OFFERING: Action = Action { sentence: "an offer can be made", possible_in: &["remedy"] };

/// Stage 4: offers are for a device that the policy does not cover.
pub(crate) fn offers_are_possible(claim: &Claim) -> Result<(), ClaimRejection> {
    if claim.loss_is_to_be_compensated() {
        return Err(ClaimRejection::ProviderLostIt);
    }
    match &claim.stage {
        Stage::Remedy(remedying) => match (remedying.chosen, remedying.verdict) {
            (Some(remedy), _) => Err(ClaimRejection::RemedyIsChosen { remedy }),
            // C4: a paid repair of the defects that are not covered.
            (None, Verdict::Covered) if remedying.is_covered_in_part() => Ok(()),
            (None, Verdict::Covered) => Err(ClaimRejection::CoveredIsReimbursed),
            (None, _) => Ok(()),
        },
        _ => Err(claim.wrong_stage(&OFFERING)),
    }
}

/// M6: an offer is in the currency of the device's price, and a paid repair costs more than zero.
pub(crate) fn price_can_be_offered(
    claim: &Claim,
    purchase: &Purchase,
    command: &MakeOffer,
) -> Result<Finding, ClaimRejection> {
    let currency = purchase.coverage(claim.policy)?.device_price.currency;
    let is_price = match command.kind {
        OfferKind::PaidRepair => command.price.amount > 0,
        // `i64::MIN` cannot be negated, so no settlement could pay it.
        OfferKind::Agreement => command.price.amount > i64::MIN,
    };
    if command.price.currency != currency || !is_price {
        return Err(ClaimRejection::NotAPrice { price: command.price, currency });
    }
    Ok(Finding::passed("M6", "the price can be offered").fact("price", command.price))
}

/// Stage 4: the provider can offer a paid repair, for a defect that was found and if the terms
/// allow it.
pub(crate) fn paid_repair_is_allowed(
    claim: &Claim,
    command: &MakeOffer,
    by: Side,
    terms: &Terms,
) -> Result<Finding, ClaimRejection> {
    let is_in_part = claim.found.as_ref().is_some_and(Remedying::is_covered_in_part);
    if is_in_part && command.kind == OfferKind::Agreement {
        return Err(ClaimRejection::CoveredIsReimbursed);
    }
    if command.kind == OfferKind::PaidRepair {
        if by == Side::Buyer {
            return Err(ClaimRejection::NotAllowed);
        }
        if !terms.remedy.paid_repair_offered || claim.verdict() == Some(Verdict::NoFaultFound) {
            return Err(ClaimRejection::NoPaidRepair);
        }
    }
    let why = "the terms allow this offer";
    Ok(rests_on(Finding::passed("stage 4", why), &["remedy.paid_repair_offered"]))
}

/// T11: the deadline of the buyer's answer to an offer, and when the buyer is reminded (C3).
pub(crate) fn buyer_answers_within(claim: &Claim, terms: &Terms, cx: &Cx<'_>) -> Awaited {
    let answer_by = due_after(claim, terms, terms.waits.buyers_answer, cx);
    let remind_at = cx.now + TimeDelta::days(terms.claim.reminder_after_days.into());
    Awaited { remind_at: Some(remind_at).filter(|at| *at < answer_by), answer_by }
}

/// T11: the deadline of the provider's answer to a counter-offer.
pub(crate) fn provider_answers_within(claim: &Claim, terms: &Terms, cx: &Cx<'_>) -> Awaited {
    let answer_by = due_after(claim, terms, terms.waits.providers_answer, cx);
    Awaited { remind_at: None, answer_by }
}

/// Only the other side can answer an offer, and only in time (C3).
pub(crate) fn offer_of_the_other_side<'a>(
    claim: &'a Claim,
    number: u32,
    by: Side,
    cx: &Cx<'_>,
) -> Result<&'a Offer, ClaimRejection> {
    if !claim.offers.iter().any(|offer| offer.number == number) {
        return Err(ClaimRejection::OfferNotKnown { offer: number });
    }
    no_appeal_is_open_of(claim, AppealOf::Verdict)?;
    let open = claim.open_offer().filter(|offer| offer.number == number);
    let offer = open.ok_or(ClaimRejection::OfferNotOpen { offer: number })?;
    if offer.by == by {
        return Err(ClaimRejection::OwnOffer);
    }
    match offer.awaited {
        Some(awaited) if cx.now >= awaited.answer_by => {
            Err(ClaimRejection::TooLateToAnswer { answer_by: awaited.answer_by })
        }
        _ => Ok(offer),
    }
}

/// M6, M10: an amount that is granted, or that a review found, is positive and in the currency of
/// the device's price.
pub(crate) fn amount_can_be_paid(
    purchase: &Purchase,
    claim: &Claim,
    amount: Money,
) -> Result<Finding, ClaimRejection> {
    let currency = purchase.coverage(claim.policy)?.device_price.currency;
    if amount.currency != currency || amount.amount <= 0 {
        return Err(ClaimRejection::NotAPrice { price: amount, currency });
    }
    Ok(Finding::passed("M6", "the amount can be paid").fact("amount", amount))
}

/// C4: the covered repair waits for the answer to an offer for the other defects.
pub(crate) fn no_offer_is_open(claim: &Claim) -> Result<Finding, ClaimRejection> {
    let is_in_part = claim.found.as_ref().is_some_and(Remedying::is_covered_in_part);
    match claim.open_offer().filter(|_| is_in_part) {
        Some(open) => Err(ClaimRejection::OfferIsOpen { offer: open.number }),
        None => Ok(Finding::passed("stage 4", "no offer for another defect is open")),
    }
}
