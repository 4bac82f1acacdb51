//! The middle ground of stage 4: an offer of a paid repair where the buyer is to blame, counter-offers, until
//! one is accepted or the buyer takes the device back unrepaired (C3 for the silence of a buyer).

use recourse_kernel::{ClaimId, Finding, Money, Sealed, Tried};
use recourse_terms::{Outcome, Terms, Verdict};
use serde::{Deserialize, Serialize};

use super::explanation::rests_on;
use super::questions::answer_awaited_from;
use super::remedy::{self, Remedy};
use super::requester::Side;
use super::time::Awaited;
use super::{
    Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage, appeal, pinned, settlement,
};

// ---------------------------------------------------------------- events (formats, kept for ever)

/// One side made the other an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferMade {
    /// The claim.
    pub claim: ClaimId,
    /// The offer's number in the claim, from 1.
    pub offer: u32,
    /// Who made it.
    pub by: Side,
    /// Of what.
    pub kind: OfferKind,
    /// What the buyer pays the provider; less than 0 in an agreement is what the provider pays the buyer.
    pub price: Money,
    /// Whether the device is mended for it.
    pub repair: bool,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sealed>,
    /// Until when the other side's word is awaited; the buyer's only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Awaited>,
}

/// What is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferKind {
    /// A repair that the buyer pays whole.
    PaidRepair,
    /// A middle ground.
    Agreement,
}

/// The other side accepted an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferAccepted {
    /// The claim.
    pub claim: ClaimId,
    /// The offer.
    pub offer: u32,
    /// Who accepted it.
    pub by: Side,
}

/// The other side declined an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferDeclined {
    /// The claim.
    pub claim: ClaimId,
    /// The offer.
    pub offer: u32,
    /// Who declined it.
    pub by: Side,
}

// ---------------------------------------------------------------- state

/// An offer, or a counter-offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Its number in the claim, from 1.
    pub number: u32,
    /// Who made it.
    pub by: Side,
    /// Of what.
    pub kind: OfferKind,
    /// What the buyer pays; less than 0 is what the provider pays.
    pub price: Money,
    /// Whether the device is mended for it.
    pub repair: bool,
    /// Until when the buyer's word is awaited.
    pub awaited: Option<Awaited>,
    /// Whether it was accepted or declined, or another took its place.
    pub answered: bool,
}

impl Claim {
    /// The offer on the table: the last one, if nobody has answered it and nothing else was chosen.
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

/// Makes an offer, or a counter-offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MakeOffer {
    /// The claim.
    pub claim: ClaimId,
    /// Of what.
    pub kind: OfferKind,
    /// What the buyer pays; less than 0 in an agreement is what the provider pays.
    pub price: Money,
    /// Whether the device is mended for it; always so for a paid repair.
    #[serde(default)]
    pub repair: bool,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sealed>,
}

/// Puts an offer on the table, in the place of the one before.
pub(super) fn make(purchase: &Purchase, command: &MakeOffer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let by = Side::of(claim, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    rules.need(there_is_something_to_talk_about(claim))?;
    rules.all([
        appeal::no_appeal_is_open(claim),
        price_can_be_offered(claim, purchase, command),
        paid_repair_can_be_offered(claim, command, by, terms),
    ]);
    rules.passed()?;
    Ok(vec![ClaimEvent::OfferMade(OfferMade {
        claim: claim.id,
        offer: claim.offers.last().map_or(0, |last| last.number) + 1,
        by,
        kind: command.kind,
        price: command.price,
        repair: command.repair || command.kind == OfferKind::PaidRepair,
        text: command.text.clone(),
        awaited: (by == Side::Provider).then(|| answer_awaited_from(cx.now, terms)),
    })])
}

/// Accepts the offer on the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptOffer {
    /// The claim.
    pub claim: ClaimId,
    /// The offer.
    pub offer: u32,
}

/// Accepts what the other side offered, and starts to carry it out.
pub(super) fn accept(purchase: &Purchase, command: &AcceptOffer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let by = Side::of(claim, cx)?;
    let offer = offer_of_the_other_side(claim, command.offer, by, cx)?;
    let why = Finding::passed("stage 4", "both sides agree on an offer")
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

/// Declines the offer on the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclineOffer {
    /// The claim.
    pub claim: ClaimId,
    /// The offer.
    pub offer: u32,
}

/// Declines what the other side offered. The talk goes on.
pub(super) fn decline(purchase: &Purchase, command: &DeclineOffer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let by = Side::of(claim, cx)?;
    let offer = offer_of_the_other_side(claim, command.offer, by, cx)?.number;
    Ok(vec![ClaimEvent::OfferDeclined(OfferDeclined { claim: claim.id, offer, by })])
}

// ---------------------------------------------------------------- rules

/// Stage 4: offers are for a device that the policy does not answer for.
fn there_is_something_to_talk_about(claim: &Claim) -> Result<(), ClaimRejection> {
    match &claim.stage {
        Stage::Remedy(remedying) => match (remedying.chosen, remedying.verdict) {
            (Some(remedy), _) => Err(ClaimRejection::RemedyIsChosen { remedy }),
            (None, Verdict::Covered) => Err(ClaimRejection::CoveredIsReimbursed),
            (None, _) => Ok(()),
        },
        _ => Err(ClaimRejection::wrong_stage(claim, "an offer can be made")),
    }
}

/// M6: a price in the currency of the device; a paid repair costs something.
fn price_can_be_offered(
    claim: &Claim,
    purchase: &Purchase,
    command: &MakeOffer,
) -> Result<Finding, ClaimRejection> {
    let currency = purchase.coverage(claim.policy)?.device_price.currency;
    let is_price = match command.kind {
        OfferKind::PaidRepair => command.price.amount > 0,
        // The least number has no opposite, and no settlement could pay it.
        OfferKind::Agreement => command.price.amount > i64::MIN,
    };
    if command.price.currency != currency || !is_price {
        return Err(ClaimRejection::NotAPrice { price: command.price, currency });
    }
    Ok(Finding::passed("M6", "the price is one that can be offered").fact("price", command.price))
}

/// Stage 4: a paid repair is the provider's to offer, of a defect that was found, and where the terms have it.
fn paid_repair_can_be_offered(
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
    let why = "such an offer can be made here";
    Ok(rests_on(Finding::passed("stage 4", why), &["remedy.paid_repair_offered"]))
}

/// An offer is answered by the side that it was made to, and in time (C3).
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
