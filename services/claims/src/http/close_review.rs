//! `POST /v1/claims/{clm}/reviews/{n}/closing`: the staff close the review of a late fact.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{ClaimId, Instant, Money};
use serde::Deserialize;

use super::{STAFF, seal_if};
use crate::domain::commands::{ClaimCommand, CloseReview, ResultKind};

#[derive(Deserialize)]
struct Body {
    /// What follows from it (M10); nothing if absent.
    #[serde(default)]
    result: ResultKind,
    amount: Option<Money>,
    as_of: Option<Instant>,
    note: Option<String>,
}

pub(super) async fn answer(call: Command<(ClaimId, u32)>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let (claim, review) = call.path;
    let Body { result, amount, as_of, note } = call.request.read()?;
    let note = seal_if(&call, claim.policy(), "note", note.as_deref()).await?;
    let command = CloseReview { claim, review, result, amount, as_of, note };
    call.submit(claim.key, &ClaimCommand::CloseReview(command)).await
}
