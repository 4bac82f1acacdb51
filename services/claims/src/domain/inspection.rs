//! Stage 3, inspection: a repair shop receives the device and finds the defect and its cause (T3,
//! T6, M8).
//!
//! The shop's work belongs to repair-shops; claims records the parts that matters here.
//!
//! Long because a visit is recorded, folded and acted on here, and each of these handles every kind
//! of progress.

use std::collections::BTreeMap;

use recourse_kernel::{ClaimId, Finding, Findings, Instant, JobId, Principal, ShipmentId};
use recourse_terms::{
    Cause, Direction, Outcome, Party, PauseReason, Serial, ShipmentFact, TermsRef, Verdict,
};
use serde::{Deserialize, Serialize};

use super::chain::third_repair_did_not_cure;
use super::claim::Remedying;
use super::remedy::Remedy;
use super::review::{self, LateFact};
use super::{
    Claim, ClaimEvent, Cx, Decision, Purchase, Stage, appeal, defects, failed_repair,
    late_shipments, pinned, settlement,
};

// ---------------------------------------------------------------- events (stored permanently)

/// Something happened to the device at the shop or in transit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobNoted {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    /// What happened.
    pub what: Progress,
    /// The shipment concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<Shipment>,
    /// Id of the shop, if the job was opened there or moved there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// Serial number or IMEI of a replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    /// Serials read from the device at the shop: one, or both of its IMEIs (C6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<Serial>,
    /// When it happened.
    pub at: Instant,
}

/// What can happen to a device at the shop or in transit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// A shop was found for the job.
    Opened,
    /// No shop was found for the job.
    RoutingFailed,
    /// The job moved to another shop.
    Moved,
    /// A shipment was booked.
    ShipmentBooked,
    /// The carrier picked the shipment up.
    ShipmentPickedUp,
    /// The carrier delivered the shipment.
    ShipmentDelivered,
    /// The carrier lost the shipment.
    ShipmentLost,
    /// The device was damaged in transit (M8).
    ShipmentDamaged,
    /// The shop received the device.
    Received,
    /// The shop received a device whose serial is not the claim's.
    SerialMismatch,
    /// The device is repaired.
    Repaired,
    /// The device is beyond repair (T5, T6).
    BeyondRepair,
    /// The repaired or returned device left the shop for the buyer.
    HandedOver,
    /// A replacement was sent to the buyer.
    ReplacementSent,
}

/// One shipment, by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    /// Shipment id, `shp_…`.
    pub id: ShipmentId,
    /// Its details; present only when it was booked.
    #[serde(flatten)]
    pub fact: Option<ShipmentFact>,
}

/// The shop found the defect and its cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictRecorded {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    /// The verdict.
    pub verdict: Verdict,
    /// Cause of the defect, as the shop found it.
    pub cause: Cause,
    /// Who found it; an appeal goes to another reviewer.
    pub by: Principal,
    /// When the shop found it.
    pub found_at: Instant,
    /// Whether the earlier repairs put the device beyond repair (T6).
    #[serde(default)]
    pub third_unsuccessful: bool,
    /// First instant at which an appeal is too late; absent if there is nothing to appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<Instant>,
    /// Version of the terms that this decision follows.
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

// ---------------------------------------------------------------- state

/// A device's visit to a shop, as far as claims need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    /// Shipments of the visit, in the order of their ids.
    pub shipments: BTreeMap<ShipmentId, ShipmentFact>,
    /// When the buyer handed the device over, to a carrier or at the shop.
    pub given_up: Option<Instant>,
    /// When a device arrived that is not the claimed one; the shop keeps it in quarantine.
    pub quarantined: Option<Instant>,
    /// Who had booked the shipment in which the device was lost, if it was lost.
    pub lost: Option<Party>,
    /// Serials read from the device at the shop (C6).
    pub serials: Vec<Serial>,
    /// When the device was repaired.
    pub repaired: Option<Instant>,
    /// When the device left the shop for the buyer.
    pub handed_over: Option<Instant>,
    /// The replacement that was sent.
    pub replacement: Option<SentReplacement>,
}

/// A device sent as a replacement (T7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentReplacement {
    /// Serial number or IMEI.
    pub serial: Serial,
    /// When it was sent.
    pub sent_at: Instant,
    /// The shipment that carries it; absent if it was handed over in person.
    pub shipment: Option<ShipmentId>,
    /// When it was delivered, if known.
    pub delivered_at: Option<Instant>,
}

impl SentReplacement {
    /// T7: when the buyer received it: its delivery, or, without a shipment, when it was sent.
    pub(super) fn arrived_at(&self) -> Option<Instant> {
        match self.shipment {
            Some(_) => self.delivered_at,
            None => Some(self.delivered_at.unwrap_or(self.sent_at)),
        }
    }
}

impl Visit {
    /// A visit that is still to come.
    pub fn expected(job: JobId) -> Self {
        Self {
            job,
            shipments: BTreeMap::new(),
            given_up: None,
            quarantined: None,
            lost: None,
            serials: Vec::new(),
            repaired: None,
            handed_over: None,
            replacement: None,
        }
    }

    /// C6: whether a serial, in any spelling, is one that the shop read from the device.
    pub(super) fn is_of_the_device(&self, serial: &Serial) -> bool {
        self.serials.iter().any(|read| read.names_the_device_of(serial))
    }

    /// Whether the device, or the one that arrived instead, is neither with the buyer nor lost.
    pub fn has_the_device(&self) -> bool {
        (self.given_up.is_some() || self.quarantined.is_some())
            && self.lost.is_none()
            && self.handed_over.is_none()
    }
}

// ---------------------------------------------------------------- evolve

impl Claim {
    pub(super) fn job_noted(&mut self, event: &JobNoted) {
        let Some(visit) = self.visit.as_mut().filter(|visit| visit.job == event.job) else {
            return;
        };
        match event.what {
            Progress::Opened | Progress::RoutingFailed | Progress::Moved => {}
            Progress::SerialMismatch => visit.quarantined = Some(event.at),
            Progress::ShipmentBooked => visit.shipment_booked(event.shipment.as_ref()),
            Progress::ShipmentPickedUp => {
                visit.shipment_picked_up(event.shipment.as_ref(), event.at);
            }
            Progress::ShipmentDelivered => {
                visit.shipment_delivered(event.shipment.as_ref(), event.at);
            }
            Progress::ShipmentLost => visit.shipment_lost(event.shipment.as_ref()),
            Progress::ShipmentDamaged => visit.shipment_damaged(event.shipment.as_ref()),
            Progress::Received => {
                visit.quarantined = None;
                visit.serials.extend(event.serials.iter().cloned());
                visit.given_up.get_or_insert(event.at);
            }
            Progress::Repaired => visit.repaired = Some(event.at),
            Progress::HandedOver => visit.handed_over = Some(event.at),
            Progress::ReplacementSent => visit.replacement_sent(event),
            Progress::BeyondRepair => self.beyond_repair(),
        }
        if self.visit.as_ref().is_some_and(|visit| visit.given_up.is_some()) {
            // T3: the buyer has handed the device over.
            self.start_clock(PauseReason::HandOver, event.at);
        }
    }

    /// M8: whether the buyer's device or its replacement was lost in a shipment to the buyer that
    /// the provider had booked.
    fn lost_on_providers_return_shipment(&self, reported: &NoteJob) -> bool {
        let (Some(visit), Some(shipment)) = (&self.visit, &reported.shipment) else { return false };
        visit.replacement.as_ref().is_none_or(|sent| sent.shipment == Some(shipment.id))
            && visit.shipments.get(&shipment.id).is_some_and(|shipment| {
                shipment.direction == Direction::ToBuyer && shipment.booked_by == Party::Provider
            })
    }

    /// T7: whether the shipment carried the replacement. Its warranty days start with that
    /// delivery, however late it is reported.
    fn replacement_came_on(&self, reported: &NoteJob) -> bool {
        let sent = self.visit.as_ref().and_then(|visit| visit.replacement.as_ref());
        let shipment = reported.shipment.as_ref().map(|shipment| shipment.id);
        sent.is_some_and(|sent| sent.shipment.is_some() && sent.shipment == shipment)
    }

    /// T5, T6: cancels the chosen remedy if it was a repair.
    fn beyond_repair(&mut self) {
        if let Stage::Remedy(remedying) = &mut self.stage {
            remedying.beyond_repair = true;
            if remedying.chosen == Some(Remedy::Repair) {
                remedying.chosen = None;
            }
        }
    }

    pub(super) fn verdict_recorded(&mut self, event: &VerdictRecorded) {
        self.stage = Stage::Remedy(Remedying {
            job: event.job,
            verdict: event.verdict,
            cause: event.cause.clone(),
            found_by: event.by.clone(),
            found_at: event.found_at,
            beyond_repair: event.third_unsuccessful,
            third_unsuccessful: event.third_unsuccessful,
            appeal_until: event.appeal_until,
            chosen: None,
        });
    }
}

impl Visit {
    fn shipment_booked(&mut self, shipment: Option<&Shipment>) {
        if let Some(Shipment { id, fact: Some(fact) }) = shipment {
            self.shipments.insert(*id, fact.clone());
        }
    }

    fn shipment_picked_up(&mut self, shipment: Option<&Shipment>, at: Instant) {
        let is_there = |shipment: &Shipment| {
            self.shipments
                .get(&shipment.id)
                .is_some_and(|shipment| shipment.direction == Direction::ToShop)
        };
        if shipment.is_some_and(is_there) {
            self.given_up.get_or_insert(at);
        }
    }

    fn shipment_delivered(&mut self, shipment: Option<&Shipment>, at: Instant) {
        if let (Some(shipment), Some(replacement)) = (shipment, &mut self.replacement)
            && replacement.shipment == Some(shipment.id)
        {
            replacement.delivered_at = Some(at);
        }
    }

    /// M8: the same party is liable for loss and damage, so a settlement treats them alike.
    fn shipment_damaged(&mut self, shipment: Option<&Shipment>) {
        if let Some(fact) = shipment.and_then(|shipment| self.shipments.get_mut(&shipment.id)) {
            fact.lost = true;
        }
    }

    fn shipment_lost(&mut self, shipment: Option<&Shipment>) {
        let Some(fact) = shipment.and_then(|shipment| self.shipments.get_mut(&shipment.id)) else {
            return;
        };
        fact.lost = true;
        match (fact.direction, fact.booked_by) {
            (Direction::ToShop, booked_by) => self.lost = Some(booked_by),
            // A replacement that the provider lost never arrived: another one is sent, or the loss
            // is reimbursed.
            (Direction::ToBuyer, Party::Provider) => {
                let lost = shipment.map(|shipment| shipment.id);
                self.replacement = self.replacement.take().filter(|sent| sent.shipment != lost);
            }
            (Direction::ToBuyer, _) => {}
        }
    }

    fn replacement_sent(&mut self, event: &JobNoted) {
        let Some(serial) = event.serial.clone() else { return };
        let shipment = event.shipment.as_ref().map(|shipment| shipment.id);
        self.replacement =
            Some(SentReplacement { serial, sent_at: event.at, shipment, delivered_at: None });
    }
}

// ---------------------------------------------------------------- decide

/// A fact about a job, reported by repair-shops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteJob {
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    /// What happened.
    pub what: Progress,
    /// The shipment concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<Shipment>,
    /// Id of the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// Serial number or IMEI of a replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    /// Serials read from the device at the shop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<Serial>,
    /// When it happened.
    pub at: Instant,
}

/// Records what happened to the device, and what follows from it: a finished repair starts the
/// settlement, a failed repair that the buyer was to pay for settles the claim again, a device that
/// has left closes the claim.
pub(super) fn note_job(purchase: &Purchase, command: &NoteJob, cx: &Cx<'_>) -> Decision {
    let Some(claim) = purchase.claims.get(&command.job.claim()) else { return Ok(Vec::new()) };
    let noted = JobNoted {
        claim: claim.id,
        job: command.job,
        what: command.what,
        shipment: command.shipment.clone(),
        shop: command.shop.clone(),
        serial: command.serial.clone(),
        serials: command.serials.clone(),
        at: command.at,
    };
    let mut after = claim.clone();
    after.job_noted(&noted);
    let mut events = vec![ClaimEvent::JobNoted(Box::new(noted))];
    match &after.stage {
        Stage::Remedy(remedying)
            if remedying.chosen == Some(Remedy::Repair) && command.what == Progress::Repaired =>
        {
            let why = Finding::passed("stage 5", "the repair is finished");
            events.push(settlement::start(purchase, &after, Outcome::Repaired, cx.now, vec![why])?);
        }
        Stage::Settlement(_) if command.what == Progress::BeyondRepair => {
            events.extend(failed_repair::cancel_agreement(purchase, &after, cx.now)?);
        }
        Stage::Settlement(_) => events.extend(settlement::close_when_complete(&after, cx.now)),
        _ => {}
    }
    if let (Progress::ShipmentBooked, Some(Shipment { id, fact: Some(fact) })) =
        (command.what, &command.shipment)
    {
        events.extend(late_shipments::extended(claim, *id, fact, cx)?);
    }
    if matches!(command.what, Progress::Received | Progress::SerialMismatch) {
        events.extend(settlement::settle_late_arrival(purchase, &after, cx.now)?);
    }
    if command.what == Progress::ShipmentDelivered && after.replacement_came_on(command) {
        let mut known = purchase.clone();
        known.claims.insert(after.id, after.clone());
        let because = LateFact::DeliveryCorrected;
        events.extend(review::reviews(
            &known,
            purchase.claims_of(claim.policy),
            because,
            cx.reference,
        ));
    }
    if command.what == Progress::ShipmentLost && claim.lost_on_providers_return_shipment(command) {
        let decisions =
            review::lost_on_return(claim, command.shipment.as_ref().map(|shipment| shipment.id));
        events.extend(review::opened(claim, LateFact::LostOnReturn, decisions));
    }
    Ok(events)
}

/// The shop's findings, reported by repair-shops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordVerdict {
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    /// The verdict.
    pub verdict: Verdict,
    /// Cause of the defect, as the shop found it.
    pub cause: Cause,
    /// Who found it.
    pub by: Principal,
    /// When the shop found it.
    pub found_at: Instant,
    /// Further defects found during the inspection (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_found: Vec<Cause>,
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
    let (third_unsuccessful, repairs) = third_repair_did_not_cure(claim, command.verdict, terms);
    let mut events = defects::found_on_the_bench(claim, command);
    events.push(ClaimEvent::VerdictRecorded(Box::new(VerdictRecorded {
        claim: claim.id,
        job: command.job,
        verdict: command.verdict,
        cause: command.cause.clone(),
        by: command.by.clone(),
        found_at: command.found_at,
        third_unsuccessful,
        appeal_until: appeal::appeal_period_of_verdict(command.verdict, terms, cx.now),
        terms: claim.terms.clone(),
        findings: vec![found(command.verdict), repairs],
    })));
    Ok(events)
}

// ---------------------------------------------------------------- rules

fn found(verdict: Verdict) -> Finding {
    match verdict {
        Verdict::Covered => Finding::passed("stage 3", "the policy covers the defect"),
        Verdict::NotCovered { exclusion } => {
            Finding::failed("stage 3", exclusion.reason()).fact("exclusion", exclusion)
        }
        Verdict::NoFaultFound => Finding::failed("stage 3", "no fault was found"),
    }
}
