//! A shop's reports about a device that it has: `POST /v1/jobs/{job}/` followed by `received`,
//! `serial-resolved`, `inspected`, `parts-awaited`, `parts-arrived`, `repaired` or `beyond-repair`.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{Instant, JobId};
use recourse_terms::{Cause, Verdict};
use serde::Deserialize;

use super::{Teller, WORKERS};
use crate::domain::commands::{Inspect, JobCommand, Repair};
use crate::domain::events::{Nature, PartsArrived};
use crate::domain::evidence::{UsedPart, Work};

/// The device was received.
pub(super) async fn received(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::Receive(request.read_with("job", &job)?);
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}

/// A serial mismatch was resolved.
pub(super) async fn serial_resolved(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::ResolveSerial(request.read_with("job", &job)?);
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}

#[derive(Deserialize)]
struct Inspection {
    verdict: Verdict,
    cause: Cause,
    #[serde(default)]
    nature: Option<Nature>,
    #[serde(default)]
    also_found: Vec<Cause>,
    #[serde(default)]
    notes: Option<String>,
    #[serde(default)]
    inspected_at: Option<Instant>,
}

/// The device was inspected. The inspector's notes are sealed before they reach the log.
pub(super) async fn inspected(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let Inspection { verdict, cause, nature, also_found, notes, inspected_at } =
        request.read_with("job", &job)?;
    let notes = match notes {
        Some(text) => Some(edge.seal(&caller.person(), text.as_bytes()).await?),
        None => None,
    };
    let inspected = Inspect { job, verdict, cause, nature, also_found, notes, inspected_at };
    let command = JobCommand::Inspect(inspected);
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}

/// A part is awaited, or gets a new expected date (T9).
pub(super) async fn parts_awaited(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::AwaitParts(request.read_with("job", &job)?);
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}

#[derive(Deserialize)]
struct Arrival {
    part: String,
    #[serde(default)]
    arrived_at: Option<Instant>,
    #[serde(default)]
    reason: Option<String>,
}

/// A part arrived; the time defaults to now.
pub(super) async fn parts_arrived(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let Arrival { part, arrived_at, reason } = request.read_with("job", &job)?;
    let arrived_at = arrived_at.unwrap_or_else(|| edge.clock().now());
    let command = JobCommand::PartsArrived(PartsArrived { job, part, arrived_at, reason });
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}

#[derive(Deserialize)]
struct Finished {
    #[serde(default)]
    repaired_at: Option<Instant>,
    #[serde(default)]
    work: Option<WorkDone>,
}

#[derive(Deserialize)]
struct WorkDone {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    symptom_code: Option<String>,
    #[serde(default)]
    defect_code: Option<String>,
    #[serde(default)]
    repair_code: Option<String>,
    #[serde(default)]
    parts: Vec<UsedPart>,
}

/// The device was repaired. The technician's description is sealed before it reaches the log.
pub(super) async fn repaired(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let Finished { repaired_at, work } = request.read_with("job", &job)?;
    let work = match work {
        Some(WorkDone { description, symptom_code, defect_code, repair_code, parts }) => {
            let description = match description {
                Some(text) => Some(edge.seal(&caller.person(), text.as_bytes()).await?),
                None => None,
            };
            Some(Work { description, symptom_code, defect_code, repair_code, parts })
        }
        None => None,
    };
    let command = JobCommand::Repair(Repair { job, repaired_at, work });
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}

/// The device is declared beyond repair.
pub(super) async fn beyond_repair(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::DeclareBeyondRepair(request.read_with("job", &job)?);
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}
