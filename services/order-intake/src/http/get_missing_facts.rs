//! `GET /v1/orders/{order}/missing-facts`: the facts that are missing for one order.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Json, Path, Problem};
use recourse_kernel::{OrderId, Role};

use super::missing_facts::{MissingView, view};
use super::{READERS, may_see};
use crate::queries;

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    Path(order): Path<OrderId>,
) -> Result<Json<MissingView>, Problem> {
    caller.only(READERS)?;
    let row = queries::order(edge.pool(), order).await?;
    let kept = queries::kept_facts(edge.pool(), order).await?;
    // While an order is not placed, its owner is unknown.
    let visible = match &row {
        Some(row) => may_see(&caller, row),
        None => kept.is_some() && caller.role() != Role::Buyer,
    };
    if !visible {
        return Err(Problem::not_found("order", order));
    }
    Ok(Json(view(order.to_string(), row.as_ref(), kept.unwrap_or_default())))
}
