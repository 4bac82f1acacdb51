//! `POST /v1/legs/{leg}/failed`: the payment gateway could not pay or collect an amount; it stays owed.

use axum::extract::State;
use recourse_kernel::{Instant, LegId, Role};
use recourse_runtime::edge::{
    Accepted, Asked, Caller, Edge, IdempotencyKey, Path, Problem, Submit,
};
use serde::Deserialize;

use crate::domain::{FailLeg, RefundsCommand};

#[derive(Deserialize)]
struct Body {
    reason: String,
    failed_at: Instant,
}

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    idempotency_key: IdempotencyKey,
    Path(leg): Path<String>,
    asked: Asked,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Gateway])?;
    let leg: LegId = leg.parse()?;
    let Body { reason, failed_at } = asked.read()?;
    let command = RefundsCommand::FailLeg(FailLeg { leg, reason, failed_at });
    edge.submit(Submit {
        caller: &caller,
        idempotency_key: &idempotency_key,
        key: leg.key.as_str(),
        command: &command,
        asked: &asked,
        created: false,
    })
    .await
}
