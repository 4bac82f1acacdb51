//! Jobs: one row per job with all its details except its shipments.

use recourse_kernel::{Instant, Record, Sealed};
use recourse_runtime::projector::Table;
use recourse_terms::{Cause, Serial};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};

use crate::domain::events::{
    DeadlinePassed, DutyRaised, JobEvent, Moved, Remedy, RoutingFailed, ShipmentDamaged,
};
use crate::domain::state::{BenchResult, Device, Job};

/// The table `jobs`.
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
    /// The cause of the defect.
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
    /// The inspector's notes, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
    /// What the buyer gets.
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
    /// The replacement's serial.
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

impl Table for JobsTable {
    const NAME: &'static str = "jobs";
    const KEY: &'static str = "job";
    type Event = JobEvent;
    type Row = JobRow;

    fn key(event: &JobEvent, _record: &Record) -> Option<String> {
        event.job().map(|job| job.to_string())
    }

    fn evolve(row: Option<JobRow>, event: &JobEvent, _record: &Record) -> Option<JobRow> {
        let mut row = row.unwrap_or_default();
        row.apply(event);
        Some(row)
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, JobRow)>> {
        let rows = sqlx::query("select job, document from jobs where job = any($1)")
            .bind(keys)
            .fetch_all(connection)
            .await?;
        rows.iter()
            .map(|row| {
                let Json(document) = row.try_get("document")?;
                Ok((row.try_get("job")?, document))
            })
            .collect()
    }

    async fn save(connection: &mut PgConnection, rows: &[(String, JobRow)]) -> sqlx::Result<()> {
        let opened = |row: &JobRow| row.job.as_ref().map(|job| job.opened.clone());
        let column = |value: fn(&crate::domain::events::Opened) -> String| -> Vec<String> {
            let value = |row: &JobRow| opened(row).map(|opened| value(&opened));
            rows.iter().map(|(_, row)| value(row).unwrap_or_default()).collect()
        };
        let jobs: Vec<&str> = rows.iter().map(|(job, _)| job.as_str()).collect();
        let stages: Vec<&str> = rows.iter().map(|(_, row)| row.stage()).collect();
        let is_open = |row: &JobRow| row.job.as_ref().is_some_and(|job| !job.is_closed);
        let open: Vec<bool> = rows.iter().map(|(_, row)| is_open(row)).collect();
        let documents: Vec<Json<&JobRow>> = rows.iter().map(|(_, row)| Json(row)).collect();
        sqlx::query(
            "insert into jobs (job, claim, shop, provider, buyer, stage, is_open, document)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
                                  $6::text[], $7::boolean[], $8::jsonb[])
             on conflict (job) do update set
                 claim = excluded.claim, shop = excluded.shop, provider = excluded.provider,
                 buyer = excluded.buyer, stage = excluded.stage, is_open = excluded.is_open,
                 document = excluded.document",
        )
        .bind(jobs)
        .bind(column(|opened| opened.claim.to_string()))
        .bind(column(|opened| opened.shop.id.clone()))
        .bind(column(|opened| opened.provider.to_string()))
        .bind(column(|opened| opened.buyer.clone()))
        .bind(stages)
        .bind(open)
        .bind(documents)
        .execute(connection)
        .await?;
        Ok(())
    }
}
