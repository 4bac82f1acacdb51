//! Stage 3, inspection: a repair shop receives the device and finds the defect and its cause (T3, T6, M8).
//!
//! The shop's work is repair-shops' own; claims notes what of it matters here.
//!
//! Long because a visit is noted, folded and answered here, and each of these needs every kind of progress.

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

// ---------------------------------------------------------------- events (formats, kept for ever)

/// Something happened to the device at the shop or on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobNoted {
    /// The claim.
    pub claim: ClaimId,
    /// The visit.
    pub job: JobId,
    /// What happened.
    pub what: Progress,
    /// The way that it happened to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<Shipment>,
    /// The shop's id, when the job was opened there, or moved there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// The serial of a replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    /// The serials that the device bears, when the shop had it in its hands: one, or both of its IMEIs (C6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<Serial>,
    /// When it happened.
    pub at: Instant,
}

/// What can happen to a device at the shop or on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// A shop was found for it.
    Opened,
    /// No shop was found for it.
    RoutingFailed,
    /// Another shop has the job now.
    Moved,
    /// A way was booked.
    ShipmentBooked,
    /// The carrier has it.
    ShipmentPickedUp,
    /// The carrier delivered it.
    ShipmentDelivered,
    /// The carrier lost it.
    ShipmentLost,
    /// It came damaged from a way (M8).
    ShipmentDamaged,
    /// The shop has it.
    Received,
    /// The shop has it, and it is not the device of the claim.
    SerialMismatch,
    /// It is mended.
    Repaired,
    /// It cannot be mended (T5, T6).
    BeyondRepair,
    /// It left the shop for the buyer.
    HandedOver,
    /// Another device left for the buyer.
    ReplacementSent,
}

/// One transport, by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    /// The way.
    pub id: ShipmentId,
    /// What is known of it, when it was booked.
    #[serde(flatten)]
    pub fact: Option<ShipmentFact>,
}

/// The shop found the defect and its cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictRecorded {
    /// The claim.
    pub claim: ClaimId,
    /// The visit.
    pub job: JobId,
    /// What was found.
    pub verdict: Verdict,
    /// The defect's cause.
    pub cause: Cause,
    /// Who found it; an appeal goes to somebody else.
    pub by: Principal,
    /// When.
    pub found_at: Instant,
    /// Whether the repairs that went before put the device beyond repair (T6).
    #[serde(default)]
    pub third_unsuccessful: bool,
    /// The first moment at which an appeal is too late; none where there is nothing to appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<Instant>,
    /// The terms.
    pub terms: TermsRef,
    /// The rules that were tried.
    pub findings: Findings,
}

// ---------------------------------------------------------------- state

/// A device's visit to a shop, as far as claims need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// The job.
    pub job: JobId,
    /// Its ways, in the order of their ids.
    pub shipments: BTreeMap<ShipmentId, ShipmentFact>,
    /// When the buyer gave the device up: to a carrier, or at the shop.
    pub given_up: Option<Instant>,
    /// When a device came that is not the one of the claim, and is kept apart at the shop.
    pub quarantined: Option<Instant>,
    /// Who had booked the way on which the device was lost, if it was.
    pub lost: Option<Party>,
    /// The serials that the device bore at the shop (C6).
    pub serials: Vec<Serial>,
    /// When it was mended.
    pub repaired: Option<Instant>,
    /// When it left the shop again.
    pub handed_over: Option<Instant>,
    /// What was sent in its place.
    pub replacement: Option<SentReplacement>,
}

/// A device that was sent in the place of the old one (T7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentReplacement {
    /// Its serial.
    pub serial: Serial,
    /// When it was sent.
    pub sent_at: Instant,
    /// The way that it was sent on, where there is one.
    pub shipment: Option<ShipmentId>,
    /// When it arrived, once that is known.
    pub delivered_at: Option<Instant>,
}

impl SentReplacement {
    /// T7: when the buyer had it: when it was delivered; without a way that could tell so, when it was sent.
    pub(super) fn arrived_at(&self) -> Option<Instant> {
        match self.shipment {
            Some(_) => self.delivered_at,
            None => Some(self.delivered_at.unwrap_or(self.sent_at)),
        }
    }
}

impl Visit {
    /// A visit that is to be.
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

    /// C6: whether the device that the shop had in its hands bears a serial, in whatever spelling.
    pub(super) fn is_of_the_device(&self, serial: &Serial) -> bool {
        self.serials.iter().any(|borne| borne.names_the_device_of(serial))
    }

    /// Whether the device, or the one that came for it, is neither with the buyer nor lost.
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
                visit.shipment_picked_up(event.shipment.as_ref(), event.at)
            }
            Progress::ShipmentDelivered => {
                visit.shipment_delivered(event.shipment.as_ref(), event.at)
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

    /// M8: whether the buyer's device, or what was sent in its place, was lost on a way back that the provider had
    /// booked.
    fn provider_lost_it_on_return(&self, reported: &NoteJob) -> bool {
        let (Some(visit), Some(shipment)) = (&self.visit, &reported.shipment) else { return false };
        visit.replacement.as_ref().is_none_or(|sent| sent.shipment == Some(shipment.id))
            && visit.shipments.get(&shipment.id).is_some_and(|shipment| {
                shipment.direction == Direction::ToBuyer && shipment.booked_by == Party::Provider
            })
    }

    /// T7: whether this is the way on which the replacement came. Its days begin with that, however late it is told.
    fn replacement_came_on(&self, reported: &NoteJob) -> bool {
        let sent = self.visit.as_ref().and_then(|visit| visit.replacement.as_ref());
        let shipment = reported.shipment.as_ref().map(|shipment| shipment.id);
        sent.is_some_and(|sent| sent.shipment.is_some() && sent.shipment == shipment)
    }

    /// T5, T6: what was chosen falls, if it was a repair.
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

    /// M8: loss and damage fall on the same, so that a settlement counts them alike.
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
            // A replacement that the provider lost never came: another one is sent, or it is made good otherwise.
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

/// Something that repair-shops says of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteJob {
    /// The job.
    pub job: JobId,
    /// What happened.
    pub what: Progress,
    /// The way that it happened to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<Shipment>,
    /// The shop's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// The serial of a replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    /// The serials that the device bears, when the shop had it in its hands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<Serial>,
    /// When it happened.
    pub at: Instant,
}

/// Keeps what happened to the device, and does what follows: a repair that is done starts the settlement, one that the
/// buyer was to pay for and that fails starts it anew, a device that has left closes it.
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
            let why = Finding::passed("stage 5", "the repair is done");
            events.push(settlement::start(purchase, &after, Outcome::Repaired, cx.now, vec![why])?);
        }
        Stage::Settlement(_) if command.what == Progress::BeyondRepair => {
            events.extend(failed_repair::agreement_falls(purchase, &after, cx.now)?);
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
        events.extend(settlement::of_a_device_that_came_after_all(purchase, &after, cx.now)?);
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
    if command.what == Progress::ShipmentLost && claim.provider_lost_it_on_return(command) {
        let decisions =
            review::lost_on_return(claim, command.shipment.as_ref().map(|shipment| shipment.id));
        events.extend(review::opened(claim, LateFact::LostOnReturn, decisions));
    }
    Ok(events)
}

/// What the shop found, as repair-shops told it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordVerdict {
    /// The job.
    pub job: JobId,
    /// What was found.
    pub verdict: Verdict,
    /// The defect's cause.
    pub cause: Cause,
    /// Who found it.
    pub by: Principal,
    /// When.
    pub found_at: Instant,
    /// What the shop found beside it (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_found: Vec<Cause>,
}

/// Records the verdict of a visit. One that comes when nobody waits for it any more, as after a withdrawal,
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
        appeal_until: appeal::verdict_stands_from(command.verdict, terms, cx.now),
        terms: claim.terms.clone(),
        findings: vec![found(command.verdict), repairs],
    })));
    Ok(events)
}

// ---------------------------------------------------------------- rules

fn found(verdict: Verdict) -> Finding {
    match verdict {
        Verdict::Covered => Finding::passed("stage 3", "a defect that the policy answers for"),
        Verdict::NotCovered { exclusion } => {
            Finding::failed("stage 3", exclusion.reason()).fact("exclusion", exclusion)
        }
        Verdict::NoFaultFound => Finding::failed("stage 3", "no fault was found"),
    }
}
