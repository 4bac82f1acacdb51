//! The catalogue: terms, tariffs, shops and calendars as they are published. A stream holds one
//! line of terms, one tariff sheet, one provider's shop directory or one calendar.
//!
//! The publishing rules are in `recourse-terms`. The events are there too, because every service
//! reads them.

mod commands;
mod handle;
mod rejection;
mod state;
#[cfg(test)]
mod tests;

use recourse_kernel::{Context, Decider, Instant, Record, Refused, WireError};
use recourse_terms::{TermsBook, TermsEvent};

pub use commands::{
    CatalogueCommand, PublishCalendar, PublishShops, PublishTariffs, PublishTerms, WithdrawTerms,
};
pub use rejection::CatalogueRejection;
pub use state::CatalogueState;

/// What a decision may depend on, besides the state.
type Cx<'a> = Context<'a, TermsBook>;
type Decision = Result<Vec<TermsEvent>, Refused<CatalogueRejection>>;

/// The decider of the catalogue: one stream per line, tariff sheet, directory or calendar.
#[derive(Debug)]
pub struct TermsCatalogue;

impl Decider for TermsCatalogue {
    const CONTEXT: &'static str = "terms";
    const TYPE_PREFIX: &'static str = "recourse.terms";
    const FOLD_VERSION: u32 = 1;
    const FOREIGN: &'static [&'static str] = &[];

    type State = CatalogueState;
    type Command = CatalogueCommand;
    type Event = TermsEvent;
    type Rejection = Refused<CatalogueRejection>;
    type Reference = TermsBook;

    fn decide(state: &CatalogueState, command: &CatalogueCommand, cx: &Cx<'_>) -> Decision {
        handle::handle(state, command, cx)
    }

    fn evolve(state: &mut CatalogueState, event: &TermsEvent, _at: Instant) {
        state.evolve(event);
    }

    fn translate(_record: &Record) -> Result<Option<CatalogueCommand>, WireError> {
        Ok(None)
    }

    fn wake_at(_state: &CatalogueState) -> Option<Instant> {
        None
    }

    fn wake(_state: &CatalogueState, _cx: &Cx<'_>) -> Vec<TermsEvent> {
        Vec::new()
    }
}
