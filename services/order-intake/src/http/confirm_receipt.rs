//! `POST /v1/orders/{order}/receipt`: the buyer confirms the receipt, which completes the order
//! (T10).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{OrderId, Role};

use crate::domain::OrderCommand;
use crate::domain::commands::ConfirmReceipt;

pub(super) async fn answer(call: Command<OrderId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Marketplace])?;
    let order = call.path;
    let confirmed_at = call.clock().now();
    let command =
        OrderCommand::ConfirmReceipt(ConfirmReceipt { order, confirmed_at, reported: None });
    call.submit(order.key, &command).await
}
