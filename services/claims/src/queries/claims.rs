//! A claim, lists of claims, and the policy a claim is filed under.

use recourse_kernel::{ClaimId, OrderId, PolicyId};
use sqlx::types::Json;
use sqlx::{PgPool, Row as _};

use crate::domain::events::PolicyCoverage;
use crate::projections::claims::ClaimRow;
use crate::projections::coverages::coverage_in;

#[derive(Debug, Clone)]
pub struct KnownClaim {
    pub row: ClaimRow,
    /// The policy that the claim is filed under, in its current state.
    pub coverage: PolicyCoverage,
}

/// The claim with this id, if it exists.
pub async fn one(pool: &PgPool, claim: ClaimId) -> sqlx::Result<Option<KnownClaim>> {
    let row = sqlx::query(
        "select claims.document as claim, coverages.document as coverage
         from claims join coverages on coverages.policy = claims.policy
         where claims.claim = $1",
    )
    .bind(claim.to_string())
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Json(claim) = row.try_get("claim")?;
    Ok(Some(KnownClaim { row: claim, coverage: coverage_in(&row)? }))
}

/// The policy with this id, if it was sold.
pub async fn coverage(pool: &PgPool, policy: PolicyId) -> sqlx::Result<Option<PolicyCoverage>> {
    let row = sqlx::query("select document as coverage from coverages where policy = $1")
        .bind(policy.to_string())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(coverage_in).transpose()
}

/// Filter of a list of claims; absent fields match everything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only claims under this policy.
    pub policy: Option<String>,
    pub stage: Option<String>,
    pub provider: Option<String>,
    pub buyer: Option<String>,
    /// Only claims about this order.
    pub order: Option<OrderId>,
}

/// Lists claims in the order of their ids, starting after a given one.
pub async fn list(
    pool: &PgPool,
    filter: &Filter,
    after: Option<&str>,
    rows: i64,
) -> sqlx::Result<Vec<ClaimRow>> {
    let rows = sqlx::query(
        "select document from claims
         where ($1::text is null or policy = $1)
           and ($2::text is null or stage = $2)
           and ($3::text is null or provider = $3)
           and ($4::text is null or buyer = $4)
           and ($5::text is null or starts_with(claim, $5))
           and ($6::text is null or claim > $6)
         order by claim limit $7",
    )
    .bind(&filter.policy)
    .bind(&filter.stage)
    .bind(&filter.provider)
    .bind(&filter.buyer)
    .bind(filter.order.map(|order| format!("clm_{}-", order.key)))
    .bind(after)
    .bind(rows)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            let Json(document) = row.try_get("document")?;
            Ok(document)
        })
        .collect()
}
