//! `GET /v1/shipments/{shipment}`: one shipment, for those who may read its job.

use recourse_edge::{Call, Json, Problem};
use recourse_kernel::{Role, ShipmentId};

use super::READERS;
use super::get_job::may_see;
use crate::projections::shipments::ShipmentRow;
use crate::queries::jobs;

pub(super) async fn answer(call: Call<ShipmentId>) -> Result<Json<ShipmentRow>, Problem> {
    let shipment = call.path;
    call.caller.only(&[READERS, &[Role::Buyer]].concat())?;
    let known = jobs::one(call.pool(), shipment.job()).await?;
    let known = known.filter(|known| may_see(&call.caller, known));
    let mut shipments = known.into_iter().flat_map(|known| known.shipments);
    shipments
        .find(|row| row.booked.shipment == shipment)
        .map(Json)
        .ok_or_else(|| Problem::not_found("shipment", shipment))
}
