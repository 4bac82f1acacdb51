//! A loss for which the provider is liable is reported, or the device arrives after all (M8).
//! Before the settlement the provider compensates the loss in the claim itself, afterwards in a
//! review, even if the claim is closed.

use recourse_kernel::ShipmentId;
use recourse_terms::{Direction, Party};
use serde_json::json;

use super::reviews;
use crate::domain::Cx;
use crate::domain::commands::NoteJob;
use crate::domain::events::{
    ClaimEvent, LateFact, Progress, ReviewClosed, ReviewResult, ShipmentEnd, WouldDiffer,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::inspection::{
    lost_on_providers_return_shipment, providers_shipment_to_the_shop,
};
use crate::domain::state::Claim;

/// M8: whether this reports a loss that the provider has to compensate. The claim is as it was
/// before the report.
pub(super) fn is_the_providers_loss(claim: &Claim, command: &NoteJob) -> bool {
    let is_lost = command.what == Progress::ShipmentLost || command.now == Some(ShipmentEnd::Lost);
    let is_of_the_visit = claim.visit.as_ref().is_some_and(|visit| visit.job == command.job);
    let lost = command.shipment.as_ref().filter(|_| is_lost && is_of_the_visit);
    lost.is_some_and(|lost| {
        let to_the_shop =
            providers_shipment_to_the_shop(claim, lost.id) && !claim.is_the_providers();
        to_the_shop || lost_on_providers_return_shipment(claim, lost.id)
    })
}

/// M8: whether this reports damage for which the provider is liable, so that its shipment costs the
/// buyer nothing.
pub(super) fn is_the_providers_damage(claim: &Claim, command: &NoteJob) -> bool {
    let visit = claim.visit.as_ref().filter(|visit| visit.job == command.job);
    let damaged = command.shipment.as_ref().filter(|_| command.what == Progress::ShipmentDamaged);
    let damaged = damaged.and_then(|damaged| visit?.shipments.get(&damaged.id));
    damaged.is_some_and(|shipment| shipment.liable() == Party::Provider)
}

/// M8: the reviews of losses that the report opens or closes.
pub(super) fn reviews(
    claim: &Claim,
    after: &Claim,
    command: &NoteJob,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let opened = review(claim, after, command, cx)?;
    Ok(opened.into_iter().chain(found(claim, after, command, cx)).collect())
}

/// M8: the review in which a loss is compensated after the settlement or the end of the claim.
fn review(
    claim: &Claim,
    after: &Claim,
    command: &NoteJob,
    cx: &Cx<'_>,
) -> Result<Option<ClaimEvent>, ClaimRejection> {
    let lost = command.shipment.as_ref().filter(|_| is_the_providers_loss(claim, command));
    let Some(lost) = lost.filter(|_| !after.loss_is_to_be_compensated()) else { return Ok(None) };
    let is_return = claim
        .visit
        .as_ref()
        .and_then(|visit| visit.shipments.get(&lost.id))
        .is_some_and(|shipment| shipment.direction == Direction::ToBuyer);
    let because = if is_return { LateFact::LostOnReturn } else { LateFact::LostByProvider };
    let decisions = vec![to_be_compensated(claim, lost.id, is_return)];
    reviews::opened(claim, because, decisions, None, cx)
}

fn to_be_compensated(claim: &Claim, shipment: ShipmentId, is_return: bool) -> WouldDiffer {
    let settled = claim.settled_as.as_ref();
    let (was, parcel) = if is_return {
        ("the device was in transit to the buyer", "the shipment")
    } else {
        ("the device was in transit to the shop", "the shipment to the shop")
    };
    WouldDiffer {
        decision: settled.map_or(claim.decisions, |settled| settled.decision),
        event: if settled.is_some() { "settlement_started" } else { "closed" }.to_owned(),
        rule: "M8".to_owned(),
        was: was.to_owned(),
        would_be: format!(
            "the provider had booked {parcel} in which the device was lost, and has to \
             reimburse it"
        ),
        // A second loss has its own shipment, so it opens its own review.
        facts: [("shipment".to_owned(), json!(shipment))].into_iter().collect(),
    }
}

/// M8, T11: what counted as lost arrived after all, so the review of its loss is over.
fn found(claim: &Claim, after: &Claim, command: &NoteJob, cx: &Cx<'_>) -> Option<ClaimEvent> {
    let review = after.review_of_the_loss()?;
    let of_shipment = |id: ShipmentId| {
        review.decisions.iter().any(|would| would.facts.get("shipment") == Some(&json!(id)))
    };
    let is_corrected = matches!(command.now, Some(ShipmentEnd::Delivered | ShipmentEnd::Arrived));
    let corrected = command.shipment.as_ref().filter(|_| is_corrected);
    let lost = |claim: &Claim| claim.visit.as_ref().is_some_and(|visit| visit.lost.is_some());
    let is_received = command.what == Progress::Received && lost(claim) && !lost(after);
    if !is_received && !corrected.is_some_and(|shipment| of_shipment(shipment.id)) {
        return None;
    }
    Some(ClaimEvent::ReviewClosed(ReviewClosed {
        claim: claim.id,
        review: review.number,
        by: cx.principal.clone(),
        result: ReviewResult::Nothing,
        note: None,
    }))
}
