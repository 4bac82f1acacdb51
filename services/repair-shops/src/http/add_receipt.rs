//! `POST /v1/shipments/{shipment}/receipt`: the receipt of a shipment that the buyer paid (M13).
//! Its scan was uploaded before, as a photo of the policy.

use axum::http::StatusCode;
use recourse_edge::{Accepted, Command, Edge, Problem};
use recourse_kernel::{JobId, NextCall, Role, ShipmentId};

use super::MOVERS;
use crate::domain::commands::{AddReceipt, JobCommand};
use crate::domain::events::PhotoReference;

pub(super) async fn answer(call: Command<ShipmentId>) -> Result<Accepted, Problem> {
    call.only(MOVERS)?;
    let shipment = call.path;
    let added: AddReceipt = call.request.read_with("shipment", &shipment)?;
    if call.caller.principal.role == Role::Buyer {
        is_stored(&call, shipment.job(), &added.receipt.photo).await?;
    }
    call.submit(shipment.key, &JobCommand::AddReceipt(added)).await
}

/// The scan, as it was uploaded for the policy.
pub(super) async fn is_stored(
    edge: &Edge,
    job: JobId,
    scan: &PhotoReference,
) -> Result<(), Problem> {
    let policy = job.claim().policy();
    if edge.photos().find(&policy.to_string(), &scan.sha256).await?.is_some() {
        return Ok(());
    }
    let detail = "the scan of the receipt was not uploaded for this policy";
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "shipment.receipt_missing", detail)
        .rules(&["M13"])
        .instead("Upload the scan for this policy, then send the receipt again.")
        .instead_call(NextCall::post(format!("/v1/policies/{policy}/photos")))
        .fact("sha256", &scan.sha256))
}
