//! `POST /v1/payments/{payment}/paid`: the payment gateway has made or collected a payment (M7).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody, Submit};
use recourse_kernel::{Instant, Money, PaymentId, Role};
use serde::Deserialize;

use crate::domain::{ConfirmPayment, RefundsCommand};

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
    Path(payment): Path<String>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Gateway])?;
    let payment: PaymentId = payment.parse()?;
    let Body { amount, reference, paid_at } = request.read()?;
    let command =
        RefundsCommand::ConfirmPayment(ConfirmPayment { payment, amount, reference, paid_at });
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
