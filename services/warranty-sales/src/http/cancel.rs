//! `POST /v1/policies/{policy}/cancellation`: the buyer cancels only the warranty, before coverage
//! starts (S7).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{PolicyId, Role};

use crate::domain::SalesCommand;
use crate::domain::commands::CancelPolicy;

pub(super) async fn answer(call: Command<PolicyId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Marketplace])?;
    let policy = call.path;
    call.submit(policy.key, &SalesCommand::Cancel(CancelPolicy { policy })).await
}
