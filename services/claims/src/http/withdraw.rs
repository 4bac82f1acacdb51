//! `POST /v1/claims/{clm}/withdrawal`: the buyer withdraws the claim.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{ClaimId, Role};

use super::Call;
use crate::domain::ClaimCommand;
use crate::domain::settlement::Withdraw;

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(claim): Path<ClaimId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Buyer])?;
    let command = ClaimCommand::Withdraw(Withdraw { claim });
    Call::new(edge, caller, key).submit(claim.key, &command, &request).await
}
