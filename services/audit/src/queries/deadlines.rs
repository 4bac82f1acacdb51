//! Deadlines by kind.

use recourse_kernel::OrderKey;
use serde::Serialize;
use sqlx::{PgPool, Row as _};

use crate::projections::deadlines::{DeadlineRow, read};

/// How deadlines of one kind went. This is a public format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadlineCount {
    /// `decision`, `answer`, `remedy`, `parts`, `payment`.
    pub kind: String,
    /// Still to come.
    pub open: i64,
    /// Met.
    pub met: i64,
    /// Passed.
    pub missed: i64,
}

/// All deadlines, counted by kind.
pub async fn counts(pool: &PgPool) -> sqlx::Result<Vec<DeadlineCount>> {
    let rows = sqlx::query(
        "select kind, count(*) filter (where is_open) as open, coalesce(sum(met), 0)::bigint as met,
                coalesce(sum(missed), 0)::bigint as missed
         from deadlines group by kind order by kind",
    )
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(DeadlineCount {
                kind: row.try_get("kind")?,
                open: row.try_get("open")?,
                met: row.try_get("met")?,
                missed: row.try_get("missed")?,
            })
        })
        .collect()
}

/// The deadlines of a purchase.
pub async fn of_purchase(pool: &PgPool, purchase: OrderKey) -> sqlx::Result<Vec<DeadlineRow>> {
    let rows = sqlx::query(
        "select kind, purchase, subject, due, is_open, met, missed
         from deadlines where purchase = $1 order by deadline",
    )
    .bind(purchase.as_str())
    .fetch_all(pool)
    .await?;
    rows.iter().map(read).collect()
}
