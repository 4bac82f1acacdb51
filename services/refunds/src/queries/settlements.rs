//! Settlements, one or many.

use recourse_kernel::{ClaimId, OrderId, SettlementId};
use sqlx::PgPool;
use sqlx::types::Json;

use crate::projections::SettlementRow;

#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Only those of this claim.
    pub claim: Option<ClaimId>,
    /// Only open ones, or only closed ones.
    pub is_open: Option<bool>,
    /// Only those of this buyer.
    pub buyer: Option<&'a str>,
    /// Only those about this order.
    pub order: Option<OrderId>,
}

/// One settlement, if it exists.
pub async fn settlement(
    pool: &PgPool,
    settlement: SettlementId,
) -> sqlx::Result<Option<SettlementRow>> {
    let row: Option<(Json<SettlementRow>,)> =
        sqlx::query_as("select document from settlements where settlement = $1")
            .bind(settlement.to_string())
            .fetch_optional(pool)
            .await?;
    Ok(row.map(|(Json(row),)| row))
}

/// Settlements with ids after `after`, in order.
pub async fn settlements(
    pool: &PgPool,
    filter: Filter<'_>,
    after: Option<&str>,
    most: i64,
) -> sqlx::Result<Vec<SettlementRow>> {
    let rows: Vec<(Json<SettlementRow>,)> = sqlx::query_as(
        "select document from settlements
         where ($1::text is null or claim = $1)
           and ($2::boolean is null or is_open = $2)
           and ($3::text is null or buyer = $3)
           and ($4::text is null or starts_with(settlement, $4))
           and ($5::text is null or settlement > $5)
         order by settlement
         limit $6",
    )
    .bind(filter.claim.map(|claim| claim.to_string()))
    .bind(filter.is_open)
    .bind(filter.buyer)
    .bind(filter.order.map(|order| format!("stl_{}-", order.key)))
    .bind(after)
    .bind(most)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(Json(row),)| row).collect())
}
