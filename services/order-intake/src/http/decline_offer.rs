//! `POST /v1/disputes/{dispute}/refusal`: the buyer declines the seller's counter-offer, so that
//! the marketplace decides (D1).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{DisputeId, Role};

use crate::domain::OrderCommand;
use crate::domain::commands::DeclineDisputeOffer;

pub(super) async fn answer(call: Command<DisputeId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Marketplace])?;
    let dispute = call.path;
    let command = OrderCommand::DeclineDisputeOffer(DeclineDisputeOffer { dispute });
    call.submit(dispute.key, &command).await
}
