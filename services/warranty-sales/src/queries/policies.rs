//! Queries for policies, one or many.

use recourse_kernel::{OrderId, PolicyId};
use sqlx::PgPool;
use sqlx::types::Json;

use crate::projections::PolicyRow;

pub async fn policy(pool: &PgPool, policy: PolicyId) -> sqlx::Result<Option<PolicyRow>> {
    let row: Option<(Json<PolicyRow>,)> =
        sqlx::query_as("select document from policies where policy = $1")
            .bind(policy.to_string())
            .fetch_optional(pool)
            .await?;
    Ok(row.map(|(Json(row),)| row))
}

/// Policies sorted by id, optionally of one order or one buyer, starting after a given id.
pub async fn policies(
    pool: &PgPool,
    order: Option<OrderId>,
    buyer: Option<&str>,
    after: Option<&str>,
    most: i64,
) -> sqlx::Result<Vec<PolicyRow>> {
    let rows: Vec<(Json<PolicyRow>,)> = sqlx::query_as(
        "select document from policies
         where ($1::text is null or order_id = $1)
           and ($2::text is null or buyer = $2)
           and ($3::text is null or policy > $3)
         order by policy
         limit $4",
    )
    .bind(order.map(|order| order.to_string()))
    .bind(buyer)
    .bind(after)
    .bind(most)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(Json(row),)| row).collect())
}
