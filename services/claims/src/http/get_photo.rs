//! `GET /v1/claims/{clm}/photos/{sha256}`: a photo of a claim, for its buyer and the provider's
//! staff (C2).

use axum::http::header;
use axum::response::{IntoResponse, Response};
use recourse_edge::{Call, Edge, Problem};
use recourse_kernel::{ClaimId, Hash, PolicyId};
use recourse_sealing::photos::MEDIA_TYPE;

use super::get_claim::seen_by;
use super::view::may_read_texts;

pub(super) async fn answer(call: Call<(ClaimId, Hash)>) -> Result<Response, Problem> {
    let (claim, sha256) = (call.path.0, call.path.1.to_string());
    let known = seen_by(&call, &call.caller, claim).await?;
    if !may_read_texts(&call.caller, &known.row.claim.provider) {
        return Err(Problem::forbidden("only the buyer and the provider's staff can see photos"));
    }
    let receipts = known.row.earlier_repairs.iter().filter_map(|repair| repair.evidence.as_ref());
    if !known.row.photos.iter().chain(receipts).any(|photo| photo.sha256 == sha256) {
        return Err(Problem::not_found("photo", sha256));
    }
    photo(&call, claim.policy(), &sha256).await
}

/// A stored photo of a policy.
pub(super) async fn photo(
    edge: &Edge,
    policy: PolicyId,
    sha256: &str,
) -> Result<Response, Problem> {
    let bytes = edge.photos().open(&policy.to_string(), sha256).await?;
    let headers = [
        (header::CONTENT_TYPE, MEDIA_TYPE),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, bytes).into_response())
}
