//! `POST /v1/policies/{pol}/reviews/{n}/closing`: the staff close the review of a filing that was
//! refused for its date.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::PolicyId;
use serde::Deserialize;

use super::{STAFF, seal_if};
use crate::domain::commands::{ClaimCommand, CloseRefusalReview, ResultKind};

#[derive(Deserialize)]
struct Body {
    /// `admit`: the buyer can file with the date of the refused filing (M10).
    #[serde(default)]
    result: ResultKind,
    note: Option<String>,
}

pub(super) async fn answer(call: Command<(PolicyId, u32)>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let (policy, review) = call.path;
    let Body { result, note } = call.request.read()?;
    let note = seal_if(&call, policy, "note", note.as_deref()).await?;
    let command = CloseRefusalReview { policy, review, result, note };
    call.submit(policy.key, &ClaimCommand::CloseRefusalReview(command)).await
}
