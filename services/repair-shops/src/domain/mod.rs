//! The decisions of repair shops: pure and deterministic.
//!
//! Read in this order: [`events`], [`commands`], [`state`], the [`rules`], and `handle`, which
//! follows them or returns a [`rejection`].

pub mod commands;
pub mod events;
mod facts;
pub(crate) mod handle;
pub mod rejection;
pub mod rules;
pub mod state;

#[cfg(test)]
mod tests;

use recourse_kernel::{Context, Refused};
use recourse_terms::TermsBook;

use self::events::JobEvent;
use self::rejection::JobRejection;

/// What a decision may depend on, besides the state.
pub type Cx<'a> = Context<'a, TermsBook>;
/// The events of one decision, or the refusal, with every rule that was tried.
pub type Decision = Result<Vec<JobEvent>, Refused<JobRejection>>;
