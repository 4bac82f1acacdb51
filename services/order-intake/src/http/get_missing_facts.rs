//! `GET /v1/orders/{order}/missing-facts`: the facts that are missing for one order.

use recourse_edge::{Call, Json, Problem};
use recourse_kernel::{OrderId, Role};

use super::missing_facts::{MissingView, view};
use super::{READERS, may_see};
use crate::queries;

pub(super) async fn answer(call: Call<OrderId>) -> Result<Json<MissingView>, Problem> {
    let (caller, order) = (&call.caller, call.path);
    caller.only(READERS)?;
    let row = queries::order(call.pool(), order).await?;
    let kept = queries::kept_facts(call.pool(), order).await?;
    // While an order is not placed, its owner is unknown.
    let visible = match &row {
        Some(row) => may_see(caller, row),
        None => kept.is_some() && caller.role() != Role::Buyer,
    };
    if !visible {
        return Err(Problem::not_found("order", order));
    }
    Ok(Json(view(order.to_string(), row.as_ref(), kept.unwrap_or_default())))
}
