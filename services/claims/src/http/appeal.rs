//! `POST /v1/claims/{clm}/appeal`: the buyer appeals a rejection or a verdict (C11).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{ClaimId, Role};
use serde::Deserialize;

use super::{Field, seal};
use crate::domain::commands::{Appeal, ClaimCommand};

#[derive(Deserialize)]
struct Body {
    grounds: String,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer])?;
    let claim = call.path;
    let Body { grounds } = call.request.read()?;
    let characters = grounds.trim().chars().count();
    let characters = u32::try_from(characters).unwrap_or(u32::MAX);
    let grounds = seal(&call, claim.policy(), Field { name: "grounds", text: &grounds }).await?;
    let command = ClaimCommand::Appeal(Appeal { claim, grounds, characters });
    call.submit(claim.key, &command).await
}
