//! `GET /v1/policies?order=&cursor=&limit=`: policies sorted by id. Buyers see their own.

use recourse_edge::{AnyOrder, List, Page, Problem};
use recourse_kernel::{OrderId, Role};
use serde::Deserialize;

use super::READERS;
use crate::projections::PolicyRow;
use crate::queries;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    order: Option<OrderId>,
}

pub(super) async fn answer(
    list: List<ListQuery, (), AnyOrder>,
) -> Result<Page<PolicyRow>, Problem> {
    let (caller, page, order) = (&list.caller.0, &list.page, list.query.order);
    caller.only(READERS)?;
    // A token for one order shows the policies of that order only.
    if let (Some(only), Some(named)) = (caller.order, order)
        && only != named
    {
        return Ok(Page::of(Vec::new(), page, |row: &PolicyRow| row.policy.to_string()));
    }
    let order = caller.order.or(order);
    let buyer = (caller.role() == Role::Buyer).then_some(caller.principal.subject.as_str());
    let (pool, after) = (list.pool(), page.cursor.as_deref());
    let rows = queries::policies::policies(pool, order, buyer, after, page.rows()).await?;
    Ok(Page::of(rows, page, |row| row.policy.to_string()))
}
