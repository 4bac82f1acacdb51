//! `GET /v1/orders/{order}/deadlines`.

use recourse_edge::{Call, Page, Problem};
use recourse_kernel::OrderId;

use super::access::events_for;
use crate::queries::deadlines::{self, DeadlineItem};

/// A purchase's deadlines, in the order in which they were set.
pub(super) async fn get_order_deadlines(
    call: Call<OrderId>,
) -> Result<Page<DeadlineItem>, Problem> {
    let order = call.path;
    if events_for(&call, order.key).await?.is_empty() {
        return Err(Problem::not_found("order", order));
    }
    Ok(Page::new(deadlines::of_purchase(call.pool(), order.key, None).await?, None))
}
