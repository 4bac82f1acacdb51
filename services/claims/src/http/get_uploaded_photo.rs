//! `GET /v1/policies/{pol}/photos/{sha256}`: a photo that the policy's buyer uploaded (C2).

use axum::response::Response;
use recourse_edge::{Call, Problem};
use recourse_kernel::{Hash, PolicyId, Role};

use super::get_photo::photo;
use crate::queries;

pub(super) async fn answer(call: Call<(PolicyId, Hash)>) -> Result<Response, Problem> {
    call.caller.only(&[Role::Buyer])?;
    let (policy, sha256) = (call.path.0, call.path.1.to_string());
    let coverage = queries::claims::coverage(call.pool(), policy).await?;
    let buyer = &call.caller.principal.subject;
    if coverage.is_none_or(|coverage| coverage.buyer != *buyer) {
        return Err(Problem::not_found("photo", sha256));
    }
    photo(&call, policy, &sha256).await
}
