//! `POST /v1/claims/{clm}/offers`, `…/offers/{n}/acceptance`, `…/offers/{n}/refusal`: negotiates a
//! settlement.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{ClaimId, Instant, Money};
use serde::Deserialize;

use super::{BOTH_SIDES, Call};
use crate::domain::ClaimCommand;
use crate::domain::negotiation::{AcceptOffer, DeclineOffer, MakeOffer, OfferKind};

#[derive(Deserialize)]
struct Body {
    kind: OfferKind,
    price: Money,
    #[serde(default)]
    repair: bool,
    valid_until: Option<Instant>,
    text: Option<String>,
}

pub(super) async fn make(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(claim): Path<ClaimId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(BOTH_SIDES)?;
    let Body { kind, price, repair, valid_until, text } = request.read()?;
    let call = Call::new(edge, caller, key);
    let text = call.seal_if(claim.policy(), text.as_deref()).await?;
    let command =
        ClaimCommand::MakeOffer(MakeOffer { claim, kind, price, repair, valid_until, text });
    call.submit(claim.key, &command, &request).await
}

pub(super) async fn accept(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path((claim, offer)): Path<(ClaimId, u32)>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(BOTH_SIDES)?;
    let command = ClaimCommand::AcceptOffer(AcceptOffer { claim, offer });
    Call::new(edge, caller, key).submit(claim.key, &command, &request).await
}

pub(super) async fn decline(
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
