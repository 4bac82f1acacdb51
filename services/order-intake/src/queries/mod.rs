//! Queries on the read model.

use recourse_kernel::{DisputeId, OrderId, PrivacyRequestId};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgPool, Row as _};

use crate::domain::events::BuyerAccessGranted;
use crate::projections::disputes::DisputeRow;
use crate::projections::facts::FactsRow;
use crate::projections::kept_facts::KeptFactsRow;
use crate::projections::orders::OrderRow;
use crate::projections::privacy_requests::PrivacyRequestRow;

pub async fn order(pool: &PgPool, order: OrderId) -> sqlx::Result<Option<OrderRow>> {
    let row = sqlx::query("select document from orders where order_id = $1")
        .bind(order.to_string())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(document).transpose()
}

#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// Only this order.
    pub order: Option<OrderId>,
    pub buyer: Option<String>,
    pub marketplace: Option<String>,
    pub number: Option<String>,
    pub stage: Option<String>,
}

/// Orders sorted by id, starting after a given one.
pub async fn orders(
    pool: &PgPool,
    filter: &OrderFilter,
    after: Option<&str>,
    rows: i64,
) -> sqlx::Result<Vec<OrderRow>> {
    let rows = sqlx::query(
        "select document from orders
         where ($1::text is null or buyer = $1) and ($2::text is null or marketplace = $2)
           and ($3::text is null or number = $3) and ($4::text is null or stage = $4)
           and ($5::text is null or order_id = $5) and ($6::text is null or order_id > $6)
         order by order_id limit $7",
    )
    .bind(&filter.buyer)
    .bind(&filter.marketplace)
    .bind(&filter.number)
    .bind(&filter.stage)
    .bind(filter.order.map(|order| order.to_string()))
    .bind(after)
    .bind(rows)
    .fetch_all(pool)
    .await?;
    rows.iter().map(document).collect()
}

/// The disputes about an order's devices.
pub async fn disputes_of(pool: &PgPool, order: OrderId) -> sqlx::Result<Vec<DisputeRow>> {
    let rows = sqlx::query("select document from disputes where order_id = $1 order by dispute")
        .bind(order.to_string())
        .fetch_all(pool)
        .await?;
    rows.iter().map(document).collect()
}

pub async fn dispute(pool: &PgPool, dispute: DisputeId) -> sqlx::Result<Option<DisputeRow>> {
    let row = sqlx::query("select document from disputes where dispute = $1")
        .bind(dispute.to_string())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(document).transpose()
}

/// The facts of an order that wait, or that were refused in the end.
pub async fn kept_facts(pool: &PgPool, order: OrderId) -> sqlx::Result<Option<KeptFactsRow>> {
    let row = sqlx::query("select document from kept_facts where order_id = $1")
        .bind(order.to_string())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(document).transpose()
}

/// The facts that were reported about an order.
pub async fn facts(pool: &PgPool, order: OrderId) -> sqlx::Result<Option<FactsRow>> {
    let row = sqlx::query("select document from facts where order_id = $1")
        .bind(order.to_string())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(document).transpose()
}

/// The access that a command was granted.
pub async fn buyer_access(
    pool: &PgPool,
    command_id: &str,
) -> sqlx::Result<Option<BuyerAccessGranted>> {
    let row = sqlx::query("select document from buyer_access where command_id = $1")
        .bind(command_id)
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(document).transpose()
}

pub async fn privacy_request(
    pool: &PgPool,
    request: PrivacyRequestId,
) -> sqlx::Result<Option<PrivacyRequestRow>> {
    let row = sqlx::query("select document from privacy_requests where request = $1")
        .bind(request.to_string())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(document).transpose()
}

/// The pseudonyms of the buyers whose erasure is recorded: as the requests name them, and as the
/// orders do.
pub async fn erased_buyers(pool: &PgPool) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "with erased as (
             select document->'requested' as requested from privacy_requests
             where state = 'resolved' and document->'resolved'->>'outcome' = 'erased')
         select requested->>'buyer' from erased where requested->>'buyer' is not null
         union
         select buyer from orders join erased on order_id = requested->>'order'",
    )
    .fetch_all(pool)
    .await
}

/// Requests about personal data in a state, sorted by id, starting after a given one.
pub async fn privacy_requests(
    pool: &PgPool,
    state: Option<&str>,
    after: Option<&str>,
    rows: i64,
) -> sqlx::Result<Vec<PrivacyRequestRow>> {
    let rows = sqlx::query(
        "select document from privacy_requests
         where ($1::text is null or state = $1) and ($2::text is null or request > $2)
         order by request limit $3",
    )
    .bind(state)
    .bind(after)
    .bind(rows)
    .fetch_all(pool)
    .await?;
    rows.iter().map(document).collect()
}

/// The orders with waiting facts, sorted by id, starting after a given one.
pub async fn waiting(
    pool: &PgPool,
    after: Option<&str>,
    rows: i64,
) -> sqlx::Result<Vec<(String, KeptFactsRow)>> {
    let rows = sqlx::query(
        "select order_id, document from kept_facts
         where waiting > 0 and ($1::text is null or order_id > $1)
         order by order_id limit $2",
    )
    .bind(after)
    .bind(rows)
    .fetch_all(pool)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("order_id")?, document(row)?))).collect()
}

fn document<T: serde::de::DeserializeOwned>(row: &PgRow) -> sqlx::Result<T> {
    let Json(document) = row.try_get("document")?;
    Ok(document)
}
