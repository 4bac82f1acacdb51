//! `POST /v1/jobs/{job}/replacement|handed-over`: what leaves the shop for the buyer.

use axum::extract::State;
use recourse_kernel::JobId;
use recourse_runtime::edge::{Accepted, Asked, Caller, Edge, IdempotencyKey, Path, Problem};

use super::{Teller, WORKERS};
use crate::domain::commands::JobCommand;

/// A replacement went out.
pub(super) async fn replacement(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    asked: Asked,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::SendReplacement(asked.read_with("job", &job)?);
    Teller::new(edge, caller, key).tell(job.key, &command, &asked).await
}

/// The device left.
pub(super) async fn handed_over(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    asked: Asked,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::HandOver(asked.read_with("job", &job)?);
    Teller::new(edge, caller, key).tell(job.key, &command, &asked).await
}
