//! `POST /v1/privacy-requests/{request}/resolution`: an operator says what was done about it.
//!
//! Nothing is erased by itself, because a claim of the buyer may still be open. With `erased`, the
//! operator decides that it is time: the outcome is recorded, and then the buyer's key destroyed.

use recourse_edge::{Accepted, Command, Problem, Stage};
use recourse_kernel::{PrivacyRequestId, Role};
use serde::Deserialize;

use crate::domain::OrderCommand;
use crate::domain::commands::ResolvePrivacyRequest;
use crate::domain::events::PrivacyOutcome;
use crate::queries;

#[derive(Debug, Deserialize)]
struct Body {
    /// `erased`, `answered` or `declined`.
    outcome: PrivacyOutcome,
}

pub(super) async fn answer(call: Command<PrivacyRequestId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Operator])?;
    let request = call.path;
    let Body { outcome } = call.request.read()?;
    let row = queries::privacy_request(call.pool(), request).await?;
    let row = row.ok_or_else(|| Problem::not_found("privacy request", request))?;
    let command = OrderCommand::ResolvePrivacyRequest(ResolvePrivacyRequest { request, outcome });
    let accepted = call.submit(request.key, &command).await?;
    // If this fails, the same call again does it.
    if accepted.stage == Stage::Done
        && outcome == PrivacyOutcome::Erased
        && let Some(buyer) = &row.requested.buyer
    {
        call.sealer().erase(&format!("buyer:{buyer}")).await?;
    }
    Ok(accepted)
}
