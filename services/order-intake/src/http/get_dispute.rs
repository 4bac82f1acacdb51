//! `GET /v1/disputes/{dispute}`: one dispute. Both sides and the marketplace read the buyer's text.

use recourse_edge::{Call, Json, Problem};
use recourse_kernel::{DisputeId, Role};

use super::view::DisputeView;
use super::{READERS, may_see};
use crate::queries;

/// Roles that can read the texts of both sides.
const SIDES: &[Role] = &[Role::Buyer, Role::Seller, Role::Marketplace];

pub(super) async fn answer(call: Call<DisputeId>) -> Result<Json<DisputeView>, Problem> {
    let (caller, dispute) = (&call.caller, call.path);
    caller.only(READERS)?;
    let unknown = || Problem::not_found("dispute", dispute);
    let row = queries::dispute(call.pool(), dispute).await?.ok_or_else(unknown)?;
    let order = queries::order(call.pool(), dispute.device().order()).await?;
    if !order.is_some_and(|order| may_see(caller, &order)) {
        return Err(unknown());
    }
    let mut view = DisputeView::new(&row);
    if SIDES.contains(&caller.role()) {
        view.reason = Some(call.open_text(&row.opened.reason).await?);
    }
    Ok(Json(view))
}
