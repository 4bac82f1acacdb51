//! `GET /v1/settlements/{settlement}`: who pays what to whom, what was paid, and what it waits for.

use recourse_edge::{Call, Json, Problem};
use recourse_kernel::{Role, SettlementId, WaitsFor};
use serde::Serialize;

use super::READERS;
use crate::domain::events::Totals;
use crate::domain::handle::waits;
use crate::projections::{PaymentRow, SettlementRow};
use crate::queries;

#[derive(Serialize)]
pub(super) struct Response {
    #[serde(flatten)]
    settlement: SettlementRow,
    open: bool,
    /// M12: the balance, one per currency.
    totals: Vec<Totals>,
    /// T11: who has to do what, and until when.
    waits_for: Vec<WaitsFor>,
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
    let known = settlement.as_settlement(&payments);
    let waits = waits::of_settlement(id, &known);
    Ok(Json(Response {
        open: settlement.is_open(),
        totals: known.totals(),
        waits_for: waits.iter().map(WaitsFor::from).collect(),
        settlement,
        payments,
    }))
}
