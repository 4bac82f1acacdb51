//! `POST /v1/privacy-requests/{request}/resolution`: an operator says what was done about it.
//!
//! Nothing is erased by itself, because a claim of the buyer may still be open. With `erased`, the
//! operator decides that it is time: the outcome is recorded, and then the buyer's key destroyed.
//! If this fails in between, or was not decided in time, the same outcome again finishes it; so
//! does [`forgetting`](crate::intake::forgetting).

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
    if accepted.stage == Stage::Done && outcome == PrivacyOutcome::Erased {
        // The order may have become known only after the request, with another name of the buyer.
        let order = queries::order(call.pool(), row.requested.order).await?;
        let buyer = order.map(|row| row.order.placed.buyer);
        for buyer in row.requested.buyer.into_iter().chain(buyer) {
            call.sealer().erase(&format!("buyer:{buyer}")).await?;
        }
    }
    Ok(accepted)
}
