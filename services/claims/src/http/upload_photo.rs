//! `POST /v1/policies/{pol}/photos`: stores a photo of the defect for a claim to be filed (C2).

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use recourse_edge::{Body, Call, Json, Problem};
use recourse_kernel::{PolicyId, Role};

use crate::queries;

/// Photos are stored by hash, so a repeated upload needs no idempotency key.
pub(super) async fn answer(
    call: Call<PolicyId>,
    Body(bytes): Body,
) -> Result<impl IntoResponse, Problem> {
    let (caller, policy) = (&call.caller, call.path);
    caller.only(&[Role::Buyer])?;
    let coverage = queries::claims::coverage(call.pool(), policy).await?;
    let coverage = coverage.ok_or_else(|| Problem::not_found("policy", policy))?;
    if coverage.buyer != caller.principal.subject {
        return Err(Problem::forbidden("only the policy's buyer can add photos to it"));
    }
    let (owner, person, now) = (policy.to_string(), caller.person(), call.clock().now());
    let photo = call.photos().store(&owner, &person, bytes, now).await?;
    let at = format!("/v1/policies/{policy}/photos/{}", photo.sha256);
    Ok((StatusCode::CREATED, [(header::LOCATION, at)], Json(photo)))
}
