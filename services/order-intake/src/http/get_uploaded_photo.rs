//! `GET /v1/devices/{device}/photos/{sha256}`: a photo that was uploaded for a device (D1).

use axum::response::Response;
use recourse_edge::{Call, Caller, Edge, Problem};
use recourse_kernel::{DeviceId, Hash, Role};

use super::get_photo::photo;
use super::may_see;
use crate::queries;

pub(super) async fn answer(call: Call<(DeviceId, Hash)>) -> Result<Response, Problem> {
    let (device, sha256) = (call.path.0, call.path.1.to_string());
    may_add_photos(&call, &call.caller, device).await?;
    photo(&call, device, &sha256).await
}

/// A1: the device's buyer, or the order's marketplace for the buyer; to others it is not found.
pub(super) async fn may_add_photos(
    edge: &Edge,
    caller: &Caller,
    device: DeviceId,
) -> Result<(), Problem> {
    caller.only(&[Role::Buyer, Role::Marketplace])?;
    let order = queries::order(edge.pool(), device.order()).await?;
    let is_known =
        order.is_some_and(|row| may_see(caller, &row) && row.order.units.contains_key(&device));
    if is_known { Ok(()) } else { Err(Problem::not_found("device", device)) }
}
