//! `POST /v1/claims/{clm}/questions`: the provider asks; a telephone call with what was said (C3).

use axum::extract::State;
use recourse_kernel::ClaimId;
use recourse_runtime::edge::{Accepted, Caller, Edge, IdempotencyKey, Json, Path, Problem};
use serde::Deserialize;
use serde_json::Value;

use super::{Call, STAFF, asked, read};
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
    Json(body): Json<Value>,
) -> Result<Accepted, Problem> {
    caller.only(STAFF)?;
    let asked = asked(claim, &body);
    let Body { text, channel, said } = read(&body)?;
    let call = Call::new(edge, caller, key);
    let text = call.seal(claim.policy(), &text).await?;
    let said = call.seal_if(claim.policy(), said.as_deref()).await?;
    let command = ClaimCommand::Ask(Ask { claim, text, channel, said });
    call.submit(claim.key, &command, &asked).await
}
