//! Queries for published terms, one or all.

use recourse_kernel::Hash;
use sqlx::PgPool;
use sqlx::types::Json;

use crate::projections::TermsRow;

pub async fn with_digest(pool: &PgPool, digest: Hash) -> sqlx::Result<Option<TermsRow>> {
    let row: Option<(Json<TermsRow>,)> =
        sqlx::query_as("select document from terms where digest = $1")
            .bind(digest.to_string())
            .fetch_optional(pool)
            .await?;
    Ok(row.map(|(Json(row),)| row))
}

/// Every published version, sorted by line and version, starting after a given one.
pub async fn published(
    pool: &PgPool,
    after: Option<(&str, i64)>,
    most: i64,
) -> sqlx::Result<Vec<TermsRow>> {
    let (line, version) = after.unzip();
    let rows: Vec<(Json<TermsRow>,)> = sqlx::query_as(
        "select document from terms
         where ($1::text is null or (line, version) > ($1, $2))
         order by line, version
         limit $3",
    )
    .bind(line)
    .bind(version)
    .bind(most)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(Json(row),)| row).collect())
}
