//! `POST /v1/disputes/{dispute}/performance`: the marketplace or the buyer confirms that the outcome
//! was carried out, in time or late; or the seller states it (D2).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{DisputeId, Instant, Role};
use serde::Deserialize;

use crate::domain::OrderCommand;
use crate::domain::commands::PerformDispute;

#[derive(Debug, Deserialize)]
struct Body {
    /// When it was carried out; absent for now.
    at: Option<Instant>,
}

pub(super) async fn answer(call: Command<DisputeId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Seller, Role::Marketplace])?;
    let dispute = call.path;
    let Body { at } = call.request.read()?;
    let command = OrderCommand::PerformDispute(PerformDispute { dispute, at });
    call.submit(dispute.key, &command).await
}
