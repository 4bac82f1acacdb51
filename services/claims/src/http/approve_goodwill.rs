//! `POST /v1/claims/{clm}/goodwill/{n}/approval`: another person approves a payment above
//! the limit (M10).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;

use super::STAFF;
use crate::domain::commands::{ApproveGoodwill, ClaimCommand};

pub(super) async fn answer(call: Command<(ClaimId, u32)>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let (claim, goodwill) = call.path;
    let command = ClaimCommand::ApproveGoodwill(ApproveGoodwill { claim, goodwill });
    call.submit(claim.key, &command).await
}
