//! `GET /v1/orders/{order}/timeline?cursor=&limit=`: the same timeline for buyer, provider and
//! auditor, derived from the events.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, PageQuery, Path, Problem};
use recourse_kernel::OrderId;

use super::access::events_for;
use super::view::{TimelineItem, page_of_timeline};

/// The timeline of an order: its policies, claims, jobs and payments.
pub(super) async fn get_order_timeline(
    State(edge): State<Edge>,
    caller: Caller,
    Path(order): Path<OrderId>,
    page: PageQuery,
) -> Result<Page<TimelineItem>, Problem> {
    let events = events_for(&caller, &edge, order.key).await?;
    if events.is_empty() {
        return Err(Problem::not_found("order", order));
    }
    page_of_timeline(&edge, events, &page).await
}
