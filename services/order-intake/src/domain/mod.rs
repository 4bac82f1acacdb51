//! Orders and the disputes about their devices: what may happen to them, and what follows from it.
//!
//! Read top-down: the [`events`], the [`commands`], the [`state`] folded from the events, the
//! [`rules`], and `handle`, which combines them.

pub mod commands;
pub mod events;
pub(crate) mod handle;
pub mod rejection;
pub mod rules;
pub mod state;
#[cfg(test)]
mod tests;

use recourse_kernel::{Context, Refused};
use recourse_terms::TermsBook;

pub use commands::OrderCommand;
pub use events::OrderEvent;
pub use rejection::OrderRejection;
pub use state::OrderState;

/// What a decision may depend on, besides the state.
pub type Cx<'a> = Context<'a, TermsBook>;
/// The events of one decision, or the refusal, with every rule that was tried.
pub type Decision = Result<Vec<OrderEvent>, Refused<OrderRejection>>;
