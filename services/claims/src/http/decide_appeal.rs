//! `POST /v1/claims/{clm}/appeal/decision`: another reviewer decides the appeal.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::{STAFF, seal_if};
use crate::domain::commands::{ClaimCommand, DecideAppeal};

#[derive(Deserialize)]
struct Body {
    upheld: bool,
    explanation: Option<String>,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let claim = call.path;
    let Body { upheld, explanation } = call.request.read()?;
    let explanation = seal_if(&call, claim.policy(), "explanation", explanation.as_deref()).await?;
    let command = ClaimCommand::DecideAppeal(DecideAppeal { claim, upheld, explanation });
    call.submit(claim.key, &command).await
}
