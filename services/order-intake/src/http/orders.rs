//! `GET /v1/orders/{order}` and `GET /v1/orders?buyer=&marketplace=&number=&stage=&cursor=`.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Json, Page, PageQuery, Path, Problem, Query};
use recourse_kernel::{OrderId, Role};
use serde::Deserialize;

use super::view::{OrderSummary, OrderView};
use super::{READERS, may_see};
use crate::feed::Contact;
use crate::projections::orders::OrderRow;
use crate::queries::{self, OrderFilter};

/// Roles that can see a buyer's contact.
const KNOW_THE_BUYER: &[Role] = &[Role::Buyer, Role::Marketplace, Role::Adjuster];

/// One order, with its disputes.
pub(super) async fn one(
    State(edge): State<Edge>,
    caller: Caller,
    Path(order): Path<OrderId>,
) -> Result<Json<OrderView>, Problem> {
    caller.only(READERS)?;
    let row = queries::order(edge.pool(), order).await?;
    let row = row
        .filter(|row| may_see(&caller, row))
        .ok_or_else(|| Problem::not_found("order", order))?;
    let disputes = queries::disputes_of(edge.pool(), order).await?;
    let contact =
        if KNOW_THE_BUYER.contains(&caller.role()) { contact(&edge, &row).await? } else { None };
    Ok(Json(OrderView::new(row, contact, &disputes)))
}

/// `None` if the buyer was erased.
async fn contact(edge: &Edge, row: &OrderRow) -> Result<Option<Contact>, Problem> {
    let Some(sealed) = &row.contact else { return Ok(None) };
    let text = edge.open_text(sealed).await?;
    Ok(serde_json::from_str(&text).ok())
}

#[derive(Deserialize)]
pub(super) struct ListQuery {
    buyer: Option<String>,
    marketplace: Option<String>,
    number: Option<String>,
    stage: Option<String>,
}

/// A list of orders; buyers and marketplaces see their own.
pub(super) async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    Query(request): Query<ListQuery>,
    page: PageQuery,
) -> Result<Page<OrderSummary>, Problem> {
    caller.only(READERS)?;
    let own = |role: Role, request: Option<String>| {
        if caller.role() == role { Some(caller.principal.subject.clone()) } else { request }
    };
    let filter = OrderFilter {
        buyer: own(Role::Buyer, request.buyer),
        marketplace: own(Role::Marketplace, request.marketplace),
        number: request.number,
        stage: request.stage,
    };
    let rows = queries::orders(edge.pool(), &filter, page.cursor.as_deref(), page.rows()).await?;
    let items = rows.into_iter().map(OrderSummary::new).collect();
    Ok(Page::of(items, &page, OrderSummary::key))
}
