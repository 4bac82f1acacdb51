//! `POST /v1/jobs/{job}/beyond-repair/refusal`: the provider declines the declaration of a partner
//! shop (T11).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{JobId, Role};

use crate::domain::commands::JobCommand;

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Adjuster])?;
    let job = call.path;
    let command = JobCommand::DeclineBeyondRepair(call.request.read_with("job", &job)?);
    call.submit(job.key, &command).await
}
