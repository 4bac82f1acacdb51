//! `GET /v1/policies?order=&cursor=&limit=`: policies sorted by id. Buyers see their own.

use axum::extract::State;
use recourse_edge::{AnyOrder, Edge, Page, PageQuery, Problem, Query};
use recourse_kernel::{OrderId, Role};
use serde::Deserialize;

use super::READERS;
use crate::projections::PolicyRow;
use crate::queries;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    order: Option<String>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    AnyOrder(caller): AnyOrder,
    Query(request): Query<ListQuery>,
    page: PageQuery,
) -> Result<Page<PolicyRow>, Problem> {
    caller.only(READERS)?;
    let order: Option<OrderId> = request.order.map(|order| order.parse()).transpose()?;
    // A token for one order shows the policies of that order only.
    if let (Some(only), Some(named)) = (caller.order, order)
        && only != named
    {
        return Ok(Page::of(Vec::new(), &page, |row: &PolicyRow| row.policy.to_string()));
    }
    let order = caller.order.or(order);
    let buyer = (caller.role() == Role::Buyer).then_some(caller.principal.subject.as_str());
    let (pool, after) = (edge.pool(), page.cursor.as_deref());
    let rows = queries::policies::policies(pool, order, buyer, after, page.rows()).await?;
    Ok(Page::of(rows, &page, |row| row.policy.to_string()))
}
