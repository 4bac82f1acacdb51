//! The state that decisions about a purchase's jobs need: a fold of the events, cached with a fold
//! version (raise `FOLD_VERSION` when anything here changes).
//!
//! Long because the state and its fold are read together.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use recourse_kernel::{ClaimId, DeviceId, DisputeId, Instant, JobId, ShipmentId};
use recourse_terms::{Direction, Party, Serial, Verdict};
use serde::{Deserialize, Serialize};

use super::events::{
    BeyondRepairBecause, DeadlinePassed, HandedTo, JobDeadline, JobEvent, Moved, Opened, Received,
    Remedy, ShipmentBooked, ShipmentMoved,
};

/// All jobs of one purchase, and what its claims reported about them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Jobs {
    /// The jobs, by id.
    pub jobs: BTreeMap<JobId, Job>,
    /// Facts about claims, kept whether or not the claim has a job yet, because facts of different
    /// services arrive in any order.
    pub claims: BTreeMap<ClaimId, ClaimNotes>,
    /// The disputes in which the seller agreed to a repair elsewhere, by device.
    pub agreed_repairs: BTreeMap<DeviceId, DisputeId>,
}

/// What other services reported about a claim.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimNotes {
    /// The first claim of its chain and its position there, if it continues one (T6).
    pub chain: Option<(ClaimId, u32)>,
    /// The number of consecutive earlier repairs, as counted by the claims service (T6).
    pub repairs: Option<u32>,
    /// Questions to the buyer by number, from asked to answered.
    pub questions: BTreeMap<u32, Span>,
    /// The remedy, and whether the buyer pays first (M3).
    pub remedy: Option<(Remedy, bool)>,
    /// Whether the buyer has paid everything owed.
    pub is_paid: bool,
}

/// A period of time; it is open while `until` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// When it starts.
    pub from: Instant,
    /// When it ends.
    pub until: Option<Instant>,
}

/// One device's visit to one repair shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The event that opened it.
    pub opened: Box<Opened>,
    /// Shipments, by number.
    pub shipments: BTreeMap<u32, Shipment>,
    /// Where the device is.
    pub device: Device,
    /// Parts, in the order in which they were first awaited.
    pub parts: Vec<Part>,
    /// How the device or its replacement was sent to the buyer.
    pub ending: Option<Ending>,
    /// When a shop first received the device; the clock continues from there after a move (T4).
    pub first_receipt: Option<Instant>,
    /// The verdict of an earlier shop, which remains valid after a move.
    pub found_before: Option<(Verdict, Instant)>,
    /// The city from which the device still has to be forwarded to the current shop.
    pub forwarded_from: Option<String>,
    /// The periods between leaving one shop and being received by the next.
    pub forwarded: Vec<Span>,
    /// The shipment on which the device was damaged, and who had booked it (M8).
    pub damaged_on: Option<(ShipmentId, Party)>,
    /// The declaration that is due, and by when (T5, T6).
    pub declaration: Option<Owed>,
    /// The dispatch to the buyer that is due, and by when (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<Owed>,
    /// When a repair under an exchange policy was chosen; its days count from then (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_chosen_at: Option<Instant>,
    /// Since when the device counts as abandoned (M8).
    pub abandoned: Option<Instant>,
    /// Whether the missed repair deadline was reported (T4, T8).
    pub remedy_deadline_reported: bool,
    /// Whether T5's duty was raised.
    pub bench_duty_raised: bool,
    /// Whether the job is finished.
    pub is_closed: bool,
}

/// Where the device is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Device {
    /// With the buyer or in transit.
    Awaited,
    /// At the shop, but with a serial other than the claimed one: no verdict is possible (C6).
    Quarantined(Receipt),
    /// At the shop, ready for work.
    OnBench(Bench),
}

/// A device that a shop received.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// When it was received.
    pub at: Instant,
    /// The serial read from the device.
    pub serial: Serial,
}

/// The work on a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bench {
    /// The receipt of the device.
    pub receipt: Receipt,
    /// The verdict and its time.
    pub found: Option<(Verdict, Instant)>,
    /// The result of the work, once there is one.
    pub result: Option<BenchResult>,
}

/// The result of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BenchResult {
    /// Repaired at this time.
    Repaired(Instant),
    /// Declared beyond repair at this time.
    BeyondRepair(BeyondRepairBecause, Instant),
}

/// A part that the repair waits for, or waited for (T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The part's name.
    pub part: String,
    /// When it was ordered.
    pub ordered_at: Instant,
    /// The expected arrival date, in the shop's time zone.
    pub expected_on: NaiveDate,
    /// When it arrived.
    pub arrived_at: Option<Instant>,
    /// The expected date whose passing was reported.
    pub lateness_reported: Option<NaiveDate>,
}

/// Something that the provider owes by a fixed time: the declaration that the device is beyond
/// repair (T5, T6), or a dispatch (T3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owed {
    /// The time by which it must be done.
    pub by: Instant,
    /// Whether its lateness was reported.
    pub lateness_reported: bool,
}

/// How something was sent to the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The device itself was handed over.
    HandedOver(HandedTo, Option<ShipmentId>),
    /// A replacement was sent.
    Replaced(Option<ShipmentId>),
}

/// The state of one shipment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    /// To the shop or to the buyer.
    pub direction: Direction,
    /// Who booked it.
    pub booked_by: Party,
    /// When it was booked.
    pub booked_at: Instant,
    /// When it was picked up.
    pub picked_up_at: Option<Instant>,
    /// How it ended, once it has.
    pub end: Option<ShipmentEnd>,
}

/// How a shipment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShipmentEnd {
    /// Delivered at this time.
    Delivered(Instant),
    /// Lost, as of this time.
    Lost(Instant),
}

impl Jobs {
    /// What is known about a job's claim.
    pub fn notes(&self, job: JobId) -> ClaimNotes {
        self.claims.get(&job.claim()).cloned().unwrap_or_default()
    }

    /// The claim's latest job, or the id of its first if none was opened yet.
    pub fn latest_job_of(&self, claim: ClaimId) -> JobId {
        let (first, last) = (claim.job(0), claim.job(u32::MAX));
        self.jobs.range(first..=last).next_back().map_or_else(|| claim.job(1), |(job, _)| *job)
    }

    /// T6: the number of consecutive earlier repairs that did not cure the defect. The claims
    /// service counts them: repairs here under coverage and elsewhere with evidence, since the last
    /// replacement. If it did not report a number, the repairs of earlier claims in the chain are
    /// counted here. A visit that only diagnosed does not count.
    pub fn repairs_before(&self, claim: ClaimId) -> u32 {
        let notes = self.claims.get(&claim);
        if let Some(reported) = notes.and_then(|notes| notes.repairs) {
            return reported;
        }
        let Some((first, position)) = notes.and_then(|notes| notes.chain) else {
            return 0;
        };
        let is_earlier = |other: ClaimId| match self.claims.get(&other).and_then(|n| n.chain) {
            Some((others_first, number)) => others_first == first && number < position,
            None => other == first,
        };
        let repaired = self.jobs.values().filter(|job| {
            let under_coverage =
                matches!(self.notes(job.opened.job).remedy, Some((Remedy::Repair, _)));
            let Device::OnBench(bench) = &job.device else { return false };
            let is_repaired = matches!(bench.result, Some(BenchResult::Repaired(_)));
            is_repaired && under_coverage && is_earlier(job.opened.claim)
        });
        u32::try_from(repaired.count()).unwrap_or(u32::MAX)
    }

    /// Applies one event. Cannot fail.
    pub fn evolve(&mut self, event: &JobEvent) {
        match event {
            JobEvent::Opened(opened) => {
                if opened.job.visit > 1 {
                    // Facts about an earlier visit do not apply to this one.
                    let notes = self.notes_mut(opened.claim);
                    (notes.remedy, notes.is_paid) = (None, false);
                }
                self.jobs.entry(opened.job).or_insert_with(|| Job::new(opened));
            }
            JobEvent::RepairAgreed(agreed) => {
                self.agreed_repairs.insert(agreed.device, agreed.dispute);
            }
            JobEvent::ChainNoted(noted) => {
                let of_claim = self.notes_mut(noted.claim);
                of_claim.chain = Some((noted.first, noted.position));
                of_claim.repairs = noted.repairs;
            }
            JobEvent::AnswerAwaited(awaited) => {
                let span = Span { from: awaited.since, until: None };
                self.notes_mut(awaited.claim).questions.entry(awaited.question).or_insert(span);
            }
            JobEvent::AnswerNoted(noted) => {
                let questions = &mut self.notes_mut(noted.claim).questions;
                if let Some(span) = questions.get_mut(&noted.question) {
                    span.until = Some(noted.at);
                }
            }
            JobEvent::RemedyNoted(noted) => {
                self.notes_mut(noted.job.claim()).remedy =
                    Some((noted.remedy, noted.must_be_paid_first));
                if let Some(job) = self.jobs.get_mut(&noted.job) {
                    job.evolve(event);
                }
            }
            JobEvent::PaymentNoted(noted) => self.notes_mut(noted.job.claim()).is_paid = true,
            JobEvent::PaymentAwaited(awaited) => {
                self.notes_mut(awaited.job.claim()).is_paid = false;
            }
            event => {
                if let Some(job) = event.job().and_then(|job| self.jobs.get_mut(&job)) {
                    job.evolve(event);
                }
            }
        }
    }

    fn notes_mut(&mut self, claim: ClaimId) -> &mut ClaimNotes {
        self.claims.entry(claim).or_default()
    }
}

impl JobEvent {
    /// The job that the event belongs to; none if it concerns a claim.
    pub fn job(&self) -> Option<JobId> {
        Some(match self {
            Self::Opened(event) => event.job,
            Self::RoutingFailed(event) => event.job,
            Self::ChainNoted(_)
            | Self::AnswerAwaited(_)
            | Self::AnswerNoted(_)
            | Self::RepairAgreed(_) => return None,
            Self::Moved(event) => event.job,
            Self::ShipmentDamaged(event) => event.job,
            Self::Abandoned(event) => event.job,
            Self::ShipmentBooked(event) => event.job,
            Self::ShipmentPickedUp(event)
            | Self::ShipmentDelivered(event)
            | Self::ShipmentLost(event) => event.job,
            Self::Received(event) => event.job,
            Self::SerialResolved(event) => event.job,
            Self::Inspected(event) => event.job,
            Self::PartsAwaited(event) => event.job,
            Self::PartsArrived(event) => event.job,
            Self::RemedyNoted(event) => event.job,
            Self::PaymentNoted(event) => event.job,
            Self::PaymentAwaited(event) => event.job,
            Self::Repaired(event) => event.job,
            Self::DeclaredBeyondRepair(event) => event.job,
            Self::DutyRaised(event) => event.job,
            Self::ReplacementSent(event) => event.job,
            Self::HandedOver(event) => event.job,
            Self::DeadlinePassed(event) => event.job,
            Self::Closed(event) => event.job,
        })
    }
}

impl Job {
    /// The state of a job that was just opened.
    pub fn new(opened: &Opened) -> Self {
        Self {
            opened: Box::new(opened.clone()),
            shipments: BTreeMap::new(),
            device: Device::Awaited,
            parts: Vec::new(),
            ending: None,
            first_receipt: None,
            found_before: None,
            forwarded_from: None,
            forwarded: Vec::new(),
            damaged_on: None,
            declaration: None,
            dispatch: None,
            repair_chosen_at: None,
            abandoned: None,
            remedy_deadline_reported: false,
            bench_duty_raised: false,
            is_closed: false,
        }
    }

    /// The shop's time zone, in which its days are counted; UTC if the name in the directory is
    /// unknown.
    pub fn zone(&self) -> Tz {
        self.opened.shop.zone.parse().unwrap_or(Tz::UTC)
    }

    /// The receipt of the device at the shop, in quarantine or not.
    pub fn receipt(&self) -> Option<&Receipt> {
        match &self.device {
            Device::Awaited => None,
            Device::Quarantined(receipt) => Some(receipt),
            Device::OnBench(bench) => Some(&bench.receipt),
        }
    }

    /// The first part that is still awaited.
    pub fn awaited_part(&self) -> Option<&Part> {
        self.parts.iter().find(|part| part.arrived_at.is_none())
    }

    /// Applies one of the job's own events. Cannot fail.
    pub fn evolve(&mut self, event: &JobEvent) {
        match event {
            JobEvent::Moved(moved) => self.moved(moved),
            JobEvent::ShipmentDamaged(damaged) => {
                self.damaged_on = Some((damaged.shipment, damaged.falls_on));
            }
            JobEvent::Abandoned(abandoned) => self.abandoned = Some(abandoned.at),
            JobEvent::ShipmentBooked(booked) => {
                self.shipments.insert(booked.shipment.shipment, Shipment::new(booked));
            }
            JobEvent::ShipmentPickedUp(ShipmentMoved { shipment, at, .. }) => {
                if let Some(shipment) = self.shipments.get_mut(&shipment.shipment) {
                    shipment.picked_up_at = Some(*at);
                }
            }
            JobEvent::ShipmentDelivered(ShipmentMoved { shipment, at, .. }) => {
                if let Some(shipment) = self.shipments.get_mut(&shipment.shipment) {
                    shipment.end = Some(ShipmentEnd::Delivered(*at));
                }
            }
            JobEvent::ShipmentLost(ShipmentMoved { shipment, at, .. }) => {
                if let Some(shipment) = self.shipments.get_mut(&shipment.shipment) {
                    shipment.end = Some(ShipmentEnd::Lost(*at));
                }
            }
            JobEvent::Received(received) => self.received(received),
            JobEvent::SerialResolved(resolved) => {
                if let Device::Quarantined(receipt) = &self.device {
                    let receipt = Receipt { serial: resolved.serial.clone(), ..receipt.clone() };
                    let found = self.found_before;
                    self.device = Device::OnBench(Bench { receipt, found, result: None });
                }
            }
            JobEvent::Inspected(inspected) => {
                if let Device::OnBench(bench) = &mut self.device {
                    bench.found = Some((inspected.verdict, inspected.inspected_at));
                }
            }
            JobEvent::Repaired(repaired) => {
                self.finish(BenchResult::Repaired(repaired.repaired_at));
                self.dispatch = repaired.send_by.map(Owed::by);
            }
            JobEvent::DeclaredBeyondRepair(declared) => {
                self.finish(BenchResult::BeyondRepair(declared.because, declared.at));
            }
            JobEvent::PartsAwaited(awaited) => {
                let known = self
                    .parts
                    .iter_mut()
                    .find(|part| part.part == awaited.part && part.arrived_at.is_none());
                if let Some(part) = known {
                    part.expected_on = awaited.expected_on;
                } else {
                    self.parts.push(Part {
                        part: awaited.part.clone(),
                        ordered_at: awaited.ordered_at,
                        expected_on: awaited.expected_on,
                        arrived_at: None,
                        lateness_reported: None,
                    });
                }
            }
            JobEvent::PartsArrived(arrived) => {
                let known = self
                    .parts
                    .iter_mut()
                    .find(|part| part.part == arrived.part && part.arrived_at.is_none());
                if let Some(part) = known {
                    part.arrived_at = Some(arrived.arrived_at);
                }
            }
            JobEvent::DutyRaised(raised) => {
                // T6's duty is raised once, with the verdict.
                self.bench_duty_raised |= raised.rule == "T5";
                if let (None, Some(by)) = (&self.declaration, raised.declare_by) {
                    self.declaration = Some(Owed::by(by));
                }
            }
            JobEvent::DeadlinePassed(passed) => self.note_deadline(passed),
            JobEvent::RemedyNoted(noted) => {
                self.dispatch = noted.send_by.map(Owed::by);
                self.repair_chosen_at = noted.repair_by.and(noted.chosen_at);
            }
            JobEvent::ReplacementSent(sent) => {
                self.ending = Some(Ending::Replaced(sent.shipment));
                self.dispatch = None;
            }
            JobEvent::HandedOver(handed) => {
                self.ending = Some(Ending::HandedOver(handed.to, handed.shipment));
                self.dispatch = None;
            }
            JobEvent::Closed(_) => self.is_closed = true,
            // Events of the whole purchase are applied in `Jobs::evolve`.
            JobEvent::Opened(_)
            | JobEvent::RoutingFailed(_)
            | JobEvent::RepairAgreed(_)
            | JobEvent::ChainNoted(_)
            | JobEvent::AnswerAwaited(_)
            | JobEvent::AnswerNoted(_)
            | JobEvent::PaymentNoted(_)
            | JobEvent::PaymentAwaited(_) => {}
        }
    }

    /// The device was received: it goes to the bench, or into quarantine.
    fn received(&mut self, received: &Received) {
        let receipt = Receipt { at: received.received_at, serial: received.serial.clone() };
        self.first_receipt.get_or_insert(receipt.at);
        self.forwarded_from = None;
        if let Some(span) = self.forwarded.last_mut() {
            span.until.get_or_insert(receipt.at);
        }
        self.device = if received.serial_matches {
            Device::OnBench(Bench { receipt, found: self.found_before, result: None })
        } else {
            Device::Quarantined(receipt)
        };
        // A device can still arrive after the job was closed, and then has to be returned.
        self.is_closed = false;
    }

    /// If the first shop had the device, it is now in transit to the other one; the verdict remains
    /// valid.
    fn moved(&mut self, moved: &Moved) {
        self.opened.shop = moved.shop.clone();
        self.opened.routed_because = format!("shop {} passed the job on", moved.from);
        self.forwarded_from.clone_from(&moved.device_in);
        if let Device::OnBench(bench) = &self.device {
            self.found_before = bench.found;
        }
        if self.receipt().is_some() {
            self.forwarded.push(Span { from: moved.moved_at, until: None });
            self.device = Device::Awaited;
        }
    }

    fn finish(&mut self, result: BenchResult) {
        if let Device::OnBench(bench) = &mut self.device {
            bench.result = Some(result);
        }
    }

    fn note_deadline(&mut self, passed: &DeadlinePassed) {
        match passed.deadline {
            JobDeadline::Remedy => self.remedy_deadline_reported = true,
            JobDeadline::Declaration => Owed::lateness_reported(&mut self.declaration),
            JobDeadline::Dispatch => Owed::lateness_reported(&mut self.dispatch),
            JobDeadline::Parts => {
                let late = self.parts.iter_mut().filter(|part| {
                    part.arrived_at.is_none() && passed.part.as_ref() == Some(&part.part)
                });
                for part in late {
                    part.lateness_reported = Some(part.expected_on);
                }
            }
        }
    }
}

impl Owed {
    fn by(by: Instant) -> Self {
        Self { by, lateness_reported: false }
    }

    fn lateness_reported(owed: &mut Option<Self>) {
        if let Some(owed) = owed {
            owed.lateness_reported = true;
        }
    }
}

impl Shipment {
    fn new(booked: &ShipmentBooked) -> Self {
        Self {
            direction: booked.direction,
            booked_by: booked.booked_by,
            booked_at: booked.booked_at,
            picked_up_at: None,
            end: None,
        }
    }

    /// Whether it was lost.
    pub fn is_lost(&self) -> bool {
        matches!(self.end, Some(ShipmentEnd::Lost(_)))
    }

    /// Whether it was delivered.
    pub fn is_delivered(&self) -> bool {
        matches!(self.end, Some(ShipmentEnd::Delivered(_)))
    }
}
