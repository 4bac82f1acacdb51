//! The facts from claims and settlements that concern their jobs: chains, further defects,
//! questions, offers, appeals, remedies, payments.

use recourse_kernel::{ClaimId, Record};
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
        claim_of(event).map(|claim| claim.to_string())
    }

    fn evolve(row: Option<ClaimNotes>, event: &JobEvent, _record: &Record) -> Option<ClaimNotes> {
        let claim = claim_of(event)?;
        // The same fold that decisions use.
        let mut jobs = Jobs::default();
        jobs.claims.insert(claim, row.unwrap_or_default());
        jobs.evolve(event);
        jobs.claims.remove(&claim)
    }
}

/// The claim that the event is a fact about, if it is noted.
fn claim_of(event: &JobEvent) -> Option<ClaimId> {
    Some(match event {
        JobEvent::Opened(opened) => opened.claim,
        JobEvent::ChainNoted(noted) => noted.claim,
        JobEvent::DefectNoted(noted) => noted.claim,
        JobEvent::AnswerAwaited(awaited) => awaited.claim,
        JobEvent::AnswerNoted(noted) => noted.claim,
        JobEvent::OfferNoted(noted) => noted.claim,
        JobEvent::AppealNoted(noted) => noted.claim,
        JobEvent::VerdictOverturned(noted) => noted.claim,
        JobEvent::RemedyNoted(noted) => noted.job.claim(),
        JobEvent::PaymentNoted(noted) => noted.job.claim(),
        JobEvent::PaymentAwaited(awaited) => awaited.job.claim(),
        _ => return None,
    })
}
