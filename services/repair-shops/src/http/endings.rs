//! `POST /v1/jobs/{job}/replacement|handed-over`: what leaves the shop for the buyer.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::JobId;

use super::{Teller, WORKERS};
use crate::domain::commands::JobCommand;

/// A replacement was sent.
pub(super) async fn replacement(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::SendReplacement(request.read_with("job", &job)?);
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}

/// The device was handed over.
pub(super) async fn handed_over(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::HandOver(request.read_with("job", &job)?);
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}
