//! `GET /v1/orders/{order}/missing-facts` and `GET /v1/missing-facts?cursor=`: facts that are
//! missing.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Json, Page, PageQuery, Path, Problem};
use recourse_kernel::{Instant, OrderId, Role};
use serde::Serialize;

use super::{READERS, may_see};
use crate::domain::events::{KeptFactRefused, MissingFact};
use crate::projections::kept_facts::{KeptFactsRow, WaitingFact};
use crate::projections::orders::OrderRow;
use crate::queries;

/// The facts that an order waits for. This is a public format.
#[derive(Debug, Serialize)]
pub(super) struct MissingView {
    order: String,
    /// Facts that should have been reported by now: `order.placed`, `order.paid`,
    /// `order.delivered`.
    missing: Vec<&'static str>,
    /// Facts that wait for one of them.
    kept: Vec<KeptView>,
    /// Kept facts that were refused when they were finally decided.
    refused: Vec<KeptFactRefused>,
}

#[derive(Debug, Serialize)]
struct KeptView {
    fact: String,
    id: String,
    missing: MissingFact,
    kept_at: Instant,
}

/// The facts missing for one order.
pub(super) async fn one(
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

/// Every order with waiting facts.
pub(super) async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    page: PageQuery,
) -> Result<Page<MissingView>, Problem> {
    caller.only(&[Role::Operator, Role::Auditor, Role::Adjuster])?;
    let rows = queries::waiting(edge.pool(), page.cursor.as_deref(), page.rows()).await?;
    let items = rows.into_iter().map(|(order, kept)| view(order, None, kept)).collect();
    Ok(Page::of(items, &page, |item: &MissingView| item.order.clone()))
}

fn view(order: String, row: Option<&OrderRow>, kept: KeptFactsRow) -> MissingView {
    let waits_for = |missing| kept.waiting.iter().any(|it| it.fact.missing == missing);
    let mut missing = Vec::new();
    if waits_for(MissingFact::Placed) {
        missing.push("order.placed");
    }
    if let Some(row) = row {
        let delivered = row.order.units.values().any(|unit| unit.delivery.is_some());
        let went_on = delivered || row.order.completed.is_some();
        if went_on && row.order.paid.is_none() {
            missing.push("order.paid");
        }
        if row.order.completed.is_some() && !delivered {
            missing.push("order.delivered");
        }
    }
    if waits_for(MissingFact::Delivered) && !missing.contains(&"order.delivered") {
        missing.push("order.delivered");
    }
    let kept_view = |waiting: WaitingFact| KeptView {
        fact: waiting.fact.fact,
        id: waiting.fact.id,
        missing: waiting.fact.missing,
        kept_at: waiting.kept_at,
    };
    MissingView {
        order,
        missing,
        kept: kept.waiting.into_iter().map(kept_view).collect(),
        refused: kept.refused,
    }
}
