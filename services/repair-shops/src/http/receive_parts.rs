//! `POST /v1/jobs/{job}/parts-arrived`: a part arrived; the time defaults to now (T9).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{Instant, JobId};
use serde::Deserialize;

use super::WORKERS;
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

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(WORKERS)?;
    let job = call.path;
    let Body { part, arrived_at, reason } = call.request.read_with("job", &job)?;
    let arrived_at = arrived_at.unwrap_or_else(|| call.clock().now());
    let command = JobCommand::PartsArrived(PartsArrived { job, part, arrived_at, reason });
    call.submit(job.key, &command).await
}
