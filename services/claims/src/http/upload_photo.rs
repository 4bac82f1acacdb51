//! `POST /v1/policies/{pol}/photos`: stores a photo of the defect for a claim to be filed (C2).

use axum::extract::State;
use axum::http::StatusCode;
use recourse_edge::{Body, Caller, Edge, Json, Path, Problem};
use recourse_kernel::{PolicyId, Role};
use recourse_sealing::photos::Photo;

use crate::queries;

/// Photos are stored by hash, so a repeated upload needs no idempotency key.
pub(super) async fn answer(
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
