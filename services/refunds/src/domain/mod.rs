//! What this service decides: which payments are owed when a claim or a policy ends, and that each
//! is paid once (M7). Pure: state and command in, events or a rejection out.
//!
//! Read in this order: [`events`], [`commands`], [`state`], the rules, then `handle`, which sends
//! each command to its decision.

pub mod commands;
pub mod events;
pub(crate) mod handle;
pub mod rejection;
mod rules;
pub mod state;
#[cfg(test)]
mod tests;

use recourse_kernel::{Context, Refused};
use recourse_terms::TermsBook;

pub use commands::RefundsCommand;
pub use events::SettlementEvent;
pub use rejection::RefundsRejection;
pub use state::RefundsState;

/// What a decision may depend on, besides the state.
pub(crate) type Cx<'a> = Context<'a, TermsBook>;
/// The events, or the refusal with every rule that was tried.
pub(crate) type Decision = Result<Vec<SettlementEvent>, Refused<RefundsRejection>>;
