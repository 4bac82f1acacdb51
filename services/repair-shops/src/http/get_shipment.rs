//! `GET /v1/shipments/{shipment}`: one shipment, for those who may read its job.

use recourse_edge::{Call, Json, Problem};
use recourse_kernel::{Role, ShipmentId};

use super::READERS;
use super::get_job::may_see;
use super::view::{ShipmentView, of_shipment};
use crate::queries::jobs::{self, KnownJob};

pub(super) async fn answer(call: Call<ShipmentId>) -> Result<Json<ShipmentView>, Problem> {
    let shipment = call.path;
    call.caller.only(&[READERS, &[Role::Buyer]].concat())?;
    let known = jobs::one(call.pool(), shipment.job()).await?;
    let known = known.filter(|known| may_see(&call.caller, known));
    let unknown = || Problem::not_found("shipment", shipment);
    let KnownJob { row, notes, shipments } = known.ok_or_else(unknown)?;
    let found = shipments.into_iter().find(|known| known.booked.shipment == shipment);
    found.map(|found| Json(of_shipment(&row, &notes, found))).ok_or_else(unknown)
}
