//! `POST /v1/claims/{clm}/consent`: the buyer consents to the decision, and gives up the appeal
//! against it (C11).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{ClaimId, Role};

use crate::domain::commands::{ClaimCommand, Consent};

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer])?;
    let claim = call.path;
    let command = ClaimCommand::Consent(Consent { claim });
    call.submit(claim.key, &command).await
}
