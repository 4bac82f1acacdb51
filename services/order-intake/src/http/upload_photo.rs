//! `POST /v1/devices/{device}/photos`: stores a photo of the defect, or the scan of a repair's
//! receipt, for a dispute to be opened (D1).

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use recourse_edge::{Body, Call, Json, Problem};
use recourse_kernel::DeviceId;

use super::get_uploaded_photo::may_add_photos;

/// Photos are stored by hash, so a repeated upload needs no idempotency key.
pub(super) async fn answer(
    call: Call<DeviceId>,
    Body(bytes): Body,
) -> Result<impl IntoResponse, Problem> {
    let (caller, device) = (&call.caller, call.path);
    may_add_photos(&call, caller, device).await?;
    let (owner, person, now) = (device.to_string(), caller.person(), call.clock().now());
    let photo = call.photos().store(&owner, &person, bytes, now).await?;
    let at = format!("/v1/devices/{device}/photos/{}", photo.sha256);
    Ok((StatusCode::CREATED, [(header::LOCATION, at)], Json(photo)))
}
