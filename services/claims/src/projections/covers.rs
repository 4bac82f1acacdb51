//! The table `covers`: policies, as claims knows them.

use recourse_kernel::Record;
use recourse_runtime::projector::Table;
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};

use crate::domain::{ClaimEvent, Cover};

/// The table `covers`.
pub struct CoversTable;

impl Table for CoversTable {
    const NAME: &'static str = "covers";
    const KEY: &'static str = "policy";
    type Event = ClaimEvent;
    type Row = Cover;

    fn key(event: &ClaimEvent, _record: &Record) -> Option<String> {
        match event {
            ClaimEvent::CoverNoted(noted) => Some(noted.policy.to_string()),
            _ => None,
        }
    }

    fn evolve(_before: Option<Cover>, event: &ClaimEvent, _record: &Record) -> Option<Cover> {
        match event {
            ClaimEvent::CoverNoted(noted) => Some(noted.cover.clone()),
            _ => None,
        }
    }

    async fn load(
        _connection: &mut PgConnection,
        _keys: &[String],
    ) -> sqlx::Result<Vec<(String, Cover)>> {
        // Each event holds the whole row, so that what was there before is of no account.
        Ok(Vec::new())
    }

    async fn save(connection: &mut PgConnection, rows: &[(String, Cover)]) -> sqlx::Result<()> {
        let policies: Vec<&str> = rows.iter().map(|(policy, _)| policy.as_str()).collect();
        let buyers: Vec<&str> = rows.iter().map(|(_, cover)| cover.buyer.as_str()).collect();
        let documents: Vec<Json<&Cover>> = rows.iter().map(|(_, cover)| Json(cover)).collect();
        sqlx::query(
            "insert into covers (policy, buyer, document)
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

/// A row as it was read.
pub(crate) fn cover_in(row: &sqlx::postgres::PgRow) -> sqlx::Result<Cover> {
    let Json(cover) = row.try_get("cover")?;
    Ok(cover)
}
