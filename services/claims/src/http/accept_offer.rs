//! `POST /v1/claims/{clm}/offers/{n}/acceptance`: accepts the other side's offer.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;

use super::BOTH_SIDES;
use crate::domain::commands::{AcceptOffer, ClaimCommand};

pub(super) async fn answer(call: Command<(ClaimId, u32)>) -> Result<Accepted, Problem> {
    call.only(BOTH_SIDES)?;
    let (claim, offer) = call.path;
    let command = ClaimCommand::AcceptOffer(AcceptOffer { claim, offer });
    call.submit(claim.key, &command).await
}
