//! `POST /v1/jobs/{job}/inspected`: the verdict of the inspection. The inspector's notes are sealed
//! before they reach the log.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{Instant, JobId};
use recourse_terms::{Cause, Verdict};
use serde::Deserialize;

use super::{WORKERS, seal_if};
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

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(WORKERS)?;
    let job = call.path;
    let Body { verdict, cause, nature, also_found, notes, inspected_at } =
        call.request.read_with("job", &job)?;
    let notes = seal_if(&call, notes.as_deref()).await?;
    let inspected = Inspect { job, verdict, cause, nature, also_found, notes, inspected_at };
    call.submit(job.key, &JobCommand::Inspect(inspected)).await
}
