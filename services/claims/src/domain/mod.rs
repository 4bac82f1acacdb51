//! Claims under a policy, from the form to the last payment.
//!
//! `events`, `commands` and `rejection` are what is stored and said; `state` folds the events;
//! `rules` look at state and command; `handle` decides. Each imports only those before it. Within
//! each, a file is a stage (submission, verification, inspection, remedy, settlement) or a topic
//! that crosses them, so that one stage can be read alone.
//!
//! Everything here is pure: time, caller and terms of a decision are in the [`Context`].

use recourse_kernel::{Context, Refused};
use recourse_terms::TermsBook;

pub mod commands;
pub mod events;
pub(crate) mod handle;
pub mod rejection;
pub mod rules;
pub mod state;

#[cfg(test)]
mod tests;

pub use commands::ClaimCommand;
pub use events::{ClaimEvent, PolicyCoverage};
pub use rejection::ClaimRejection;
pub use state::{Claim, Purchase, Stage};

/// The events of one decision, or the refusal, with every rule evaluated.
pub type Decision = Result<Vec<ClaimEvent>, Refused<ClaimRejection>>;
/// What a decision may depend on, besides the state.
pub(crate) type Cx<'a> = Context<'a, TermsBook>;
