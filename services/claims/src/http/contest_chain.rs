//! `POST /v1/claims/{clm}/chain/contest`: the buyer contests the chain that the adjuster made
//! (C12).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{ClaimId, Role};
use serde::Deserialize;

use super::{Field, seal};
use crate::domain::commands::{ClaimCommand, ContestChain};

#[derive(Deserialize)]
struct Body {
    grounds: String,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer])?;
    let claim = call.path;
    let Body { grounds } = call.request.read()?;
    let characters = u32::try_from(grounds.trim().chars().count()).unwrap_or(u32::MAX);
    let field = Field { name: "grounds", text: &grounds };
    let grounds = seal(&call, claim.policy(), field).await?;
    let command = ClaimCommand::ContestChain(ContestChain { claim, grounds, characters });
    call.submit(claim.key, &command).await
}
