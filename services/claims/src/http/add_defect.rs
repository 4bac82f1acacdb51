//! `POST /v1/claims/{clm}/defects`: the buyer reports another defect, which joins the open claim
//! (C4).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{ClaimId, Role};
use serde::Deserialize;

use super::{Field, seal};
use crate::domain::commands::{AddDefect, ClaimCommand};

#[derive(Deserialize)]
struct Body {
    defect: String,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer])?;
    let claim = call.path;
    let Body { defect } = call.request.read()?;
    let text = seal(&call, claim.policy(), Field { name: "defect", text: &defect }).await?;
    call.submit(claim.key, &ClaimCommand::AddDefect(AddDefect { claim, text })).await
}
