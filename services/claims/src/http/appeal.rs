//! `POST /v1/claims/{clm}/appeal`: the buyer appeals a rejection or a verdict, once.

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
    let grounds = seal(&call, claim.policy(), Field { name: "grounds", text: &grounds }).await?;
    let command = ClaimCommand::Appeal(Appeal { claim, grounds });
    call.submit(claim.key, &command).await
}
