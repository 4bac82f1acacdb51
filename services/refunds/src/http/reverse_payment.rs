//! `POST /v1/payments/{payment}/reversed`: the payment gateway took a payment back; it is owed
//! again (M12).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{Instant, PaymentId, Role};
use serde::Deserialize;

use crate::domain::RefundsCommand;
use crate::domain::commands::ReversePayment;

#[derive(Deserialize)]
struct Body {
    code: Option<String>,
    reason: Option<String>,
    reversed_at: Instant,
}

pub(super) async fn answer(call: Command<PaymentId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Gateway])?;
    let payment = call.path;
    let Body { code, reason, reversed_at } = call.request.read()?;
    let command =
        RefundsCommand::ReversePayment(ReversePayment { payment, code, reason, reversed_at });
    call.report(payment.key, &command).await
}
