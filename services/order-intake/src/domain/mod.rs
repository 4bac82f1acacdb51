//! Orders and the disputes about their devices: what may happen to them, and what follows from it.
//!
//! Read top-down: the [`events`], the [`commands`], the [`state`] folded from the events, the
//! [`rules`], and [`decide`], which combines them.

pub mod commands;
mod decide;
pub mod events;
pub mod locations;
pub mod rejection;
pub mod rules;
pub mod state;
#[cfg(test)]
mod tests;

use recourse_kernel::{Context, Decider, Instant, Record, WireError};
use recourse_terms::TermsBook;

pub use commands::OrderCommand;
pub use events::OrderEvent;
pub use rejection::OrderRejection;
pub use state::OrderState;

/// The input of a decision besides state and command: time, principal, key and terms.
type Cx<'a> = Context<'a, TermsBook>;
/// The events, or why the command is refused.
type Decision = Result<Vec<OrderEvent>, OrderRejection>;

/// The decider of order-intake: one stream per purchase.
#[derive(Debug, Clone, Copy)]
pub struct Orders;

impl Decider for Orders {
    const CONTEXT: &'static str = "orders";
    const TYPE_PREFIX: &'static str = "recourse.order";
    const FOLD_VERSION: u32 = 4;
    const FOREIGN: &'static [&'static str] = &[];

    type State = OrderState;
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Rejection = OrderRejection;
    type Reference = TermsBook;

    fn decide(state: &OrderState, command: &OrderCommand, context: &Cx<'_>) -> Decision {
        decide::decide(state, command, context)
    }

    fn evolve(state: &mut OrderState, event: &OrderEvent, _at: Instant) {
        state.evolve(event);
    }

    fn translate(_record: &Record) -> Result<Option<OrderCommand>, WireError> {
        Ok(None)
    }

    fn wake_at(state: &OrderState) -> Option<Instant> {
        state.order.as_ref()?.unanswered().map(|(_, answer_by)| answer_by).min()
    }

    fn wake(state: &OrderState, context: &Cx<'_>) -> Vec<OrderEvent> {
        state.order.iter().flat_map(|order| decide::deadlines_passed(order, context.now)).collect()
    }
}
