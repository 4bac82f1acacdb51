//! `POST /v1/payments/{payment}/failed`: the payment gateway could not make or collect a payment;
//! it is still owed.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{Instant, PaymentId, Role};
use serde::Deserialize;

use crate::domain::RefundsCommand;
use crate::domain::commands::FailPayment;

#[derive(Deserialize)]
struct Body {
    code: String,
    reason: Option<String>,
    failed_at: Instant,
}

pub(super) async fn answer(call: Command<PaymentId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Gateway])?;
    let payment = call.path;
    let Body { code, reason, failed_at } = call.request.read()?;
    let command = RefundsCommand::FailPayment(FailPayment { payment, code, reason, failed_at });
    call.report(payment.key, &command).await
}
