//! `POST /v1/claims/{clm}/appeal/decision`: another reviewer decides the appeal, or the
//! marketplace once it is escalated (C11).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{ClaimId, Role};
use serde::Deserialize;

use super::seal_if;
use crate::domain::commands::{ClaimCommand, DecideAppeal};

#[derive(Deserialize)]
struct Body {
    upheld: bool,
    explanation: Option<String>,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Adjuster, Role::Provider, Role::Marketplace])?;
    let claim = call.path;
    let Body { upheld, explanation } = call.request.read()?;
    let explanation = seal_if(&call, claim.policy(), "explanation", explanation.as_deref()).await?;
    let command = ClaimCommand::DecideAppeal(DecideAppeal { claim, upheld, explanation });
    call.submit(claim.key, &command).await
}
