//! `POST /v1/claims/{clm}/appeal/decision`: another reviewer decides the appeal, or the
//! marketplace once it is escalated (C11).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{ClaimId, Role};
use serde::Deserialize;

use super::seal_if;
use crate::domain::commands::{ClaimCommand, DecideAppeal};
use crate::domain::events::AppealOf;

#[derive(Deserialize)]
struct Body {
    upheld: bool,
    /// Which appeal is decided, if two are open.
    of: Option<AppealOf>,
    explanation: Option<String>,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Adjuster, Role::Provider, Role::Marketplace])?;
    let claim = call.path;
    let Body { upheld, of, explanation } = call.request.read()?;
    let explanation = seal_if(&call, claim.policy(), "explanation", explanation.as_deref()).await?;
    let decision = DecideAppeal { claim, of, upheld, explanation };
    let command = ClaimCommand::DecideAppeal(decision);
    call.submit(claim.key, &command).await
}
