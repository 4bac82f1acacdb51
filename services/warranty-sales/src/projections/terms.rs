//! The table `terms`: one row per published version. Tariffs and shops are read from the book of
//! terms.

use recourse_kernel::{Hash, Instant, Record};
use recourse_runtime::projector::Table;
use recourse_terms::{Terms, TermsEvent};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;

/// The table `terms`.
pub struct PublishedTerms;

/// A version of terms as published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermsRow {
    /// The terms document.
    pub terms: Terms,
    /// The digest of the document.
    pub digest: Hash,
    /// The first instant at which it is no longer sold, by the document itself or its withdrawal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// When it was published.
    pub published_at: Instant,
}

impl TermsRow {
    /// S5: whether it can be sold at this time.
    pub fn is_sold_at(&self, at: Instant) -> bool {
        self.terms.sold_from <= at && self.until.is_none_or(|until| at < until)
    }
}

impl Table for PublishedTerms {
    const NAME: &'static str = "terms";
    const KEY: &'static str = "digest";
    type Event = TermsEvent;
    type Row = TermsRow;

    fn key(event: &TermsEvent, _record: &Record) -> Option<String> {
        match event {
            TermsEvent::TermsPublished(published) => Some(published.digest.to_string()),
            TermsEvent::TermsWithdrawn(withdrawn) => Some(withdrawn.digest.to_string()),
            TermsEvent::TariffsPublished(_) | TermsEvent::ShopsPublished(_) => None,
        }
    }

    fn evolve(row: Option<TermsRow>, event: &TermsEvent, record: &Record) -> Option<TermsRow> {
        match event {
            TermsEvent::TermsPublished(published) => Some(TermsRow {
                until: published.terms.sold_until,
                terms: published.terms.clone(),
                digest: published.digest,
                published_at: record.time,
            }),
            TermsEvent::TermsWithdrawn(withdrawn) => {
                Some(TermsRow { until: Some(withdrawn.until), ..row? })
            }
            TermsEvent::TariffsPublished(_) | TermsEvent::ShopsPublished(_) => None,
        }
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, TermsRow)>> {
        let rows: Vec<(String, Json<TermsRow>)> =
            sqlx::query_as("select digest, document from terms where digest = any($1)")
                .bind(keys)
                .fetch_all(connection)
                .await?;
        Ok(rows.into_iter().map(|(key, Json(row))| (key, row)).collect())
    }

    async fn save(connection: &mut PgConnection, rows: &[(String, TermsRow)]) -> sqlx::Result<()> {
        sqlx::query(
            "insert into terms (digest, line, version, document)
             select * from unnest($1::text[], $2::text[], $3::bigint[], $4::jsonb[])
             on conflict (digest) do update set
                 line = excluded.line, version = excluded.version, document = excluded.document",
        )
        .bind(rows.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| row.terms.line.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| i64::from(row.terms.version)).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| Json(row)).collect::<Vec<_>>())
        .execute(connection)
        .await?;
        Ok(())
    }
}
