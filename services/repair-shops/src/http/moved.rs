//! `POST /v1/jobs/{job}/moved`: the shop refuses the job or closes, and another one takes it.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::JobId;

use super::{Teller, WORKERS};
use crate::domain::commands::JobCommand;

/// The job moves to another shop.
pub(super) async fn moved(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::Move(request.read_with("job", &job)?);
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}
