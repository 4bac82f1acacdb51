//! The table `terms`: one row per published version. Tariffs and shops are read from the book of
//! terms.

use recourse_kernel::{Hash, Instant, Record};
use recourse_runtime::projector::{Column, Columns, PgTable};
use recourse_terms::{Terms, TermsEvent};
use serde::{Deserialize, Serialize};

pub struct PublishedTerms;

/// A version of terms as published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermsRow {
    pub terms: Terms,
    pub digest: Hash,
    /// The first instant at which it is no longer sold, by the document itself or its withdrawal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    pub published_at: Instant,
    /// Whether it started before that (S5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backdated: bool,
}

impl TermsRow {
    /// S5: whether it can be sold at this time.
    pub fn is_sold_at(&self, at: Instant) -> bool {
        self.terms.sold_from <= at && self.until.is_none_or(|until| at < until)
    }
}

impl PgTable for PublishedTerms {
    const NAME: &'static str = "terms";
    const KEY: &'static str = "digest";
    type Event = TermsEvent;
    type Row = TermsRow;
    const COLUMNS: Columns<TermsRow> = Columns::with_document(&[
        Column::text("line", |row| row.terms.line.as_str()),
        Column::bigint("version", |row| i64::from(row.terms.version)),
    ]);

    fn key(event: &TermsEvent, _record: &Record) -> Option<String> {
        match event {
            TermsEvent::TermsPublished(published) => Some(published.digest.to_string()),
            TermsEvent::TermsWithdrawn(withdrawn) => Some(withdrawn.digest.to_string()),
            TermsEvent::TariffsPublished(_)
            | TermsEvent::ShopsPublished(_)
            | TermsEvent::CalendarPublished(_) => None,
        }
    }

    fn evolve(row: Option<TermsRow>, event: &TermsEvent, record: &Record) -> Option<TermsRow> {
        match event {
            TermsEvent::TermsPublished(published) => Some(TermsRow {
                until: published.terms.sold_until,
                terms: published.terms.clone(),
                digest: published.digest,
                published_at: record.time,
                backdated: published.backdated,
            }),
            TermsEvent::TermsWithdrawn(withdrawn) => {
                Some(TermsRow { until: Some(withdrawn.until), ..row? })
            }
            TermsEvent::TariffsPublished(_)
            | TermsEvent::ShopsPublished(_)
            | TermsEvent::CalendarPublished(_) => None,
        }
    }
}
