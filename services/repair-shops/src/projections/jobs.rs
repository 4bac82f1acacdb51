//! Jobs: one row per job with all its details except its shipments.

use recourse_kernel::{Instant, Record, Sealed};
use recourse_runtime::projector::{Column, Columns, PgTable};
use recourse_terms::{Cause, Serial};
use serde::{Deserialize, Serialize};

use crate::domain::events::{
    DeadlinePassed, DutyRaised, JobEvent, Moved, Opened, Remedy, RoutingFailed, ShipmentDamaged,
};
use crate::domain::state::{BenchResult, Device, Job};

pub struct JobsTable;

/// What is stored about a job. The row may exist before the job is opened, if a claim or a
/// settlement reported something first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct JobRow {
    /// The same fold that decisions use.
    pub job: Option<Job>,
    /// Why no shop was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_failed: Option<RoutingFailed>,
    /// The device's condition on receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Further defects found during the inspection (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_found: Vec<Cause>,
    /// The damage that happened in transit (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<ShipmentDamaged>,
    /// The moves to other shops, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Moved>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
    /// Whether the device is kept until a payment is made (M3).
    #[serde(default)]
    pub must_be_paid_first: bool,
    /// Whether the buyer has paid everything owed.
    #[serde(default)]
    pub is_paid: bool,
    /// T4: the counted time of the repair, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_seconds: Option<i64>,
    /// Deadlines that were missed (T8).
    #[serde(default)]
    pub deadlines: Vec<DeadlinePassed>,
    /// Duties that were raised (T5, T6).
    #[serde(default)]
    pub duties: Vec<DutyRaised>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<Serial>,
    /// When the device or its replacement left the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<Instant>,
}

impl JobRow {
    /// The stage of the job, as one word. This is a public format.
    pub fn stage(&self) -> &'static str {
        let Some(job) = &self.job else {
            return if self.routing_failed.is_some() { "routing_failed" } else { "expected" };
        };
        if job.abandoned.is_some() {
            return "abandoned";
        }
        if job.is_closed {
            return "closed";
        }
        if job.ending.is_some() {
            return "sent";
        }
        match &job.device {
            Device::Awaited if job.forwarded_from.is_some() => "forwarded",
            Device::Awaited => "awaited",
            Device::Quarantined(_) => "quarantined",
            Device::OnBench(bench) => match (bench.result, bench.found) {
                (Some(BenchResult::Repaired(_)), _) => "repaired",
                (Some(BenchResult::BeyondRepair(..)), _) => "beyond_repair",
                (None, _) if job.awaited_part().is_some() => "parts_awaited",
                (None, Some(_)) => "inspected",
                (None, None) => "received",
            },
        }
    }

    /// Whether the job is opened and not closed.
    fn is_open(&self) -> bool {
        self.job.as_ref().is_some_and(|job| !job.is_closed)
    }

    /// A fact from the event that opened the job; empty until it is opened.
    fn opened(&self, fact: fn(&Opened) -> String) -> String {
        self.job.as_ref().map(|job| fact(&job.opened)).unwrap_or_default()
    }

    fn apply(&mut self, event: &JobEvent) {
        match event {
            JobEvent::Opened(opened) => {
                self.job.get_or_insert_with(|| Job::new(opened));
            }
            JobEvent::RoutingFailed(failed) => self.routing_failed = Some(failed.clone()),
            JobEvent::ShipmentDamaged(damaged) => self.damage = Some(damaged.clone()),
            JobEvent::Moved(moved) => self.moves.push(moved.as_ref().clone()),
            JobEvent::RemedyNoted(noted) => {
                self.remedy = Some(noted.remedy);
                self.must_be_paid_first = noted.must_be_paid_first;
            }
            JobEvent::VerdictOverturned(_) => {
                (self.remedy, self.must_be_paid_first) = (None, false);
            }
            JobEvent::PaymentNoted(_) => self.is_paid = true,
            JobEvent::PaymentAwaited(_) => self.is_paid = false,
            JobEvent::Received(received) => self.condition.clone_from(&received.condition),
            JobEvent::Inspected(inspected) => {
                self.cause = Some(inspected.cause.clone());
                self.also_found.clone_from(&inspected.also_found);
                self.notes.clone_from(&inspected.notes);
            }
            JobEvent::Repaired(repaired) => self.counted_seconds = Some(repaired.counted_seconds),
            JobEvent::DeadlinePassed(passed) => self.deadlines.push(passed.clone()),
            JobEvent::DutyRaised(raised) => self.duties.push(raised.clone()),
            JobEvent::ReplacementSent(sent) => {
                self.replacement = Some(sent.serial.clone());
                self.left_at = Some(sent.sent_at);
            }
            JobEvent::HandedOver(handed) => self.left_at = Some(handed.at),
            _ => {}
        }
        if let Some(job) = &mut self.job {
            job.evolve(event);
        }
    }
}

impl PgTable for JobsTable {
    const NAME: &'static str = "jobs";
    const KEY: &'static str = "job";
    type Event = JobEvent;
    type Row = JobRow;
    const COLUMNS: Columns<JobRow> = Columns::with_document(&[
        Column::owned_text("claim", |row| row.opened(|opened| opened.claim.to_string())),
        Column::owned_text("shop", |row| row.opened(|opened| opened.shop.id.clone())),
        Column::owned_text("provider", |row| row.opened(|opened| opened.provider.to_string())),
        Column::owned_text("buyer", |row| row.opened(|opened| opened.buyer.clone())),
        Column::text("stage", JobRow::stage),
        Column::boolean("is_open", JobRow::is_open),
    ]);

    fn key(event: &JobEvent, _record: &Record) -> Option<String> {
        event.job().map(|job| job.to_string())
    }

    fn evolve(row: Option<JobRow>, event: &JobEvent, _record: &Record) -> Option<JobRow> {
        let mut row = row.unwrap_or_default();
        row.apply(event);
        Some(row)
    }
}
