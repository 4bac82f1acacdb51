//! `POST /v1/claims/{clm}/acceptance`: the provider accepts the documents.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;

use super::STAFF;
use crate::domain::commands::{Accept, ClaimCommand};

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let claim = call.path;
    let command = ClaimCommand::Accept(Accept { claim });
    call.submit(claim.key, &command).await
}
