//! Negotiation in stage 4: the provider offers a paid repair if the buyer is at fault, and both
//! sides make counter-offers until one is accepted or the buyer takes the device back unrepaired. A
//! buyer's silence follows C3.

use recourse_kernel::{ClaimId, Finding, Instant, Money, Sealed, Tried};
use recourse_terms::{Outcome, Terms, Verdict};
use serde::{Deserialize, Serialize};

use super::explanation::rests_on;
use super::questions::answer_awaited_from;
use super::rejection::Action;
use super::remedy::{self, Remedy};
use super::requester::Side;
use super::time::Awaited;
use super::{
    Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage, appeal, pinned, settlement,
};

// ---------------------------------------------------------------- events (stored permanently)

/// One side made an offer to the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferMade {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Number of the offer in the claim, from 1.
    pub offer: u32,
    /// Who made the offer.
    pub by: Side,
    /// Kind of offer.
    pub kind: OfferKind,
    /// What the buyer pays the provider; in an agreement a negative price is paid by the provider.
    pub price: Money,
    /// Whether the price includes a repair.
    pub repair: bool,
    /// Until when the party that made it keeps it open. No rule uses it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Instant>,
    /// Details of the offer, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sealed>,
    /// Deadline of the buyer's answer; absent if the provider has to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Awaited>,
}

/// Kinds of offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferKind {
    /// A repair at the buyer's full cost.
    PaidRepair,
    /// A compromise.
    Agreement,
}

/// The other side accepted an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferAccepted {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Number of the offer in the claim, from 1.
    pub offer: u32,
    /// Who accepted it.
    pub by: Side,
}

/// The other side declined an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferDeclined {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Number of the offer in the claim, from 1.
    pub offer: u32,
    /// Who declined it.
    pub by: Side,
}

// ---------------------------------------------------------------- state

/// An offer or a counter-offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Number of the offer in the claim, from 1.
    pub number: u32,
    /// Who made the offer.
    pub by: Side,
    /// Kind of offer.
    pub kind: OfferKind,
    /// What the buyer pays; a negative price is paid by the provider.
    pub price: Money,
    /// Whether the price includes a repair.
    pub repair: bool,
    /// Deadline of the buyer's answer.
    pub awaited: Option<Awaited>,
    /// Whether it was accepted, declined or replaced by a later offer.
    pub answered: bool,
}

impl Claim {
    /// The open offer: the last one, if it is unanswered and no remedy is chosen.
    pub fn open_offer(&self) -> Option<&Offer> {
        let is_talking = matches!(&self.stage, Stage::Remedy(talk) if talk.chosen.is_none());
        self.offers.last().filter(|offer| is_talking && !offer.answered)
    }
}

// ---------------------------------------------------------------- evolve

impl Claim {
    pub(super) fn offer_made(&mut self, event: &OfferMade) {
        for earlier in &mut self.offers {
            earlier.answered = true;
        }
        self.offers.push(Offer {
            number: event.offer,
            by: event.by,
            kind: event.kind,
            price: event.price,
            repair: event.repair,
            awaited: event.awaited,
            answered: false,
        });
    }

    pub(super) fn offer_answered(&mut self, number: u32) {
        if let Some(offer) = self.offers.iter_mut().find(|offer| offer.number == number) {
            offer.answered = true;
        }
    }
}

// ---------------------------------------------------------------- decide

/// Makes an offer or a counter-offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MakeOffer {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Kind of offer.
    pub kind: OfferKind,
    /// What the buyer pays; in an agreement a negative price is paid by the provider.
    pub price: Money,
    /// Whether the price includes a repair; always true for a paid repair.
    #[serde(default)]
    pub repair: bool,
    /// Until when the party that made it keeps it open. No rule uses it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Instant>,
    /// Details of the offer, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sealed>,
}

/// Makes an offer, which replaces the previous one.
pub(super) fn make(purchase: &Purchase, command: &MakeOffer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let by = Side::of(claim, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    rules.need(offers_are_possible(claim))?;
    rules.all([
        appeal::no_appeal_is_open(claim),
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
        awaited: (by == Side::Provider).then(|| answer_awaited_from(cx.now, terms)),
    })])
}

/// Accepts the open offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptOffer {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Number of the offer in the claim, from 1.
    pub offer: u32,
}

/// Accepts the other side's offer and starts to carry it out.
pub(super) fn accept(purchase: &Purchase, command: &AcceptOffer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let by = Side::of(claim, cx)?;
    let offer = offer_of_the_other_side(claim, command.offer, by, cx)?;
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
        ClaimEvent::OfferAccepted(OfferAccepted { claim: claim.id, offer: offer.number, by }),
        remedy::chosen(claim, remedy, by, price, vec![why.clone()]),
        settlement::start_agreed(purchase, claim, outcome, offer.price, cx.now, vec![why])?,
    ])
}

/// Declines the open offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclineOffer {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Number of the offer in the claim, from 1.
    pub offer: u32,
}

/// Declines the other side's offer. The negotiation continues.
pub(super) fn decline(purchase: &Purchase, command: &DeclineOffer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let by = Side::of(claim, cx)?;
    let offer = offer_of_the_other_side(claim, command.offer, by, cx)?.number;
    Ok(vec![ClaimEvent::OfferDeclined(OfferDeclined { claim: claim.id, offer, by })])
}

// ---------------------------------------------------------------- rules

const OFFERING: Action = Action { sentence: "an offer can be made", possible_in: &["remedy"] };

/// Stage 4: offers are for a device that the policy does not cover.
fn offers_are_possible(claim: &Claim) -> Result<(), ClaimRejection> {
    match &claim.stage {
        Stage::Remedy(remedying) => match (remedying.chosen, remedying.verdict) {
            (Some(remedy), _) => Err(ClaimRejection::RemedyIsChosen { remedy }),
            (None, Verdict::Covered) => Err(ClaimRejection::CoveredIsReimbursed),
            (None, _) => Ok(()),
        },
        _ => Err(ClaimRejection::wrong_stage(claim, &OFFERING)),
    }
}

/// M6: an offer is in the currency of the device's price, and a paid repair costs more than zero.
fn price_can_be_offered(
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
fn paid_repair_is_allowed(
    claim: &Claim,
    command: &MakeOffer,
    by: Side,
    terms: &Terms,
) -> Result<Finding, ClaimRejection> {
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

/// Only the other side can answer an offer, and only in time (C3).
fn offer_of_the_other_side<'a>(
    claim: &'a Claim,
    number: u32,
    by: Side,
    cx: &Cx<'_>,
) -> Result<&'a Offer, ClaimRejection> {
    appeal::no_appeal_is_open(claim)?;
    let open = claim.open_offer().filter(|offer| offer.number == number);
    let offer = open.ok_or(ClaimRejection::NoSuchOffer { offer: number })?;
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
