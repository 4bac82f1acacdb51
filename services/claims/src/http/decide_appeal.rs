//! `POST /v1/claims/{clm}/appeal/decision`: a second pair of eyes decides.

use axum::extract::State;
use recourse_kernel::ClaimId;
use recourse_runtime::edge::{Accepted, Caller, Edge, IdempotencyKey, Json, Path, Problem};
use serde::Deserialize;
use serde_json::Value;

use super::{Call, STAFF, asked, read};
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
    Json(body): Json<Value>,
) -> Result<Accepted, Problem> {
    caller.only(STAFF)?;
    let asked = asked(claim, &body);
    let Body { upheld, explanation } = read(&body)?;
    let call = Call::new(edge, caller, key);
    let explanation = call.seal_if(claim.policy(), explanation.as_deref()).await?;
    let command = ClaimCommand::DecideAppeal(DecideAppeal { claim, upheld, explanation });
    call.submit(claim.key, &command, &asked).await
}
