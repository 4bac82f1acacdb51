//! `POST /v1/claims/{clm}/goodwill/{n}/refusal`: another person declines a payment above
//! the limit (M10).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;

use super::STAFF;
use crate::domain::commands::{ClaimCommand, DeclineGoodwill};

pub(super) async fn answer(call: Command<(ClaimId, u32)>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let (claim, goodwill) = call.path;
    let command = ClaimCommand::DeclineGoodwill(DeclineGoodwill { claim, goodwill });
    call.submit(claim.key, &command).await
}
