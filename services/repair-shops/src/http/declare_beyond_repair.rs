//! `POST /v1/jobs/{job}/beyond-repair`: the provider declares the device beyond repair (T5, T6).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::JobId;

use super::{Call, WORKERS};
use crate::domain::commands::JobCommand;

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::DeclareBeyondRepair(request.read_with("job", &job)?);
    Call::new(edge, caller, key).submit(job.key, &command, &request).await
}
