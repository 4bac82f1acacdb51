//! The facts from claims that concern their jobs: chains and questions.

use recourse_kernel::Record;
use recourse_runtime::projector::{Columns, PgTable};

use crate::domain::events::JobEvent;
use crate::domain::state::{ClaimNotes, Jobs};

pub struct ClaimNotesTable;

impl PgTable for ClaimNotesTable {
    const NAME: &'static str = "claim_notes";
    const KEY: &'static str = "claim";
    type Event = JobEvent;
    type Row = ClaimNotes;
    const COLUMNS: Columns<ClaimNotes> = Columns::with_document(&[]);

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
}
