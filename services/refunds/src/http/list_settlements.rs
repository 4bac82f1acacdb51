//! `GET /v1/settlements?claim=&open=&cursor=&limit=`: settlements ordered by id. A buyer sees only
//! their own.

use axum::extract::State;
use recourse_edge::{AnyOrder, Edge, Page, PageQuery, Problem, Query};
use recourse_kernel::Role;
use serde::Deserialize;

use super::READERS;
use crate::projections::SettlementRow;
use crate::queries;
use crate::queries::settlements::Filter;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    claim: Option<String>,
    open: Option<bool>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    AnyOrder(caller): AnyOrder,
    Query(request): Query<ListQuery>,
    page: PageQuery,
) -> Result<Page<SettlementRow>, Problem> {
    caller.only(READERS)?;
    let filter = Filter {
        claim: request.claim.map(|claim| claim.parse()).transpose()?,
        is_open: request.open,
        buyer: (caller.role() == Role::Buyer).then_some(caller.principal.subject.as_str()),
        order: caller.order,
    };
    let after = page.cursor.as_deref();
    let rows = queries::settlements::settlements(edge.pool(), filter, after, page.rows()).await?;
    Ok(Page::of(rows, &page, |row| row.settlement.to_string()))
}
