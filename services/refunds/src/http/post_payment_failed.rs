//! `POST /v1/payments/{payment}/failed`: the payment gateway could not make or collect a payment;
//! it is still owed.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody, Submit};
use recourse_kernel::{Instant, PaymentId, Role};
use serde::Deserialize;

use crate::domain::{FailPayment, RefundsCommand};

#[derive(Deserialize)]
struct Body {
    reason: String,
    failed_at: Instant,
}

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    idempotency_key: IdempotencyKey,
    Path(payment): Path<String>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Gateway])?;
    let payment: PaymentId = payment.parse()?;
    let Body { reason, failed_at } = request.read()?;
    let command = RefundsCommand::FailPayment(FailPayment { payment, reason, failed_at });
    edge.submit(Submit {
        caller: &caller,
        idempotency_key: &idempotency_key,
        key: payment.key.as_str(),
        command: &command,
        request: &request,
        created: false,
    })
    .await
}
