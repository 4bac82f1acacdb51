//! A device lost on its return shipment is reimbursed by the party that booked the shipment (M8).
//! In the review of the loss the provider chooses how; the claim is settled again, whether or not
//! it is closed.

use chrono_tz::Tz;
use recourse_kernel::{Finding, Tried};
use recourse_terms::coverage::local_day;
use recourse_terms::{Outcome, SettlementFacts};

use super::remedy::{self, Remedy};
use super::requester::{Side, only_the_provider};
use super::review::{Review, ReviewClosed};
use super::{
    Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage, pinned, settlement,
    verification,
};

impl Claim {
    /// M8: the open review of a device or replacement that was lost in a return shipment booked by
    /// the provider.
    pub(super) fn review_of_the_loss(&self) -> Option<&Review> {
        self.open_reviews().find(|review| review.decisions.iter().any(|would| would.rule == "M8"))
    }
}

/// M8, M2: the provider compensates the loss with a replacement or cash, as the terms allow. The
/// claim is settled again with that outcome.
pub(super) fn reimburse(
    purchase: &Purchase,
    claim: &Claim,
    review: &Review,
    remedy: Remedy,
    cx: &Cx<'_>,
) -> Decision {
    only_the_provider(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let settled = claim.settled_as.as_ref().ok_or(ClaimRejection::LossIsReimbursed)?;
    let why = Finding::passed("M8", "lost in a return shipment that the provider had booked")
        .fact("review", review.number);
    let mut rules = Tried::default();
    rules.all([Ok(why), seller_has_not_compensated_meanwhile(purchase, claim)]);
    let (outcome, due) = match remedy {
        Remedy::Replacement => (Outcome::Replaced, remedy::replacement_is_due(claim, terms)),
        Remedy::Cash => (Outcome::Refunded, remedy::cash_is_due(purchase, claim, terms, cx.now)),
        Remedy::Repair | Remedy::PaidRepair | Remedy::ReturnUnrepaired => {
            rules.need(Err(ClaimRejection::LossIsReimbursed))?
        }
    };
    rules.all([due]);
    let findings = rules.passed()?;
    let coverage = purchase.coverage(claim.policy)?;
    let zone = coverage.zone.unwrap_or(Tz::UTC);
    let shipments = claim.visit.as_ref().map(|visit| visit.shipments.values().cloned().collect());
    let facts = SettlementFacts {
        outcome,
        settled: Some(local_day(cx.now, zone)),
        refunded_by_seller: coverage.device_price_refunded,
        shipments: shipments.unwrap_or_else(|| settled.facts.shipments.clone()),
        // No forwarding is deducted for a device that never came back (M4).
        provider_keeps_device: true,
        ..settled.facts.clone()
    };
    let (by, note) = (cx.principal.clone(), None);
    let mut events = vec![
        ClaimEvent::ReviewClosed(ReviewClosed { claim: claim.id, review: review.number, by, note }),
        remedy::chosen(claim, remedy, Side::Provider, None, findings.clone()),
        settlement::started_by(claim, zone, facts, findings.clone()),
    ];
    if let Stage::Closed { .. } = claim.stage {
        events.push(settlement::close(claim, outcome, cx.now, findings));
    }
    Ok(events)
}

/// M7: what the seller has compensated meanwhile is not compensated again.
fn seller_has_not_compensated_meanwhile(
    purchase: &Purchase,
    claim: &Claim,
) -> Result<Finding, ClaimRejection> {
    verification::seller_has_not_compensated(purchase, claim)
        .map_err(|_| ClaimRejection::AlreadyCompensated)
}
