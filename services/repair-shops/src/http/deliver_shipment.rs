//! `POST /v1/shipments/{shipment}/delivered`: the parcel was delivered.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::ShipmentId;

use super::{Call, MOVERS};
use crate::domain::commands::JobCommand;

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(shipment): Path<ShipmentId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(MOVERS)?;
    let command = JobCommand::DeliverShipment(request.read_with("shipment", &shipment)?);
    Call::new(edge, caller, key).submit(shipment.key, &command, &request).await
}
