//! `POST /v1/claims/{clm}/chain`: the adjuster puts the claim into a chain, or takes it out (C12).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::{Field, STAFF, seal};
use crate::domain::commands::{ChangeChain, ClaimCommand};

#[derive(Deserialize)]
struct Body {
    /// The claim whose defect has returned; none if the defect is a new one.
    continues: Option<ClaimId>,
    reason: String,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let claim = call.path;
    let Body { continues, reason } = call.request.read()?;
    let field = Field { name: "reason", text: &reason };
    let reason = seal(&call, claim.policy(), field).await?;
    let command = ClaimCommand::ChangeChain(ChangeChain { claim, continues, reason });
    call.submit(claim.key, &command).await
}
