//! `POST /v1/claims/{clm}/goodwill`: the staff grant a payment that is not owed (M10).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{ClaimId, Money};
use serde::Deserialize;

use super::{STAFF, seal_if};
use crate::domain::commands::{ClaimCommand, GrantGoodwill};

#[derive(Deserialize)]
struct Body {
    amount: Money,
    reason: Option<String>,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let claim = call.path;
    let Body { amount, reason } = call.request.read()?;
    let reason = seal_if(&call, claim.policy(), "reason", reason.as_deref()).await?;
    let command = ClaimCommand::GrantGoodwill(GrantGoodwill { claim, amount, reason });
    call.submit(claim.key, &command).await
}
