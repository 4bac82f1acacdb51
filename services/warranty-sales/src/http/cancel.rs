//! `POST /v1/policies/{policy}/cancellation`: the buyer cancels only the warranty (S7): before
//! coverage starts without a body; later, where the terms allow it, with a dated receipt.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{PolicyId, Role};
use serde::Deserialize;

use crate::domain::SalesCommand;
use crate::domain::commands::CancelPolicy;
use crate::domain::events::Receipt;

#[derive(Default, Deserialize)]
struct Body {
    receipt: Option<Receipt>,
}

pub(super) async fn answer(call: Command<PolicyId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Marketplace])?;
    let policy = call.path;
    let Body { receipt } = call.request.read_or_default()?;
    call.submit(policy.key, &SalesCommand::Cancel(CancelPolicy { policy, receipt })).await
}
