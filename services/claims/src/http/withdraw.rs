//! `POST /v1/claims/{clm}/withdrawal`: the buyer withdraws the claim.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{ClaimId, Role};

use crate::domain::commands::{ClaimCommand, Withdraw};

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer])?;
    let claim = call.path;
    let command = ClaimCommand::Withdraw(Withdraw { claim });
    call.submit(claim.key, &command).await
}
