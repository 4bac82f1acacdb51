//! `POST /v1/jobs/{job}/replacement|handed-over`: what leaves the shop for the buyer.

use axum::extract::State;
use recourse_kernel::JobId;
use recourse_runtime::edge::{Accepted, Caller, Edge, IdempotencyKey, Json, Path, Problem};
use serde_json::Value;

use super::{Teller, WORKERS, of_job};
use crate::domain::commands::JobCommand;

/// A replacement went out.
pub(super) async fn replacement(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    Json(body): Json<Value>,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::SendReplacement(of_job(job, body)?);
    Teller::new(edge, caller, key).tell(job.key, &command).await
}

/// The device left.
pub(super) async fn handed_over(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    Json(body): Json<Value>,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::HandOver(of_job(job, body)?);
    Teller::new(edge, caller, key).tell(job.key, &command).await
}
