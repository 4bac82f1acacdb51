//! `POST /v1/claims/{clm}/rejection`: the provider rejects the claim after checking the documents.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::ClaimId;
use recourse_terms::Exclusion;
use serde::Deserialize;

use super::{Call, STAFF};
use crate::domain::ClaimCommand;
use crate::domain::verification::{Ground, Reject};

#[derive(Deserialize)]
struct Body {
    /// Defaults to `excluded`.
    code: Option<Ground>,
    exclusion: Option<Exclusion>,
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
    let Body { code, exclusion, explanation } = request.read()?;
    let call = Call::new(edge, caller, key);
    let explanation = call.seal_if(claim.policy(), explanation.as_deref()).await?;
    let code = code.unwrap_or(Ground::Excluded);
    let command = ClaimCommand::Reject(Reject { claim, code, exclusion, explanation });
    call.submit(claim.key, &command, &request).await
}
