//! Stage 3, inspection: a repair shop receives the device and finds the defect and its cause (T3,
//! T6, M8).

use recourse_kernel::{Finding, Instant};
use recourse_terms::{Outcome, Party, Verdict};

use super::{defects, endings, failed_repair, late_shipments, reviews};
use crate::domain::commands::{NoteJob, RecordVerdict};
use crate::domain::events::{
    ClaimEvent, JobNoted, LateFact, Progress, Remedy, ShipmentEnd, VerdictRecorded, Withdrawal,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::appeal::appeal_period_of_verdict;
use crate::domain::rules::chain::third_repair_did_not_cure;
use crate::domain::rules::defects::{decided_separately, single_verdicts};
use crate::domain::rules::inspection::{
    found, lost_on_providers_return_shipment, providers_shipment_to_the_shop, replacement_came_on,
};
use crate::domain::rules::pinned;
use crate::domain::rules::waits::{due_after, provider_acts_by};
use crate::domain::state::{Claim, Purchase, Stage};
use crate::domain::{Cx, Decision};

/// Records what happened to the device, and what follows from it.
pub(super) fn note_job(purchase: &Purchase, command: &NoteJob, cx: &Cx<'_>) -> Decision {
    let Some(claim) = purchase.claims.get(&command.job.claim()) else { return Ok(Vec::new()) };
    let noted = ClaimEvent::JobNoted(Box::new(JobNoted {
        claim: claim.id,
        job: command.job,
        what: command.what,
        shipment: command.shipment.clone(),
        shop: command.shop.clone(),
        serial: command.serial.clone(),
        serials: command.serials.clone(),
        now: command.now,
        at: command.at,
        act_by: act_by(claim, command, cx)?,
    }));
    let mut after = claim.clone();
    after.apply(&noted, cx.now);
    let mut events = vec![noted];
    events.extend(next_step(purchase, &after, command.what, cx)?);
    let is_booking = matches!(
        command.what,
        Progress::ShipmentBooked | Progress::ShipmentCancelled | Progress::ShipmentPickedUp
    );
    // What has just been settled counts it already.
    let is_settled = claim.settled_as.is_some() && after.settled_as == claim.settled_as;
    if let Some(shipment) = command.shipment.as_ref().filter(|_| is_booking && is_settled) {
        events.extend(late_shipments::extended(&after, shipment.id, cx)?);
    }
    if matches!(command.what, Progress::Received | Progress::SerialMismatch) {
        events.extend(endings::settle_late_arrival(purchase, &after, cx.now)?);
    }
    events.extend(reviews_needed(purchase, claim, &after, command, cx)?);
    Ok(events)
}

/// T11, M8: until when the provider acts on what the shop or a carrier reports: it chooses a remedy
/// for a device that is beyond repair, and compensates for a loss that it is liable for.
fn act_by(
    claim: &Claim,
    command: &NoteJob,
    cx: &Cx<'_>,
) -> Result<Option<Instant>, ClaimRejection> {
    let terms = pinned(&claim.terms, cx.reference)?;
    let is_lost = command.what == Progress::ShipmentLost || command.now == Some(ShipmentEnd::Lost);
    let lost = command.shipment.as_ref().filter(|_| is_lost);
    let is_liable = lost.is_some_and(|lost| {
        providers_shipment_to_the_shop(claim, lost.id)
            || lost_on_providers_return_shipment(claim, lost.id)
    });
    Ok(match (&claim.stage, command.what) {
        (Stage::Remedy(_), Progress::BeyondRepair) => {
            Some(due_after(claim, terms, terms.waits.remedy_choice, cx))
        }
        _ if is_liable => Some(due_after(claim, terms, terms.waits.loss_compensation, cx)),
        _ => None,
    })
}

/// A finished repair starts the settlement, a failed repair that the buyer was to pay for settles
/// the claim again, a device that has left closes the claim.
fn next_step(purchase: &Purchase, after: &Claim, what: Progress, cx: &Cx<'_>) -> Decision {
    match &after.stage {
        Stage::Remedy(remedying)
            if remedying.chosen == Some(Remedy::Repair) && what == Progress::Repaired =>
        {
            let coverage = purchase.coverage(after.policy)?;
            let why = Finding::passed("stage 5", "the repair is finished");
            Ok(vec![endings::start(coverage, after, Outcome::Repaired, cx.now, vec![why])])
        }
        Stage::Remedy(remedying)
            if remedying.chosen == Some(Remedy::Repair) && what == Progress::RepairCancelled =>
        {
            Ok(endings::end_by_withdrawal(purchase, after, Withdrawal::Buyer, cx.now))
        }
        Stage::Inspection if what == Progress::NotHandedOver => {
            Ok(endings::end_by_withdrawal(purchase, after, Withdrawal::HandOver, cx.now))
        }
        Stage::Inspection
            if what == Progress::ShipmentLost
                && after.visit.as_ref().is_some_and(|visit| visit.lost == Some(Party::Buyer)) =>
        {
            let why = Finding::failed("M8", "lost in a shipment that the buyer had booked");
            Ok(vec![endings::close(after, Outcome::Withdrawn, cx.now, vec![why])])
        }
        Stage::Settlement(_)
            if matches!(what, Progress::BeyondRepair | Progress::RepairCancelled) =>
        {
            Ok(failed_repair::cancel_agreement(purchase, after, cx.now)?)
        }
        // M11: the device went back without the repair that was agreed on.
        Stage::Settlement(_)
            if what == Progress::HandedOver && after.repair_is_agreed_and_not_done() =>
        {
            let unrepaired = Claim { is_free_of_charge: true, ..after.clone() };
            Ok(failed_repair::cancel_agreement(purchase, &unrepaired, cx.now)?)
        }
        Stage::Settlement(_) => {
            Ok(endings::close_when_complete(after, cx.now).into_iter().collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// T7, M8: the reviews that a delivered replacement or a loss on the return shipment needs.
fn reviews_needed(
    purchase: &Purchase,
    claim: &Claim,
    after: &Claim,
    command: &NoteJob,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let Some(shipment) = command.shipment.as_ref().map(|shipment| shipment.id) else {
        return Ok(Vec::new());
    };
    Ok(match command.what {
        Progress::ShipmentDelivered if replacement_came_on(after, shipment) => {
            let mut known = purchase.clone();
            known.claims.insert(after.id, after.clone());
            let claims = purchase.claims_of(claim.policy);
            reviews::reviews(&known, claims, LateFact::DeliveryCorrected, cx)?
        }
        Progress::ShipmentLost if lost_on_providers_return_shipment(claim, shipment) => {
            let decisions = reviews::lost_on_return(claim, shipment);
            let review = reviews::opened(claim, LateFact::LostOnReturn, decisions, None, cx)?;
            review.into_iter().collect()
        }
        Progress::ShipmentCorrected => {
            let mut known = purchase.clone();
            known.claims.insert(after.id, after.clone());
            reviews::after_presumed(&known, after, (shipment, command.now), cx)?
        }
        _ => Vec::new(),
    })
}

/// Records the verdict of a visit. A verdict that no longer matters, such as after a withdrawal,
/// changes nothing.
pub(super) fn record_verdict(
    purchase: &Purchase,
    command: &RecordVerdict,
    cx: &Cx<'_>,
) -> Decision {
    let Some(claim) = purchase.claims.get(&command.job.claim()) else { return Ok(Vec::new()) };
    let is_awaited = claim.visit.as_ref().is_some_and(|visit| visit.job == command.job)
        && claim.stage == Stage::Inspection;
    if !is_awaited {
        return Ok(Vec::new());
    }
    let terms = pinned(&claim.terms, cx.reference)?;
    let (verdict, single) = decided_separately(claim, command);
    let (third_unsuccessful, repairs) = third_repair_did_not_cure(claim, verdict, terms);
    // C4, C11: a defect that is not covered can be appealed next to one that is.
    let against = single.iter().map(|single| single.verdict);
    let against = against.chain([verdict]).find(|verdict| *verdict != Verdict::Covered);
    let findings = [found(verdict), repairs].into_iter().chain(single_verdicts(&single));
    let mut events = defects::found_on_the_bench(claim, command);
    events.push(ClaimEvent::VerdictRecorded(Box::new(VerdictRecorded {
        claim: claim.id,
        job: command.job,
        verdict,
        cause: command.cause.clone(),
        defects: single,
        by: command.by.clone(),
        found_at: command.found_at,
        third_unsuccessful,
        appeal_until: against.and_then(|against| appeal_period_of_verdict(against, terms, cx.now)),
        act_by: Some(provider_acts_by(claim, verdict, terms, cx)),
        terms: claim.terms.clone(),
        findings: findings.collect(),
    })));
    Ok(events)
}
