//! `GET /v1/policies?order=&cursor=&limit=`: policies sorted by id. Buyers see their own.

use recourse_edge::{List, Page, Problem};
use recourse_kernel::{OrderId, Role};
use serde::Deserialize;

use super::READERS;
use crate::projections::PolicyRow;
use crate::queries;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    order: Option<OrderId>,
}

pub(super) async fn answer(list: List<ListQuery>) -> Result<Page<PolicyRow>, Problem> {
    let (caller, page, order) = (&list.caller, &list.page, list.query.order);
    caller.only(READERS)?;
    let buyer = (caller.role() == Role::Buyer).then_some(caller.principal.subject.as_str());
    let (pool, after) = (list.pool(), page.cursor.as_deref());
    let rows = queries::policies::policies(pool, order, buyer, after, page.rows()).await?;
    Ok(Page::of(rows, page, |row| row.policy.to_string()))
}
