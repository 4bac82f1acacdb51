//! `POST /v1/claims/{clm}/appeal`: the buyer appeals a rejection or a verdict, once.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{ClaimId, Role};
use serde::Deserialize;

use super::Call;
use crate::domain::ClaimCommand;
use crate::domain::appeal::Appeal;

#[derive(Deserialize)]
struct Body {
    grounds: String,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(claim): Path<ClaimId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Buyer])?;
    let Body { grounds } = request.read()?;
    let call = Call::new(edge, caller, key);
    let grounds = call.seal(claim.policy(), &grounds).await?;
    let command = ClaimCommand::Appeal(Appeal { claim, grounds });
    call.submit(claim.key, &command, &request).await
}
