//! `POST /v1/jobs/{job}/parts-arrived`: a part arrived; the time defaults to now (T9).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{Instant, JobId};
use serde::Deserialize;

use super::{Call, WORKERS};
use crate::domain::commands::JobCommand;
use crate::domain::events::PartsArrived;

#[derive(Deserialize)]
struct Body {
    part: String,
    #[serde(default)]
    arrived_at: Option<Instant>,
    #[serde(default)]
    reason: Option<String>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let Body { part, arrived_at, reason } = request.read_with("job", &job)?;
    let arrived_at = arrived_at.unwrap_or_else(|| edge.clock().now());
    let command = JobCommand::PartsArrived(PartsArrived { job, part, arrived_at, reason });
    Call::new(edge, caller, key).submit(job.key, &command, &request).await
}
