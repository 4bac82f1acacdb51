//! The table `coverages`: policies as claims knows them.

use recourse_kernel::Record;
use recourse_runtime::projector::{Column, Columns, PgTable};
use sqlx::Row as _;
use sqlx::types::Json;

use crate::domain::events::{ClaimEvent, PolicyCoverage};

pub struct CoveragesTable;

impl PgTable for CoveragesTable {
    const NAME: &'static str = "coverages";
    const KEY: &'static str = "policy";
    type Event = ClaimEvent;
    type Row = PolicyCoverage;
    const COLUMNS: Columns<PolicyCoverage> =
        Columns::with_unread_document(&[Column::text("buyer", |coverage| &coverage.buyer)]);

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
}

pub(crate) fn coverage_in(row: &sqlx::postgres::PgRow) -> sqlx::Result<PolicyCoverage> {
    let Json(coverage) = row.try_get("coverage")?;
    Ok(coverage)
}
