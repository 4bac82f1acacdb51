//! `POST /v1/claims/{clm}/reviews/{n}/closing`: the staff close the review of a late fact.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::{STAFF, seal_if};
use crate::domain::commands::{ClaimCommand, CloseReview};

#[derive(Deserialize)]
struct Body {
    note: Option<String>,
}

pub(super) async fn answer(call: Command<(ClaimId, u32)>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let (claim, review) = call.path;
    let Body { note } = call.request.read()?;
    let note = seal_if(&call, claim.policy(), "note", note.as_deref()).await?;
    let command = ClaimCommand::CloseReview(CloseReview { claim, review, note });
    call.submit(claim.key, &command).await
}
