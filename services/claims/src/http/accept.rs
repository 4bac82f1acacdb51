//! `POST /v1/claims/{clm}/acceptance`: the provider accepts the documents.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::ClaimId;

use super::{Call, STAFF};
use crate::domain::ClaimCommand;
use crate::domain::verification::Accept;

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(claim): Path<ClaimId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(STAFF)?;
    let command = ClaimCommand::Accept(Accept { claim });
    Call::new(edge, caller, key).submit(claim.key, &command, &request).await
}
