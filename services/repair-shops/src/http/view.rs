//! The representation of a job. This is a public format.

use recourse_kernel::{
    ClaimId, DeviceId, Instant, JobId, Matter, OrderId, PolicyId, Wait, WaitsFor,
};
use recourse_terms::{
    Cause, Country, DeviceKind, Pause, Program, Provider, Serial, TermsRef, Verdict,
};
use serde::Serialize;

use crate::domain::events::{
    BeyondRepairBecause, DeadlinePassed, DutyRaised, GoesBack, JobShop, Moved, Remedy,
    ShipmentDamaged,
};
use crate::domain::handle::waits::of_job;
use crate::domain::rules::bench_clock::{bench_clock, repair_by};
use crate::domain::state::{BenchResult, ClaimNotes, Device, Job, Part};
use crate::projections::jobs::JobRow;
use crate::projections::shipments::ShipmentRow;

#[derive(Debug, Serialize)]
pub(super) struct JobSummary {
    job: JobId,
    claim: ClaimId,
    shop: String,
    provider: Provider,
    stage: &'static str,
    open: bool,
    kind: DeviceKind,
    serial: Serial,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<Remedy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repair_by: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_by: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    awaited_part: Option<Part>,
    opened_at: Instant,
}

#[derive(Debug, Serialize)]
pub(super) struct JobView {
    job: JobId,
    claim: ClaimId,
    policy: PolicyId,
    order: OrderId,
    device: DeviceId,
    provider: Provider,
    program: Program,
    kind: DeviceKind,
    serial: Serial,
    country: Country,
    city: String,
    stage: &'static str,
    open: bool,
    shop: JobShop,
    routed_because: String,
    terms: TermsRef,
    opened_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    received: Option<ReceivedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inspection: Option<InspectionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<ClockView>,
    parts: Vec<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<Remedy>,
    must_be_paid_first: bool,
    paid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    repaired_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beyond_repair: Option<BeyondRepairView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<Serial>,
    /// T3: by when the repaired device or the replacement must be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    send_by: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    abandoned_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<ShipmentDamaged>,
    moves: Vec<Moved>,
    deadlines_passed: Vec<DeadlinePassed>,
    duties: Vec<DutyRaised>,
    /// What the job and its shipments wait for (T11).
    waits_for: Vec<WaitsFor>,
    shipments: Vec<ShipmentRow>,
}

#[derive(Debug, Serialize)]
struct ReceivedView {
    at: Instant,
    serial: Serial,
    in_quarantine: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
}

#[derive(Debug, Serialize)]
struct InspectionView {
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also_found: Vec<Cause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    at: Instant,
}

/// T4: the counted time, its pauses with their reasons, and when the repair is due.
#[derive(Debug, Serialize)]
struct ClockView {
    started: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<Instant>,
    counted_seconds: i64,
    counted_days: i64,
    pauses: Vec<Pause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_days: Option<u32>,
    /// None while the clock is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    repair_by: Option<Instant>,
}

#[derive(Debug, Serialize)]
struct BeyondRepairView {
    because: BeyondRepairBecause,
    at: Instant,
}

pub(super) fn summary(row: &JobRow, notes: &ClaimNotes) -> Option<JobSummary> {
    let job = row.job.as_ref()?;
    let opened = job.opened.as_ref().clone();
    Some(JobSummary {
        job: opened.job,
        claim: opened.claim,
        shop: opened.shop.id,
        provider: opened.provider,
        stage: row.stage(),
        open: !job.is_closed,
        kind: opened.kind,
        serial: opened.serial,
        remedy: row.remedy,
        repair_by: repair_by(job, notes),
        send_by: send_by(job),
        awaited_part: job.awaited_part().cloned(),
        opened_at: opened.opened_at,
    })
}

pub(super) fn whole(
    row: &JobRow,
    notes: &ClaimNotes,
    shipments: Vec<ShipmentRow>,
    inspectors_notes: Option<String>,
    now: Instant,
) -> Option<JobView> {
    let job = row.job.as_ref()?;
    let opened = job.opened.as_ref().clone();
    let (repaired_at, beyond_repair) = match result(job) {
        Some(BenchResult::Repaired(at)) => (Some(at), None),
        Some(BenchResult::BeyondRepair(because, at)) => {
            (None, Some(BeyondRepairView { because, at }))
        }
        None => (None, None),
    };
    Some(JobView {
        job: opened.job,
        claim: opened.claim,
        policy: opened.policy,
        order: opened.order,
        device: opened.device,
        provider: opened.provider,
        program: opened.program,
        kind: opened.kind,
        serial: opened.serial,
        country: opened.country,
        city: opened.city,
        stage: row.stage(),
        open: !job.is_closed,
        shop: opened.shop,
        routed_because: opened.routed_because,
        terms: opened.terms,
        opened_at: opened.opened_at,
        received: received(job, row),
        inspection: inspection(job, row, inspectors_notes),
        clock: clock(job, notes, now),
        parts: job.parts.clone(),
        remedy: row.remedy,
        must_be_paid_first: row.must_be_paid_first,
        paid: row.is_paid,
        repaired_at,
        beyond_repair,
        replacement: row.replacement.clone(),
        send_by: send_by(job),
        left_at: row.left_at,
        abandoned_at: job.abandoned,
        damage: row.damage.clone(),
        moves: row.moves.clone(),
        deadlines_passed: row.deadlines.clone(),
        duties: row.duties.clone(),
        waits_for: waits(job, notes, |_| true),
        shipments,
    })
}

/// By when the shop sends what goes to the buyer.
fn send_by(job: &Job) -> Option<Instant> {
    job.dispatch.and_then(|leaving| match leaving.how {
        GoesBack::Sent { by } => Some(by),
        GoesBack::Collected { .. } => None,
    })
}

/// What a job and its shipments wait for (T11).
fn waits(job: &Job, notes: &ClaimNotes, is_wanted: impl Fn(&Wait) -> bool) -> Vec<WaitsFor> {
    of_job(job, notes).iter().filter(|wait| is_wanted(wait)).map(WaitsFor::from).collect()
}

/// A shipment, with what it waits for.
#[derive(Debug, Serialize)]
pub(super) struct ShipmentView {
    #[serde(flatten)]
    shipment: ShipmentRow,
    waits_for: Vec<WaitsFor>,
}

pub(super) fn of_shipment(row: &JobRow, notes: &ClaimNotes, shipment: ShipmentRow) -> ShipmentView {
    let matter = Matter::Shipment(shipment.booked.shipment);
    let of_shipment = |job| waits(job, notes, |wait| wait.matter == matter);
    let waits_for = row.job.as_ref().map_or_else(Vec::new, of_shipment);
    ShipmentView { shipment, waits_for }
}

fn result(job: &Job) -> Option<BenchResult> {
    match &job.device {
        Device::OnBench(bench) => bench.result,
        Device::Awaited | Device::Quarantined(_) => None,
    }
}

fn received(job: &Job, row: &JobRow) -> Option<ReceivedView> {
    job.receipt().map(|receipt| ReceivedView {
        at: receipt.at,
        serial: receipt.serial.clone(),
        in_quarantine: matches!(job.device, Device::Quarantined(_)),
        condition: row.condition.clone(),
    })
}

fn inspection(job: &Job, row: &JobRow, notes: Option<String>) -> Option<InspectionView> {
    let Device::OnBench(bench) = &job.device else { return None };
    let (verdict, at) = bench.found?;
    let (cause, also_found) = (row.cause.clone(), row.also_found.clone());
    Some(InspectionView { verdict, cause, also_found, notes, at })
}

fn clock(job: &Job, notes: &ClaimNotes, now: Instant) -> Option<ClockView> {
    let clock = bench_clock(job, notes)?;
    let stops = &job.opened.clock_stops;
    let counted = clock.counted(stops, now);
    Some(ClockView {
        started: clock.started,
        stopped: clock.stopped,
        counted_seconds: counted.num_seconds(),
        counted_days: counted.num_days(),
        limit_days: job.opened.repair_within_days,
        repair_by: repair_by(job, notes),
        pauses: clock.pauses.into_iter().filter(|pause| stops.stops_for(pause.reason)).collect(),
    })
}

impl JobSummary {
    /// The cursor after which the next page of a list starts.
    pub(super) fn key(&self) -> String {
        self.job.to_string()
    }
}
