//! A device that the provider lost after the settlement, or after the end of the claim, is
//! reimbursed (M8). In the review of the loss the provider chooses how; the claim is settled again,
//! or for the first time, whether or not it is closed.

use chrono_tz::Tz;
use recourse_kernel::{Finding, Instant, Money, Tried};
use recourse_terms::coverage::local_day;
use recourse_terms::{Outcome, SettlementFacts};

use super::endings;
use crate::domain::events::{ClaimEvent, PolicyCoverage, Remedy, ReviewClosed, ReviewResult, Side};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::compensation::seller_has_not_compensated_meanwhile;
use crate::domain::rules::remedy::{buyer_demands_it, cash_is_due, replacement_is_due};
use crate::domain::rules::requester::side_of;
use crate::domain::rules::{pinned, settlement};
use crate::domain::state::{Claim, Purchase, Review, Stage, Visit};
use crate::domain::{Cx, Decision};

/// M8, M2: the provider compensates the loss with a replacement or cash, as the terms allow. The
/// claim is settled again with that outcome.
pub(super) fn reimburse(
    purchase: &Purchase,
    claim: &Claim,
    review: &Review,
    remedy: Remedy,
    cx: &Cx<'_>,
) -> Decision {
    let side = side_of(claim, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let why = Finding::passed("M8", "lost in a shipment that the provider had booked")
        .fact("review", review.number);
    let mut rules = Tried::default();
    rules.all([
        Ok(why),
        seller_has_not_compensated_meanwhile(purchase, claim),
        may_choose(claim, remedy, side),
    ]);
    let (outcome, due) = match remedy {
        Remedy::Replacement => (Outcome::Replaced, replacement_is_due(claim, terms)),
        Remedy::Cash => (Outcome::Refunded, cash_is_due(purchase, claim, terms, cx.now)),
        Remedy::Repair | Remedy::PaidRepair | Remedy::ReturnUnrepaired => {
            rules.need(Err(ClaimRejection::LossIsReimbursed))?
        }
    };
    rules.all([due]);
    let findings = rules.passed()?;
    let coverage = purchase.coverage(claim.policy)?;
    let zone = coverage.zone.unwrap_or(Tz::UTC);
    let facts = facts_of_the_loss(coverage, claim, outcome, cx.now);
    let (by, result, note) = (cx.principal.clone(), ReviewResult::Nothing, None);
    let review = review.number;
    let mut events = vec![
        ClaimEvent::ReviewClosed(ReviewClosed { claim: claim.id, review, by, result, note }),
        endings::chosen(claim, remedy, side, None, findings.clone()),
        endings::started_by(claim, zone, facts, findings.clone()),
    ];
    if let Stage::Closed { .. } = claim.stage {
        events.push(endings::close(claim, outcome, cx.now, findings));
    }
    Ok(events)
}

/// M8: the facts of the claim, settled with this outcome. What the buyer paid for a repair that was
/// not done comes back.
fn facts_of_the_loss(
    coverage: &PolicyCoverage,
    claim: &Claim,
    outcome: Outcome,
    now: Instant,
) -> SettlementFacts {
    let zone = coverage.zone.unwrap_or(Tz::UTC);
    let settled = match &claim.settled_as {
        Some(settled) => settled.facts.clone(),
        None => settlement::facts(coverage, claim, outcome, None, now),
    };
    let visit = claim.visit.as_ref();
    let is_done = visit.is_some_and(|visit| visit.repaired.is_some());
    let with_a_repair = claim.offers.last().is_some_and(|offer| offer.repair);
    let stays = |agreed: &Money| is_done || !with_a_repair || agreed.amount < 0;
    SettlementFacts {
        outcome,
        settled: Some(local_day(now, zone)),
        refunded_by_seller: coverage.device_price_refunded,
        paid_repair: settled.paid_repair.filter(|_| is_done),
        agreed: settled.agreed.filter(stays),
        shipments: visit.map_or(settled.shipments, Visit::shipments_that_count),
        // No forwarding is deducted for a device that never came back (M4).
        provider_keeps_device: true,
        ..settled
    }
}

/// M2, M8: the provider chooses; the buyer may demand the replacement once the provider is late.
fn may_choose(claim: &Claim, remedy: Remedy, side: Side) -> Result<Finding, ClaimRejection> {
    match (side, remedy) {
        (Side::Provider, _) => Ok(Finding::passed("M2", "the provider chooses")),
        (Side::Buyer, Remedy::Cash) => Err(ClaimRejection::CashIsNotOwedOnDemand),
        (Side::Buyer, _) => buyer_demands_it(claim),
    }
}
