//! `POST /v1/jobs/{job}/moved`: the shop refuses the job or closes, and another takes it.

use axum::extract::State;
use recourse_kernel::JobId;
use recourse_runtime::edge::{Accepted, Caller, Edge, IdempotencyKey, Json, Path, Problem};
use serde_json::Value;

use super::{Teller, WORKERS, of_job};
use crate::domain::commands::JobCommand;

/// The job goes to another shop.
pub(super) async fn moved(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    Json(body): Json<Value>,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::Move(of_job(job, body)?);
    Teller::new(edge, caller, key).tell(job.key, &command).await
}
