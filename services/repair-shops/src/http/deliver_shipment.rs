//! `POST /v1/shipments/{shipment}/delivered`: the parcel was delivered.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ShipmentId;

use super::MOVERS;
use crate::domain::commands::JobCommand;

pub(super) async fn answer(call: Command<ShipmentId>) -> Result<Accepted, Problem> {
    call.only(MOVERS)?;
    let shipment = call.path;
    let command = JobCommand::DeliverShipment(call.request.read_with("shipment", &shipment)?);
    call.submit(shipment.key, &command).await
}
