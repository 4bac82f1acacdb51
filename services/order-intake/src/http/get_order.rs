//! `GET /v1/orders/{order}`: one order, with its disputes.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Json, Path, Problem};
use recourse_kernel::{OrderId, Role};

use super::view::OrderView;
use super::{READERS, may_see};
use crate::feed::Contact;
use crate::projections::orders::OrderRow;
use crate::queries;

/// Roles that can see a buyer's contact.
const KNOW_THE_BUYER: &[Role] = &[Role::Buyer, Role::Marketplace, Role::Adjuster];

pub(super) async fn answer(
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
