//! What was published under one key: a fold of the events.

use recourse_terms::{
    CalendarPublished, ShopsPublished, TariffsPublished, TermsBook, TermsEvent, TermsPublished,
    TermsWithdrawn,
};
use serde::{Deserialize, Serialize};

/// What was published under one key. Cached under `TermsCatalogue::FOLD_VERSION`.
///
/// The book of terms has the same content, but only after the topic was read back. Two commands of
/// one batch must see each other's outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CatalogueState {
    published: Vec<TermsPublished>,
    withdrawn: Vec<TermsWithdrawn>,
    sheets: Vec<TariffsPublished>,
    directory: Option<ShopsPublished>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calendar: Option<CalendarPublished>,
}

impl CatalogueState {
    /// The book as read back, plus what was decided here since.
    pub(super) fn added_to(&self, read: &TermsBook) -> TermsBook {
        let mut book = read.clone();
        let known_to = read.known_to();
        for event in &self.published {
            book.apply(&TermsEvent::TermsPublished(Box::new(event.clone())), known_to);
        }
        for event in &self.withdrawn {
            book.apply(&TermsEvent::TermsWithdrawn(event.clone()), known_to);
        }
        for event in &self.sheets {
            book.apply(&TermsEvent::TariffsPublished(event.clone()), known_to);
        }
        if let Some(event) = &self.directory {
            book.apply(&TermsEvent::ShopsPublished(event.clone()), known_to);
        }
        if let Some(event) = &self.calendar {
            book.apply(&TermsEvent::CalendarPublished(event.clone()), known_to);
        }
        book
    }

    /// Applies one event. Cannot fail.
    pub fn evolve(&mut self, event: &TermsEvent) {
        match event {
            TermsEvent::TermsPublished(event) => self.published.push(event.as_ref().clone()),
            TermsEvent::TermsWithdrawn(event) => self.withdrawn.push(event.clone()),
            TermsEvent::TariffsPublished(event) => self.sheets.push(event.clone()),
            TermsEvent::ShopsPublished(event) => self.directory = Some(event.clone()),
            TermsEvent::CalendarPublished(event) => self.calendar = Some(event.clone()),
        }
    }
}
