//! `GET /v1/settlements/{settlement}`: who pays what to whom, and what was paid.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Json, Path, Problem};
use recourse_kernel::{Role, SettlementId};
use serde::Serialize;

use super::READERS;
use crate::projections::{PaymentRow, SettlementRow};
use crate::queries;

#[derive(Serialize)]
pub(super) struct Response {
    #[serde(flatten)]
    settlement: SettlementRow,
    open: bool,
    payments: Vec<PaymentRow>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    Path(id): Path<SettlementId>,
) -> Result<Json<Response>, Problem> {
    caller.only(READERS)?;
    let settlement = queries::settlements::settlement(edge.pool(), id).await?;
    // Does not reveal whether another buyer's settlement exists.
    let settlement = settlement
        .filter(|row| caller.role() != Role::Buyer || row.buyer == caller.principal.subject)
        .ok_or_else(|| Problem::not_found("settlement", id))?;
    let payments = queries::payments::of_settlement(edge.pool(), id).await?;
    Ok(Json(Response { open: settlement.is_open(), settlement, payments }))
}
