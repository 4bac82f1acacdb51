//! `POST /v1/claims/{clm}/defects`: the buyer reports another defect, which joins the open claim
//! (C4).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{ClaimId, Role};
use serde::Deserialize;

use super::Call;
use crate::domain::ClaimCommand;
use crate::domain::defects::AddDefect;

#[derive(Deserialize)]
struct Body {
    defect: String,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(claim): Path<ClaimId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Buyer])?;
    let Body { defect } = request.read()?;
    let call = Call::new(edge, caller, key);
    let text = call.seal(claim.policy(), &defect).await?;
    call.submit(claim.key, &ClaimCommand::AddDefect(AddDefect { claim, text }), &request).await
}
