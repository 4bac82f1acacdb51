//! Reviews of refused filings under a policy.

use recourse_kernel::PolicyId;
use sqlx::types::Json;
use sqlx::{PgPool, Row as _};

use crate::projections::refusal_reviews::RefusalReviewRow;

/// All reviews under a policy, in the order of their numbers.
pub async fn of_policy(pool: &PgPool, policy: PolicyId) -> sqlx::Result<Vec<RefusalReviewRow>> {
    let rows = sqlx::query(
        "select document from refusal_reviews where policy = $1 order by refusal_review",
    )
    .bind(policy.to_string())
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            let Json(document) = row.try_get("document")?;
            Ok(document)
        })
        .collect()
}
