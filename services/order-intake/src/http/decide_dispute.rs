//! `POST /v1/disputes/{dispute}/decision`: the seller or the marketplace decides a dispute.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{DisputeId, Money, Role};
use serde::Deserialize;

use super::Call;
use crate::domain::OrderCommand;
use crate::domain::commands::DecideDispute;
use crate::domain::events::DisputeEnding;

#[derive(Debug, Deserialize)]
struct Body {
    /// `full_refund`, `partial_refund`, `exchange`, `repair_reimbursed` or `nothing`.
    ending: DisputeEnding,
    /// The amount, for endings that pay money; a full refund needs none.
    amount: Option<Money>,
    /// The cost of the repair on its receipt.
    receipt: Option<Money>,
    /// Whether the service centre found the device beyond repair.
    #[serde(default)]
    beyond_repair: bool,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(dispute): Path<DisputeId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Seller, Role::Marketplace])?;
    let Body { ending, amount, receipt, beyond_repair } = request.read()?;
    let decided = DecideDispute { dispute, ending, amount, receipt, beyond_repair };
    let command = OrderCommand::DecideDispute(decided);
    Call::new(edge, caller, key).submit(dispute.key, &command, &request).await
}
