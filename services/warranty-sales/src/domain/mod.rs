//! The decisions of this service. Pure: state and command in, events or a rejection out.
//!
//! There are two deciders: [`Sales`](crate::Sales), with one stream per purchase for its policies,
//! and [`TermsCatalogue`](catalogue::TermsCatalogue), with one stream per line of terms, tariff
//! sheet or shop directory.
//!
//! Read in this order: [`events`], [`commands`], [`state`], the rules, then `handle`, which sends
//! each command to its decision.

pub mod catalogue;
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

pub use commands::SalesCommand;
pub use events::PolicyEvent;
pub use rejection::SalesRejection;
pub use state::SalesState;

/// What a decision may depend on, besides the state.
pub(crate) type Cx<'a> = Context<'a, TermsBook>;
/// The events, or the refusal with every rule that was tried.
pub(crate) type Decision = Result<Vec<PolicyEvent>, Refused<SalesRejection>>;
