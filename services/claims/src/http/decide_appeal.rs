//! `POST /v1/claims/{clm}/appeal/decision`: another reviewer decides the appeal.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::{Call, STAFF};
use crate::domain::ClaimCommand;
use crate::domain::appeal::DecideAppeal;

#[derive(Deserialize)]
struct Body {
    upheld: bool,
    explanation: Option<String>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(claim): Path<ClaimId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(STAFF)?;
    let Body { upheld, explanation } = request.read()?;
    let call = Call::new(edge, caller, key);
    let explanation = call.seal_if(claim.policy(), explanation.as_deref()).await?;
    let command = ClaimCommand::DecideAppeal(DecideAppeal { claim, upheld, explanation });
    call.submit(claim.key, &command, &request).await
}
