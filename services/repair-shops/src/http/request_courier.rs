//! `POST /v1/jobs/{job}/courier`: the buyer requests the courier of the provider (M3).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{JobId, Role};

use crate::domain::commands::JobCommand;

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer])?;
    let job = call.path;
    let command = JobCommand::RequestCourier(call.request.read_with("job", &job)?);
    call.submit(job.key, &command).await
}
