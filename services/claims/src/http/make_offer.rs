//! `POST /v1/claims/{clm}/offers`: one side makes the other an offer.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{ClaimId, Instant, Money};
use serde::Deserialize;

use super::{BOTH_SIDES, seal_if};
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

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(BOTH_SIDES)?;
    let claim = call.path;
    let Body { kind, price, repair, valid_until, text } = call.request.read()?;
    let text = seal_if(&call, claim.policy(), "text", text.as_deref()).await?;
    let command =
        ClaimCommand::MakeOffer(MakeOffer { claim, kind, price, repair, valid_until, text });
    call.submit(claim.key, &command).await
}
