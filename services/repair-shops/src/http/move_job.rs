//! `POST /v1/jobs/{job}/moved`: the shop refuses the job or closes, and another one takes it (C7).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::JobId;

use super::WORKERS;
use crate::domain::commands::JobCommand;

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(WORKERS)?;
    let job = call.path;
    let command = JobCommand::Move(call.request.read_with("job", &job)?);
    call.submit(job.key, &command).await
}
