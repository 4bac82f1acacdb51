//! `POST /v1/orders/{order}/delivery`: the buyer or the marketplace reports when an order was
//! delivered whose receipt was confirmed without a delivery (T10).

use chrono_tz::Tz;
use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{DeviceId, Instant, OrderId, Role};
use serde::Deserialize;

use crate::domain::OrderCommand;
use crate::domain::commands::ReportDelivery;

#[derive(Debug, Deserialize)]
struct Body {
    /// When it was delivered.
    delivered_at: Instant,
    /// The IANA time zone of the place; absent for that of the order's place.
    zone: Option<Tz>,
    /// The devices; absent for all whose delivery was not reported.
    #[serde(default)]
    devices: Vec<DeviceId>,
}

pub(super) async fn answer(call: Command<OrderId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer, Role::Marketplace])?;
    let order = call.path;
    let Body { delivered_at, zone, devices } = call.request.read()?;
    let reported = ReportDelivery { order, delivered_at, zone, devices };
    let command = OrderCommand::ReportDelivery(reported);
    call.submit(order.key, &command).await
}
