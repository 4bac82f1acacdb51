//! `POST /v1/claims/{clm}/questions/{n}/answer`: the buyer answers, or the staff record what the
//! buyer said (C3).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::{BOTH_SIDES, Call};
use crate::domain::ClaimCommand;
use crate::domain::questions::Answer;

#[derive(Deserialize)]
struct Body {
    text: String,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path((claim, question)): Path<(ClaimId, u32)>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(BOTH_SIDES)?;
    let Body { text } = request.read()?;
    let call = Call::new(edge, caller, key);
    let text = call.seal(claim.policy(), &text).await?;
    let command = ClaimCommand::Answer(Answer { claim, question, text });
    call.submit(claim.key, &command, &request).await
}
