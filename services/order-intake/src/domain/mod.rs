//! Orders and the disputes about their devices: what may happen to them, and what follows from it.
//!
//! Read top-down: the [`events`], the [`commands`], the [`state`] folded from the events, the
//! [`rules`], and `handle`, which combines them.

pub mod commands;
pub mod events;
mod handle;
pub mod rejection;
pub mod rules;
pub mod state;
#[cfg(test)]
mod tests;

use recourse_kernel::{Context, Decider, Instant, Record, Refused, WireError};
use recourse_terms::TermsBook;

pub use commands::OrderCommand;
pub use events::OrderEvent;
pub use rejection::OrderRejection;
pub use state::OrderState;

/// What a decision may depend on, besides the state.
pub type Cx<'a> = Context<'a, TermsBook>;
/// The events of one decision, or the refusal, with every rule that was tried.
pub type Decision = Result<Vec<OrderEvent>, Refused<OrderRejection>>;

/// The decider of order-intake: one stream per purchase.
#[derive(Debug, Clone, Copy)]
pub struct Orders;

impl Decider for Orders {
    const CONTEXT: &'static str = "orders";
    const TYPE_PREFIX: &'static str = "recourse.order";
    const FOLD_VERSION: u32 = 5;
    const FOREIGN: &'static [&'static str] = &[];

    type State = OrderState;
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Rejection = Refused<OrderRejection>;
    type Reference = TermsBook;

    fn decide(state: &OrderState, command: &OrderCommand, cx: &Cx<'_>) -> Decision {
        handle::handle(state, command, cx)
    }

    fn evolve(state: &mut OrderState, event: &OrderEvent, _at: Instant) {
        state.evolve(event);
    }

    fn translate(_record: &Record) -> Result<Option<OrderCommand>, WireError> {
        Ok(None)
    }

    fn wake_at(state: &OrderState) -> Option<Instant> {
        handle::deadlines::wake_at(state.order.as_ref()?)
    }

    fn wake(state: &OrderState, cx: &Cx<'_>) -> Vec<OrderEvent> {
        let order = state.order.iter();
        order.flat_map(|order| handle::deadlines::deadlines_passed(order, cx.now)).collect()
    }
}
