//! `POST /v1/disputes/{dispute}/performance/objection`: the buyer objects to the seller's statement
//! that the outcome was carried out (D2).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{DisputeId, Role};

use crate::domain::OrderCommand;
use crate::domain::commands::ContestPerformance;

pub(super) async fn answer(call: Command<DisputeId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Marketplace])?;
    let dispute = call.path;
    let command = OrderCommand::ContestPerformance(ContestPerformance { dispute });
    call.submit(dispute.key, &command).await
}
