//! `POST /v1/policies/{pol}/photos` and `GET /v1/claims/{clm}/photos/{sha256}`: photos of the
//! defect (C2).

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use recourse_edge::{Body, Caller, Edge, Json, Path, Problem};
use recourse_kernel::{ClaimId, PolicyId, Role};
use recourse_sealing::photos::{MEDIA_TYPE, Photo};

use super::get_claim::seen_by;
use super::view::may_read_texts;
use crate::queries;

/// Stores a photo for a claim to be filed. Photos are stored by hash, so a repeated upload needs no
/// idempotency key.
pub(super) async fn upload(
    State(edge): State<Edge>,
    caller: Caller,
    Path(policy): Path<PolicyId>,
    Body(bytes): Body,
) -> Result<(StatusCode, Json<Photo>), Problem> {
    caller.only(&[Role::Buyer])?;
    let coverage = queries::claims::coverage(edge.pool(), policy).await?;
    let coverage = coverage.ok_or_else(|| Problem::not_found("policy", policy))?;
    if coverage.buyer != caller.principal.subject {
        return Err(Problem::forbidden("only the policy's buyer can add photos to it"));
    }
    let (owner, person, now) = (policy.to_string(), caller.person(), edge.clock().now());
    let photo = edge.photos().store(&owner, &person, bytes, now).await?;
    Ok((StatusCode::CREATED, Json(photo)))
}

/// Returns a photo of a claim to its buyer or to the provider's staff.
pub(super) async fn show(
    State(edge): State<Edge>,
    caller: Caller,
    Path((claim, sha256)): Path<(ClaimId, String)>,
) -> Result<Response, Problem> {
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
