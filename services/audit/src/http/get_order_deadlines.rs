//! `GET /v1/orders/{order}/deadlines`.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, Path, Problem};
use recourse_kernel::OrderId;

use super::access::events_for;
use crate::queries::deadlines::{self, DeadlineItem};

/// A purchase's deadlines, in the order in which they were set.
pub(super) async fn get_order_deadlines(
    State(edge): State<Edge>,
    caller: Caller,
    Path(order): Path<OrderId>,
) -> Result<Page<DeadlineItem>, Problem> {
    if events_for(&caller, &edge, order.key).await?.is_empty() {
        return Err(Problem::not_found("order", order));
    }
    Ok(Page::new(deadlines::of_purchase(edge.pool(), order.key, None).await?, None))
}
