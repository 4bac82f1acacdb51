//! `POST /v1/jobs/{job}/shipments` and `POST /v1/shipments/{shipment}/picked-up|delivered|lost`:
//! reported by shops and adjusters, and by the buyer who owns the device.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{JobId, Role, ShipmentId};

use super::{Teller, WORKERS};
use crate::domain::commands::JobCommand;

const MOVERS: &[Role] = &[Role::Shop, Role::Adjuster, Role::Buyer];

/// Books a shipment and returns its id.
pub(super) async fn book(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(MOVERS)?;
    let command = JobCommand::BookShipment(request.read_with("job", &job)?);
    Teller::new(edge, caller, key).report(job.key, &command, &request).await
}

/// The carrier picked up the parcel.
pub(super) async fn picked_up(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(shipment): Path<ShipmentId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(MOVERS)?;
    let command = JobCommand::PickUpShipment(request.read_with("shipment", &shipment)?);
    Teller::new(edge, caller, key).report(shipment.key, &command, &request).await
}

/// The parcel was delivered.
pub(super) async fn delivered(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(shipment): Path<ShipmentId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(MOVERS)?;
    let command = JobCommand::DeliverShipment(request.read_with("shipment", &shipment)?);
    Teller::new(edge, caller, key).report(shipment.key, &command, &request).await
}

/// The parcel was lost.
pub(super) async fn lost(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(shipment): Path<ShipmentId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::LoseShipment(request.read_with("shipment", &shipment)?);
    Teller::new(edge, caller, key).report(shipment.key, &command, &request).await
}
