//! `POST /v1/claims/{clm}/questions`: the provider asks in writing, or records a phone call (C3).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::{Call, STAFF};
use crate::domain::ClaimCommand;
use crate::domain::questions::{Ask, Channel};

#[derive(Deserialize)]
struct Body {
    text: String,
    #[serde(default)]
    channel: Channel,
    said: Option<String>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(claim): Path<ClaimId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(STAFF)?;
    let Body { text, channel, said } = request.read()?;
    let call = Call::new(edge, caller, key);
    let text = call.seal(claim.policy(), &text).await?;
    let said = call.seal_if(claim.policy(), said.as_deref()).await?;
    let command = ClaimCommand::Ask(Ask { claim, text, channel, said });
    call.submit(claim.key, &command, &request).await
}
