//! `POST /v1/claims/{clm}/rejection`: the provider rejects the claim after checking the documents.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;
use recourse_terms::Exclusion;
use serde::Deserialize;

use super::{STAFF, seal_if};
use crate::domain::commands::{ClaimCommand, Reject};
use crate::domain::events::Ground;

#[derive(Deserialize)]
struct Body {
    /// Defaults to `excluded`.
    code: Option<Ground>,
    exclusion: Option<Exclusion>,
    explanation: Option<String>,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let claim = call.path;
    let Body { code, exclusion, explanation } = call.request.read()?;
    let explanation = seal_if(&call, claim.policy(), "explanation", explanation.as_deref()).await?;
    let code = code.unwrap_or(Ground::Excluded);
    let command = ClaimCommand::Reject(Reject { claim, code, exclusion, explanation });
    call.submit(claim.key, &command).await
}
