//! `GET /v1/settlements/{settlement}`: who pays what to whom, and what was paid.

use recourse_edge::{Call, Json, Problem};
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

pub(super) async fn answer(call: Call<SettlementId>) -> Result<Json<Response>, Problem> {
    call.caller.only(READERS)?;
    let (id, caller) = (call.path, &call.caller);
    let settlement = queries::settlements::settlement(call.pool(), id).await?;
    // Does not reveal whether another buyer's settlement exists.
    let settlement = settlement
        .filter(|row| caller.role() != Role::Buyer || row.buyer == caller.principal.subject)
        .ok_or_else(|| Problem::not_found("settlement", id))?;
    let payments = queries::payments::of_settlement(call.pool(), id).await?;
    Ok(Json(Response { open: settlement.is_open(), settlement, payments }))
}
