//! `GET /v1/disputes/{dispute}`: one dispute. Both sides and the marketplace read the buyer's text.

use recourse_edge::{Call, Caller, Edge, Json, Problem};
use recourse_kernel::{DisputeId, Role};

use super::view::DisputeView;
use super::{READERS, may_see};
use crate::domain::rules::disputes::seller_of;
use crate::domain::state::Order;
use crate::projections::disputes::DisputeRow;
use crate::queries;

pub(super) async fn answer(call: Call<DisputeId>) -> Result<Json<DisputeView>, Problem> {
    let (row, order) = seen_by(&call, &call.caller, call.path).await?;
    let mut view = DisputeView::new(&row, &order);
    if is_a_side(&call.caller, &order, call.path) {
        view.reason = Some(call.open_text(&row.opened.reason).await?);
    }
    Ok(Json(view))
}

/// A dispute that the caller may see, with its order; any other is not found.
pub(super) async fn seen_by(
    edge: &Edge,
    caller: &Caller,
    dispute: DisputeId,
) -> Result<(DisputeRow, Order), Problem> {
    caller.only(READERS)?;
    let unknown = || Problem::not_found("dispute", dispute);
    let row = queries::dispute(edge.pool(), dispute).await?.ok_or_else(unknown)?;
    let order = queries::order(edge.pool(), dispute.device().order()).await?;
    let order = order.filter(|order| may_see(caller, order)).ok_or_else(unknown)?;
    Ok((row, order.order))
}

/// Whether the caller is its buyer, its seller or its marketplace, who read texts and see photos.
pub(super) fn is_a_side(caller: &Caller, order: &Order, dispute: DisputeId) -> bool {
    match caller.role() {
        Role::Buyer | Role::Marketplace => true,
        Role::Seller => {
            seller_of(order, dispute.device()) == Some(caller.principal.subject.as_str())
        }
        _ => false,
    }
}
