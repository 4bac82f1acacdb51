//! What this service decides: which payments are owed when a claim or a policy ends, and that each
//! is paid once (M7). Pure: state and command in, events or a rejection out.
//!
//! Read in this order: [`events`], [`commands`], [`state`], the rules, then `handle`, which sends
//! each command to its decision.

pub mod commands;
pub mod events;
mod handle;
pub mod rejection;
mod rules;
pub mod state;
#[cfg(test)]
mod tests;

use recourse_kernel::{ClaimId, Context, Decider, Instant, Record, Refused, WireError};
use recourse_terms::TermsBook;

pub use commands::RefundsCommand;
pub use events::SettlementEvent;
pub use rejection::RefundsRejection;
pub use state::RefundsState;

use handle::overdue;

/// What a decision may depend on, besides the state.
type Cx<'a> = Context<'a, TermsBook>;
/// The events, or the refusal with every rule that was tried.
type Decision = Result<Vec<SettlementEvent>, Refused<RefundsRejection>>;

/// The decider of settlements: one stream per purchase.
#[derive(Debug)]
pub struct Refunds;

impl Decider for Refunds {
    const CONTEXT: &'static str = "settlements";
    const TYPE_PREFIX: &'static str = "recourse.settlement";
    const FOLD_VERSION: u32 = 5;
    const FOREIGN: &'static [&'static str] = &["policies", "claims"];

    type State = RefundsState;
    type Command = RefundsCommand;
    type Event = SettlementEvent;
    type Rejection = Refused<RefundsRejection>;
    type Reference = TermsBook;

    fn decide(state: &RefundsState, command: &RefundsCommand, cx: &Cx<'_>) -> Decision {
        handle::handle(state, command, cx)
    }

    /// A claim with a settlement is being settled; only the claims service closes it.
    fn stage_of(_: &RefundsState, _: ClaimId) -> Option<&'static str> {
        Some("settlement")
    }

    fn evolve(state: &mut RefundsState, event: &SettlementEvent, _at: Instant) {
        state.evolve(event);
    }

    fn translate(record: &Record) -> Result<Option<RefundsCommand>, WireError> {
        crate::reactions::translate(record)
    }

    fn wake_at(state: &RefundsState) -> Option<Instant> {
        overdue::next_due(state)
    }

    fn wake(state: &RefundsState, cx: &Cx<'_>) -> Vec<SettlementEvent> {
        overdue::passed(state, cx.now)
    }
}
