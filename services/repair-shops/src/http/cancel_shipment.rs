//! `POST /v1/shipments/{shipment}/cancellation`: a booking is cancelled before its pick-up (M13).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ShipmentId;

use super::MOVERS;
use crate::domain::commands::JobCommand;

pub(super) async fn answer(call: Command<ShipmentId>) -> Result<Accepted, Problem> {
    call.only(MOVERS)?;
    let shipment = call.path;
    let command = JobCommand::CancelShipment(call.request.read_with("shipment", &shipment)?);
    call.submit(shipment.key, &command).await
}
