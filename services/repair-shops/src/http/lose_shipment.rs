//! `POST /v1/shipments/{shipment}/lost`: the parcel was lost (M8).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::ShipmentId;

use super::{Call, WORKERS};
use crate::domain::commands::JobCommand;

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(shipment): Path<ShipmentId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::LoseShipment(request.read_with("shipment", &shipment)?);
    Call::new(edge, caller, key).submit(shipment.key, &command, &request).await
}
