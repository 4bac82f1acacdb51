//! `POST /v1/claims/{clm}/offers/{n}/refusal`: declines the other side's offer.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;

use super::BOTH_SIDES;
use crate::domain::commands::{ClaimCommand, DeclineOffer};

pub(super) async fn answer(call: Command<(ClaimId, u32)>) -> Result<Accepted, Problem> {
    call.only(BOTH_SIDES)?;
    let (claim, offer) = call.path;
    let command = ClaimCommand::DeclineOffer(DeclineOffer { claim, offer });
    call.submit(claim.key, &command).await
}
