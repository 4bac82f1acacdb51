//! `POST /v1/policies/{policy}/cancellation`: the buyer cancels only the warranty, before coverage
//! starts (S7).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody, Submit};
use recourse_kernel::{PolicyId, Role};

use crate::domain::SalesCommand;
use crate::domain::commands::CancelPolicy;

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    idempotency_key: IdempotencyKey,
    Path(policy): Path<PolicyId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Buyer, Role::Marketplace])?;
    edge.submit(Submit {
        caller: &caller,
        idempotency_key: &idempotency_key,
        key: policy.key.as_str(),
        command: &SalesCommand::Cancel(CancelPolicy { policy }),
        request: &request,
        created: false,
    })
    .await
}
