//! `POST /v1/jobs/{job}/shipments`: books a shipment and returns its id (C5, M8).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::JobId;

use super::MOVERS;
use crate::domain::commands::JobCommand;

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(MOVERS)?;
    let job = call.path;
    let command = JobCommand::BookShipment(call.request.read_with("job", &job)?);
    call.create(job.key, &command, |shipment| format!("/v1/shipments/{shipment}")).await
}
