//! `POST /v1/jobs/{job}/shipments`: books a shipment and returns its id (C5, M8).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{JobId, Role};

use super::MOVERS;
use super::add_receipt::is_stored;
use crate::domain::commands::{BookShipment, JobCommand};

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(MOVERS)?;
    let job = call.path;
    let booked: BookShipment = call.request.read_with("job", &job)?;
    if let Some(receipt) = &booked.receipt
        && call.caller.principal.role == Role::Buyer
    {
        is_stored(&call, job, &receipt.photo).await?;
    }
    let command = JobCommand::BookShipment(booked);
    call.create(job.key, &command, |shipment| format!("/v1/shipments/{shipment}")).await
}
