//! `POST /v1/jobs/{job}/inspected`: the verdict of the inspection. The inspector's notes are sealed
//! before they reach the log.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{Instant, JobId};
use recourse_terms::{Cause, Verdict};
use serde::Deserialize;

use super::{Call, WORKERS};
use crate::domain::commands::{Inspect, JobCommand};
use crate::domain::events::Nature;

#[derive(Deserialize)]
struct Body {
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

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let Body { verdict, cause, nature, also_found, notes, inspected_at } =
        request.read_with("job", &job)?;
    let call = Call::new(edge, caller, key);
    let notes = call.seal_if(notes.as_deref()).await?;
    let inspected = Inspect { job, verdict, cause, nature, also_found, notes, inspected_at };
    call.submit(job.key, &JobCommand::Inspect(inspected), &request).await
}
