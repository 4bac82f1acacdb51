//! The table `coverages`: policies as claims knows them.

use recourse_kernel::Record;
use recourse_runtime::projector::Table;
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};

use crate::domain::events::{ClaimEvent, PolicyCoverage};

/// The table `coverages`.
pub struct CoveragesTable;

impl Table for CoveragesTable {
    const NAME: &'static str = "coverages";
    const KEY: &'static str = "policy";
    type Event = ClaimEvent;
    type Row = PolicyCoverage;

    fn key(event: &ClaimEvent, _record: &Record) -> Option<String> {
        match event {
            ClaimEvent::CoverageNoted(noted) => Some(noted.policy.to_string()),
            _ => None,
        }
    }

    fn evolve(
        _before: Option<PolicyCoverage>,
        event: &ClaimEvent,
        _record: &Record,
    ) -> Option<PolicyCoverage> {
        match event {
            ClaimEvent::CoverageNoted(noted) => Some(noted.coverage.clone()),
            _ => None,
        }
    }

    async fn load(
        _connection: &mut PgConnection,
        _keys: &[String],
    ) -> sqlx::Result<Vec<(String, PolicyCoverage)>> {
        // Each event holds the whole row, so no existing row needs to be loaded.
        Ok(Vec::new())
    }

    async fn save(
        connection: &mut PgConnection,
        rows: &[(String, PolicyCoverage)],
    ) -> sqlx::Result<()> {
        let policies: Vec<&str> = rows.iter().map(|(policy, _)| policy.as_str()).collect();
        let buyers: Vec<&str> = rows.iter().map(|(_, coverage)| coverage.buyer.as_str()).collect();
        let documents: Vec<Json<&PolicyCoverage>> =
            rows.iter().map(|(_, coverage)| Json(coverage)).collect();
        sqlx::query(
            "insert into coverages (policy, buyer, document)
             select * from unnest($1::text[], $2::text[], $3::jsonb[])
             on conflict (policy) do update set
                 buyer = excluded.buyer, document = excluded.document",
        )
        .bind(policies)
        .bind(buyers)
        .bind(documents)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Decodes a row.
pub(crate) fn coverage_in(row: &sqlx::postgres::PgRow) -> sqlx::Result<PolicyCoverage> {
    let Json(coverage) = row.try_get("coverage")?;
    Ok(coverage)
}
