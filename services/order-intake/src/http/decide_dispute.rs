//! `POST /v1/disputes/{dispute}/decision`: the marketplace decides a dispute (D1).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{DisputeId, Money, Role};
use serde::Deserialize;

use crate::domain::OrderCommand;
use crate::domain::commands::DecideDispute;
use crate::domain::events::DisputeEnding;

#[derive(Debug, Deserialize)]
struct Body {
    /// `full_refund`, `partial_refund`, `exchange`, `repair_reimbursed`, `free_parts`, `discount`
    /// or `nothing`.
    ending: DisputeEnding,
    /// The amount, for endings that pay money; a full refund needs none.
    amount: Option<Money>,
    /// The cost of the repair on its receipt.
    receipt: Option<Money>,
    /// Whether the service centre found the device beyond repair.
    #[serde(default)]
    beyond_repair: bool,
}

pub(super) async fn answer(call: Command<DisputeId>) -> Result<Accepted, Problem> {
    // A seller is refused with what it can do instead.
    call.only(&[Role::Seller, Role::Marketplace])?;
    let dispute = call.path;
    let Body { ending, amount, receipt, beyond_repair } = call.request.read()?;
    let decided = DecideDispute { dispute, ending, amount, receipt, beyond_repair };
    let command = OrderCommand::DecideDispute(decided);
    call.submit(dispute.key, &command).await
}
