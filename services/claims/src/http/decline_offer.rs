//! `POST /v1/claims/{clm}/offers/{n}/refusal`: declines the other side's offer.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::ClaimId;

use super::{BOTH_SIDES, Call};
use crate::domain::commands::{ClaimCommand, DeclineOffer};

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path((claim, offer)): Path<(ClaimId, u32)>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(BOTH_SIDES)?;
    let command = ClaimCommand::DeclineOffer(DeclineOffer { claim, offer });
    Call::new(edge, caller, key).submit(claim.key, &command, &request).await
}
