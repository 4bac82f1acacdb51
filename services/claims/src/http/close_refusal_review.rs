//! `POST /v1/policies/{pol}/reviews/{n}/closing`: the staff close the review of a filing that was
//! refused for its date.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::PolicyId;
use serde::Deserialize;

use super::{Call, STAFF};
use crate::domain::commands::{ClaimCommand, CloseRefusalReview};

#[derive(Deserialize)]
struct Body {
    note: Option<String>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path((policy, review)): Path<(PolicyId, u32)>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(STAFF)?;
    let Body { note } = request.read()?;
    let call = Call::new(edge, caller, key);
    let note = call.seal_if(policy, note.as_deref()).await?;
    let command = CloseRefusalReview { policy, review, note };
    call.submit(policy.key, &ClaimCommand::CloseRefusalReview(command), &request).await
}
