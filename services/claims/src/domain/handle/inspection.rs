//! Stage 3, inspection: a repair shop receives the device and finds the defect and its cause (T3,
//! T6, M8).

use recourse_kernel::{Finding, Instant};
use recourse_terms::{Outcome, Party, Verdict};

use super::{defects, endings, failed_repair, late_shipments, losses, overturned, reviews};
use crate::domain::commands::{NoteJob, RecordVerdict};
use crate::domain::events::{
    AppealOf, ClaimEvent, JobNoted, LateFact, Progress, Remedy, VerdictRecorded, Withdrawal,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::appeal::appeal_period_of_verdict;
use crate::domain::rules::chain::third_repair_did_not_cure;
use crate::domain::rules::defects::{decided_separately, single_verdicts};
use crate::domain::rules::inspection::{found, replacement_came_on};
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
        receipt: command.receipt,
        at: command.at,
        counts_from: command.counts_from,
        act_by: act_by(claim, command, cx)?,
    }));
    let mut after = claim.clone();
    after.apply(&noted, cx.now);
    let mut events = vec![noted];
    for review in losses::reviews(claim, &after, command, cx)? {
        after.apply(&review, cx.now);
        events.push(review);
    }
    events.extend(next_step(purchase, &after, command.what, cx)?);
    let is_booking = matches!(
        command.what,
        Progress::ShipmentBooked
            | Progress::ShipmentCancelled
            | Progress::ShipmentPickedUp
            | Progress::ReceiptAdded
    );
    let changes_the_costs = is_booking
        || losses::is_the_providers_loss(claim, command)
        || losses::is_the_providers_damage(claim, command);
    // What has just been settled counts it already.
    let is_settled = claim.settled_as.is_some() && after.settled_as == claim.settled_as;
    if let Some(shipment) = command.shipment.as_ref().filter(|_| changes_the_costs && is_settled) {
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
    Ok(match (&claim.stage, command.what) {
        (Stage::Remedy(_), Progress::BeyondRepair) => {
            Some(due_after(claim, terms, terms.waits.remedy_choice, cx))
        }
        _ if losses::is_the_providers_loss(claim, command) => {
            Some(due_after(claim, terms, terms.waits.loss_compensation, cx))
        }
        (Stage::Remedy(remedying), Progress::Received | Progress::ShipmentCorrected)
            if claim.lost_by_the_provider() =>
        {
            Some(provider_acts_by(claim, remedying.verdict, terms, cx))
        }
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
            if waits_for_the_appeal(after, cx) {
                return Ok(Vec::new());
            }
            let coverage = purchase.coverage(after.policy)?;
            let why = Finding::passed("stage 5", "the repair is finished");
            Ok(vec![endings::start(coverage, after, Outcome::Repaired, cx.now, vec![why])])
        }
        Stage::Remedy(remedying)
            if remedying.chosen == Some(Remedy::Repair) && what == Progress::RepairCancelled =>
        {
            Ok(endings::end_by_withdrawal(purchase, after, Withdrawal::Buyer, cx.now))
        }
        // C4: the device has left before the buyer appealed about another defect.
        Stage::Remedy(_)
            if what == Progress::HandedOver
                && after.is_repaired_in_part()
                && after.open_appeal_of(AppealOf::Verdict).is_none() =>
        {
            let why = Finding::passed("C11", "the device has left, and nothing was appealed");
            Ok(vec![overturned::repaired(purchase, after, why, cx)?])
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
            let is_cancelled = what == Progress::RepairCancelled;
            Ok(failed_repair::cancel_agreement(purchase, after, is_cancelled, cx.now)?)
        }
        // M11: the device went back without the repair that was agreed on.
        Stage::Settlement(_)
            if what == Progress::HandedOver && after.repair_is_agreed_and_not_done() =>
        {
            Ok(failed_repair::cancel_agreement(purchase, after, true, cx.now)?)
        }
        Stage::Settlement(_) => {
            Ok(endings::close_when_complete(after, cx.now).into_iter().collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// C4, C11: whether the buyer has appealed, or can still appeal, that another defect is not
/// covered.
fn waits_for_the_appeal(claim: &Claim, cx: &Cx<'_>) -> bool {
    claim.open_appeal_of(AppealOf::Verdict).is_some()
        || claim.appeal_until().is_some_and(|until| cx.now < until)
}

/// T7, T11: the reviews that a delivered replacement or a corrected shipment needs.
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
        appeal_from: against.map(|_| cx.now),
        appeal_until: against.and_then(|against| appeal_period_of_verdict(against, terms, cx.now)),
        act_by: Some(provider_acts_by(claim, verdict, terms, cx)),
        terms: claim.terms.clone(),
        findings: findings.collect(),
    })));
    Ok(events)
}
