//! `POST /v1/disputes/{dispute}/acceptance`: the buyer accepts the seller's counter-offer.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{DisputeId, Money, Role};
use serde::Deserialize;

use super::Call;
use crate::domain::OrderCommand;
use crate::domain::commands::AcceptDisputeOffer;

#[derive(Debug, Deserialize)]
struct Body {
    /// The amount the seller offered.
    offer: Money,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(dispute): Path<DisputeId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Buyer, Role::Marketplace])?;
    let Body { offer } = request.read()?;
    let command = OrderCommand::AcceptDisputeOffer(AcceptDisputeOffer { dispute, offer });
    Call::new(edge, caller, key).submit(dispute.key, &command, &request).await
}
