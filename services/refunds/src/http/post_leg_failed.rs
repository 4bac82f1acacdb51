//! `POST /v1/legs/{leg}/failed`: the payment gateway could not pay or collect an amount; it stays owed.

use axum::extract::State;
use recourse_kernel::{Instant, LegId, Role};
use recourse_runtime::edge::{Accepted, Caller, Edge, IdempotencyKey, Json, Path, Problem, Submit};
use serde::Deserialize;
use serde_json::json;

use crate::domain::{FailLeg, RefundsCommand};

#[derive(Deserialize)]
pub(super) struct Asked {
    reason: String,
    failed_at: Instant,
}

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    idempotency_key: IdempotencyKey,
    Path(leg): Path<String>,
    Json(Asked { reason, failed_at }): Json<Asked>,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Gateway])?;
    let leg: LegId = leg.parse()?;
    let asked = json!({ "leg": leg, "reason": reason, "failed_at": failed_at });
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
