//! `GET /v1/orders/{order}/timeline?cursor=&limit=`: the same timeline for buyer, provider and
//! auditor, derived from the events.

use recourse_edge::{List, Page, Problem};
use recourse_kernel::OrderId;

use super::access::events_for;
use super::view::{TimelineItem, page_of_timeline};

/// The timeline of an order: its policies, claims, jobs and payments.
pub(super) async fn get_order_timeline(
    list: List<(), OrderId>,
) -> Result<Page<TimelineItem>, Problem> {
    let order = list.path;
    let events = events_for(&list, order.key).await?;
    if events.is_empty() {
        return Err(Problem::not_found("order", order));
    }
    page_of_timeline(&list, events, &list.page).await
}
