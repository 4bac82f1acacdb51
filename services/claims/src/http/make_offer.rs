//! `POST /v1/claims/{clm}/offers`: one side makes the other an offer.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{ClaimId, Instant, Money};
use serde::Deserialize;

use super::{BOTH_SIDES, Call};
use crate::domain::commands::{ClaimCommand, MakeOffer};
use crate::domain::events::OfferKind;

#[derive(Deserialize)]
struct Body {
    kind: OfferKind,
    price: Money,
    #[serde(default)]
    repair: bool,
    valid_until: Option<Instant>,
    text: Option<String>,
}

pub(super) async fn answer(
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
