//! The table `refusal_reviews`: filings that were refused for their date and would be in time by
//! corrected dates.

use recourse_kernel::{Instant, PolicyId, Principal, Record, Sealed};
use recourse_runtime::projector::{Column, Columns, PgTable};
use serde::{Deserialize, Serialize};

use crate::domain::events::{ClaimEvent, RefusalReviewClosed, RefusalReviewOpened};

pub struct RefusalReviewsTable;

/// A review as stored for reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalReviewRow {
    #[serde(flatten)]
    pub opened: RefusalReviewOpened,
    /// When the review was opened.
    pub opened_at: Instant,
    /// Who closed the review, and when; absent while it is open.
    pub closed: Option<Closing>,
}

/// How a review was closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closing {
    pub at: Instant,
    pub by: Principal,
    /// The outcome that the reviewer noted, sealed.
    pub note: Option<Sealed>,
}

fn key_of(policy: PolicyId, review: u32) -> String {
    // Padded, so that text order is the order of the numbers.
    format!("{policy}/{review:010}")
}

impl PgTable for RefusalReviewsTable {
    const NAME: &'static str = "refusal_reviews";
    const KEY: &'static str = "refusal_review";
    type Event = ClaimEvent;
    type Row = RefusalReviewRow;
    const COLUMNS: Columns<RefusalReviewRow> =
        Columns::with_document(&[Column::owned_text("policy", |row| {
            row.opened.policy.to_string()
        })]);

    fn key(event: &ClaimEvent, _record: &Record) -> Option<String> {
        match event {
            ClaimEvent::RefusalReviewOpened(event) => Some(key_of(event.policy, event.review)),
            ClaimEvent::RefusalReviewClosed(event) => Some(key_of(event.policy, event.review)),
            _ => None,
        }
    }

    fn evolve(
        row: Option<RefusalReviewRow>,
        event: &ClaimEvent,
        record: &Record,
    ) -> Option<RefusalReviewRow> {
        match event {
            ClaimEvent::RefusalReviewOpened(event) => Some(RefusalReviewRow {
                opened: event.clone(),
                opened_at: record.time,
                closed: None,
            }),
            ClaimEvent::RefusalReviewClosed(RefusalReviewClosed { by, note, .. }) => {
                let (by, note) = (by.clone(), note.clone());
                Some(RefusalReviewRow {
                    closed: Some(Closing { at: record.time, by, note }),
                    ..row?
                })
            }
            _ => None,
        }
    }
}
