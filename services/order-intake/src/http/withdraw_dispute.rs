//! `POST /v1/disputes/{dispute}/withdrawal`: the buyer withdraws a dispute (D1).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{DisputeId, Role};

use crate::domain::OrderCommand;
use crate::domain::commands::WithdrawDispute;

pub(super) async fn answer(call: Command<DisputeId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Marketplace])?;
    let dispute = call.path;
    let command = OrderCommand::WithdrawDispute(WithdrawDispute { dispute });
    call.submit(dispute.key, &command).await
}
