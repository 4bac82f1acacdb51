//! Amounts: of one settlement, or all in one state.

use recourse_kernel::SettlementId;
use sqlx::PgPool;
use sqlx::types::Json;

use crate::projections::{LegRow, LegState};

/// The amounts of a settlement, in their order.
pub async fn of_settlement(pool: &PgPool, settlement: SettlementId) -> sqlx::Result<Vec<LegRow>> {
    let rows: Vec<(Json<LegRow>,)> =
        sqlx::query_as("select document from legs where settlement = $1 order by leg")
            .bind(settlement.to_string())
            .fetch_all(pool)
            .await?;
    let mut legs: Vec<LegRow> = rows.into_iter().map(|(Json(row),)| row).collect();
    // By number, where text would put the tenth before the second.
    legs.sort_by_key(|leg| leg.leg);
    Ok(legs)
}

/// Amounts in the order of their ids, from behind a key on.
pub async fn in_state(
    pool: &PgPool,
    state: Option<LegState>,
    behind: Option<&str>,
    most: i64,
) -> sqlx::Result<Vec<LegRow>> {
    let rows: Vec<(Json<LegRow>,)> = sqlx::query_as(
        "select document from legs
         where ($1::text is null or state = $1)
           and ($2::text is null or leg > $2)
         order by leg
         limit $3",
    )
    .bind(state.map(LegState::name))
    .bind(behind)
    .bind(most)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(Json(row),)| row).collect())
}
