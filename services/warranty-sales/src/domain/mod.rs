//! The decisions of this service. Pure: state and command in, events or a rejection out.
//!
//! There are two deciders: [`Sales`], with one stream per purchase for its policies, and
//! [`TermsCatalogue`](catalogue::TermsCatalogue), with one stream per line of terms, tariff sheet
//! or shop directory.
//!
//! Read in this order: [`events`], [`commands`], [`state`], the rules, then `handle`, which sends
//! each command to its decision.

pub mod catalogue;
pub mod commands;
pub mod events;
mod handle;
pub mod rejection;
mod rules;
pub mod state;
#[cfg(test)]
mod tests;

use recourse_kernel::{Context, Decider, Instant, Record, Refused, WireError};
use recourse_terms::TermsBook;

pub use commands::SalesCommand;
pub use events::PolicyEvent;
pub use rejection::SalesRejection;
pub use state::SalesState;

use handle::coverage;

/// What a decision may depend on, besides the state.
type Cx<'a> = Context<'a, TermsBook>;
/// The events, or the refusal with every rule that was tried.
type Decision = Result<Vec<PolicyEvent>, Refused<SalesRejection>>;

/// The decider of policies: one stream per purchase.
#[derive(Debug)]
pub struct Sales;

impl Decider for Sales {
    const CONTEXT: &'static str = "policies";
    const TYPE_PREFIX: &'static str = "recourse.policy";
    const FOLD_VERSION: u32 = 4;
    const FOREIGN: &'static [&'static str] = &["orders", "claims"];

    type State = SalesState;
    type Command = SalesCommand;
    type Event = PolicyEvent;
    type Rejection = Refused<SalesRejection>;
    type Reference = TermsBook;

    fn decide(state: &SalesState, command: &SalesCommand, cx: &Cx<'_>) -> Decision {
        handle::handle(state, command, cx)
    }

    fn evolve(state: &mut SalesState, event: &PolicyEvent, _at: Instant) {
        state.evolve(event);
    }

    fn translate(record: &Record) -> Result<Option<SalesCommand>, WireError> {
        crate::reactions::translate(record)
    }

    fn wake_at(state: &SalesState) -> Option<Instant> {
        coverage::next_due(state)
    }

    fn wake(state: &SalesState, cx: &Cx<'_>) -> Vec<PolicyEvent> {
        coverage::due(state, cx.now)
    }
}
