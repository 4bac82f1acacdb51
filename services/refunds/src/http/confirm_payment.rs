//! `POST /v1/payments/{payment}/paid`: the payment gateway has made or collected a payment (M7).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{Instant, Money, PaymentId, Role};
use serde::Deserialize;

use crate::domain::RefundsCommand;
use crate::domain::commands::ConfirmPayment;

#[derive(Deserialize)]
struct Body {
    amount: Money,
    reference: String,
    paid_at: Instant,
}

pub(super) async fn answer(call: Command<PaymentId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Gateway])?;
    let payment = call.path;
    let Body { amount, reference, paid_at } = call.request.read()?;
    let command =
        RefundsCommand::ConfirmPayment(ConfirmPayment { payment, amount, reference, paid_at });
    call.report(payment.key, &command).await
}
