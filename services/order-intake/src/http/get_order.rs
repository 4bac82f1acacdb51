//! `GET /v1/orders/{order}`: one order, with its disputes.

use recourse_edge::{Call, Edge, Json, Problem};
use recourse_kernel::{OrderId, Role};

use super::view::OrderView;
use super::{READERS, may_see};
use crate::feed::Contact;
use crate::projections::orders::OrderRow;
use crate::queries;

/// Roles that can see a buyer's contact.
const KNOW_THE_BUYER: &[Role] = &[Role::Buyer, Role::Marketplace, Role::Adjuster];

pub(super) async fn answer(call: Call<OrderId>) -> Result<Json<OrderView>, Problem> {
    let (caller, order) = (&call.caller, call.path);
    caller.only(READERS)?;
    let row = queries::order(call.pool(), order).await?;
    let row =
        row.filter(|row| may_see(caller, row)).ok_or_else(|| Problem::not_found("order", order))?;
    let disputes = queries::disputes_of(call.pool(), order).await?;
    let contact =
        if KNOW_THE_BUYER.contains(&caller.role()) { contact(&call, &row).await? } else { None };
    Ok(Json(OrderView::new(row, contact, &disputes)))
}

/// `None` if the buyer was erased.
async fn contact(edge: &Edge, row: &OrderRow) -> Result<Option<Contact>, Problem> {
    let Some(sealed) = &row.contact else { return Ok(None) };
    let text = edge.open_text(sealed).await?;
    Ok(serde_json::from_str(&text).ok())
}
