//! `POST /v1/jobs/{job}/repair-cancellation`: the buyer cancels a late repair, free of charge (M11,
//! T9).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{JobId, Role};

use crate::domain::commands::JobCommand;

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer])?;
    let job = call.path;
    let command = JobCommand::CancelRepair(call.request.read_with("job", &job)?);
    call.submit(job.key, &command).await
}
