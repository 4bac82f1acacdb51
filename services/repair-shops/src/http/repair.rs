//! `POST /v1/jobs/{job}/repaired`: the device was repaired. The technician's description is sealed
//! before it reaches the log.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{Instant, JobId};
use serde::Deserialize;

use super::{WORKERS, seal_if};
use crate::domain::commands::{JobCommand, Repair};
use crate::domain::events::{UsedPart, Work};

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

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(WORKERS)?;
    let job = call.path;
    let Body { repaired_at, work } = call.request.read_with("job", &job)?;
    let work = match work {
        Some(WorkDone { description, symptom_code, defect_code, repair_code, parts }) => {
            let description = seal_if(&call, description.as_deref()).await?;
            Some(Work { description, symptom_code, defect_code, repair_code, parts })
        }
        None => None,
    };
    let command = JobCommand::Repair(Repair { job, repaired_at, work });
    call.submit(job.key, &command).await
}
