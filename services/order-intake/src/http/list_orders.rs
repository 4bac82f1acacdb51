//! `GET /v1/orders?buyer=&marketplace=&number=&stage=&cursor=`: orders; buyers and marketplaces see
//! their own.

use axum::extract::State;
use recourse_edge::{AnyOrder, Edge, Page, PageQuery, Problem, Query};
use recourse_kernel::Role;
use serde::Deserialize;

use super::READERS;
use super::view::OrderSummary;
use crate::queries;
use crate::queries::OrderFilter;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    buyer: Option<String>,
    marketplace: Option<String>,
    number: Option<String>,
    stage: Option<String>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    AnyOrder(caller): AnyOrder,
    Query(request): Query<ListQuery>,
    page: PageQuery,
) -> Result<Page<OrderSummary>, Problem> {
    caller.only(READERS)?;
    let own = |role: Role, request: Option<String>| {
        if caller.role() == role { Some(caller.principal.subject.clone()) } else { request }
    };
    let filter = OrderFilter {
        order: caller.order,
        buyer: own(Role::Buyer, request.buyer),
        marketplace: own(Role::Marketplace, request.marketplace),
        number: request.number,
        stage: request.stage,
    };
    let rows = queries::orders(edge.pool(), &filter, page.cursor.as_deref(), page.rows()).await?;
    let items = rows.into_iter().map(OrderSummary::new).collect();
    Ok(Page::of(items, &page, OrderSummary::key))
}
