//! `POST /v1/claims/{clm}/remedy`: chooses the remedy after the verdict (M2, T6).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::BOTH_SIDES;
use crate::domain::commands::{ChooseRemedy, ClaimCommand};
use crate::domain::events::Remedy;

#[derive(Deserialize)]
struct Body {
    remedy: Remedy,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(BOTH_SIDES)?;
    let claim = call.path;
    let Body { remedy } = call.request.read()?;
    let command = ClaimCommand::ChooseRemedy(ChooseRemedy { claim, remedy });
    call.submit(claim.key, &command).await
}
