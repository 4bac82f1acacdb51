//! `POST /v1/disputes/{dispute}/acceptance`: the buyer accepts the seller's counter-offer.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{DisputeId, Money, Role};
use serde::Deserialize;

use crate::domain::OrderCommand;
use crate::domain::commands::AcceptDisputeOffer;

#[derive(Debug, Deserialize)]
struct Body {
    /// The amount the seller offered; absent for an offer without an amount.
    offer: Option<Money>,
}

pub(super) async fn answer(call: Command<DisputeId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Marketplace])?;
    let dispute = call.path;
    let Body { offer } = call.request.read()?;
    let command = OrderCommand::AcceptDisputeOffer(AcceptDisputeOffer { dispute, offer });
    call.submit(dispute.key, &command).await
}
