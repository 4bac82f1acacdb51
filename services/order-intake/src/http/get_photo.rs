//! `GET /v1/disputes/{dispute}/photos/{sha256}`: a photo of a dispute, or its scanned receipt, for
//! both sides and the marketplace (D1).

use axum::http::header;
use axum::response::{IntoResponse, Response};
use recourse_edge::{Call, Edge, Problem};
use recourse_kernel::{DeviceId, DisputeId, Hash};
use recourse_sealing::photos::MEDIA_TYPE;

use super::get_dispute::{is_a_side, seen_by};

pub(super) async fn answer(call: Call<(DisputeId, Hash)>) -> Result<Response, Problem> {
    let (dispute, sha256) = (call.path.0, call.path.1.to_string());
    let (row, order) = seen_by(&call, &call.caller, dispute).await?;
    if !is_a_side(&call.caller, &order, dispute) {
        return Err(Problem::forbidden("only both sides and the marketplace can see photos"));
    }
    let receipt = row.opened.receipt.iter().map(|receipt| &receipt.photo);
    if !row.opened.photos.iter().chain(receipt).any(|photo| photo.sha256 == sha256) {
        return Err(Problem::not_found("photo", sha256));
    }
    photo(&call, dispute.device(), &sha256).await
}

/// A stored photo of a device.
pub(super) async fn photo(
    edge: &Edge,
    device: DeviceId,
    sha256: &str,
) -> Result<Response, Problem> {
    let bytes = edge.photos().open(&device.to_string(), sha256).await?;
    let headers = [
        (header::CONTENT_TYPE, MEDIA_TYPE),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, bytes).into_response())
}
