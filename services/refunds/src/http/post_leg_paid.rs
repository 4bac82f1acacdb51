//! `POST /v1/legs/{leg}/paid`: the payment gateway has paid or collected an amount (M7).

use axum::extract::State;
use recourse_kernel::{Instant, LegId, Money, Role};
use recourse_runtime::edge::{
    Accepted, Asked, Caller, Edge, IdempotencyKey, Path, Problem, Submit,
};
use serde::Deserialize;

use crate::domain::{ConfirmLeg, RefundsCommand};

#[derive(Deserialize)]
struct Body {
    amount: Money,
    reference: String,
    paid_at: Instant,
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
    let Body { amount, reference, paid_at } = asked.read()?;
    let command = RefundsCommand::ConfirmLeg(ConfirmLeg { leg, amount, reference, paid_at });
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
