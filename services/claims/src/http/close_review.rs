//! `POST /v1/claims/{clm}/reviews/{n}/closing`: the staff close the review of a late fact.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::{Call, STAFF};
use crate::domain::ClaimCommand;
use crate::domain::review::CloseReview;

#[derive(Deserialize)]
struct Body {
    note: Option<String>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path((claim, review)): Path<(ClaimId, u32)>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(STAFF)?;
    let Body { note } = request.read()?;
    let call = Call::new(edge, caller, key);
    let note = call.seal_if(claim.policy(), note.as_deref()).await?;
    let command = ClaimCommand::CloseReview(CloseReview { claim, review, note });
    call.submit(claim.key, &command, &request).await
}
