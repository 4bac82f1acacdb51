//! `GET /v1/claims/{clm}/photos/{sha256}`: a photo of a claim, for its buyer and the provider's
//! staff (C2).

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use recourse_edge::{Caller, Edge, Path, Problem};
use recourse_kernel::{ClaimId, Hash};
use recourse_sealing::photos::MEDIA_TYPE;

use super::get_claim::seen_by;
use super::view::may_read_texts;

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    Path((claim, photo)): Path<(ClaimId, Hash)>,
) -> Result<Response, Problem> {
    let sha256 = photo.to_string();
    let known = seen_by(&edge, &caller, claim).await?;
    if !may_read_texts(&caller, &known.row.claim.provider) {
        return Err(Problem::forbidden("only the buyer and the provider's staff can see photos"));
    }
    let receipts = known.row.earlier_repairs.iter().filter_map(|repair| repair.evidence.as_ref());
    if !known.row.photos.iter().chain(receipts).any(|photo| photo.sha256 == sha256) {
        return Err(Problem::not_found("photo", sha256));
    }
    let bytes = edge.photos().open(&claim.policy().to_string(), &sha256).await?;
    let headers = [
        (header::CONTENT_TYPE, MEDIA_TYPE),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, bytes).into_response())
}
