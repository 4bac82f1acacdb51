//! `POST /v1/jobs/{job}/repaired`: the device was repaired. The technician's description is sealed
//! before it reaches the log.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{Instant, JobId};
use serde::Deserialize;

use super::{Call, WORKERS};
use crate::domain::commands::{JobCommand, Repair};
use crate::domain::evidence::{UsedPart, Work};

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    repaired_at: Option<Instant>,
    #[serde(default)]
    work: Option<WorkDone>,
}

#[derive(Deserialize)]
struct WorkDone {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    symptom_code: Option<String>,
    #[serde(default)]
    defect_code: Option<String>,
    #[serde(default)]
    repair_code: Option<String>,
    #[serde(default)]
    parts: Vec<UsedPart>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let Body { repaired_at, work } = request.read_with("job", &job)?;
    let call = Call::new(edge, caller, key);
    let work = match work {
        Some(WorkDone { description, symptom_code, defect_code, repair_code, parts }) => {
            let description = call.seal_if(description.as_deref()).await?;
            Some(Work { description, symptom_code, defect_code, repair_code, parts })
        }
        None => None,
    };
    let command = JobCommand::Repair(Repair { job, repaired_at, work });
    call.submit(job.key, &command, &request).await
}
