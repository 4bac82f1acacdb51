//! The facts from claims that concern their jobs: chains and questions.

use recourse_kernel::Record;
use recourse_runtime::projector::Table;
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};

use crate::domain::events::JobEvent;
use crate::domain::state::{ClaimNotes, Jobs};

/// The table `claim_notes`.
pub struct ClaimNotesTable;

impl Table for ClaimNotesTable {
    const NAME: &'static str = "claim_notes";
    const KEY: &'static str = "claim";
    type Event = JobEvent;
    type Row = ClaimNotes;

    fn key(event: &JobEvent, _record: &Record) -> Option<String> {
        match event {
            JobEvent::ChainNoted(noted) => Some(noted.claim.to_string()),
            JobEvent::AnswerAwaited(awaited) => Some(awaited.claim.to_string()),
            JobEvent::AnswerNoted(noted) => Some(noted.claim.to_string()),
            _ => None,
        }
    }

    fn evolve(row: Option<ClaimNotes>, event: &JobEvent, _record: &Record) -> Option<ClaimNotes> {
        let claim = match event {
            JobEvent::ChainNoted(noted) => noted.claim,
            JobEvent::AnswerAwaited(awaited) => awaited.claim,
            JobEvent::AnswerNoted(noted) => noted.claim,
            _ => return None,
        };
        // The same fold that decisions use.
        let mut jobs = Jobs::default();
        jobs.claims.insert(claim, row.unwrap_or_default());
        jobs.evolve(event);
        jobs.claims.remove(&claim)
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, ClaimNotes)>> {
        let rows = sqlx::query("select claim, document from claim_notes where claim = any($1)")
            .bind(keys)
            .fetch_all(connection)
            .await?;
        rows.iter()
            .map(|row| {
                let Json(notes) = row.try_get("document")?;
                Ok((row.try_get("claim")?, notes))
            })
            .collect()
    }

    async fn save(
        connection: &mut PgConnection,
        rows: &[(String, ClaimNotes)],
    ) -> sqlx::Result<()> {
        let claims: Vec<&str> = rows.iter().map(|(claim, _)| claim.as_str()).collect();
        let documents: Vec<Json<&ClaimNotes>> = rows.iter().map(|(_, notes)| Json(notes)).collect();
        sqlx::query(
            "insert into claim_notes (claim, document)
             select * from unnest($1::text[], $2::jsonb[])
             on conflict (claim) do update set document = excluded.document",
        )
        .bind(claims)
        .bind(documents)
        .execute(connection)
        .await?;
        Ok(())
    }
}
