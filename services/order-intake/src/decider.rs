//! The decider: what the runtime calls, in terms of the domain.

use recourse_kernel::{Decider, Instant, Matter, Record, Refused, Wait, WireError};
use recourse_terms::TermsBook;

use crate::domain::{Cx, Decision, OrderCommand, OrderEvent, OrderRejection, OrderState, handle};

/// The decider of order-intake: one stream per purchase.
#[derive(Debug, Clone, Copy)]
pub struct Orders;

impl Decider for Orders {
    const CONTEXT: &'static str = "orders";
    const TYPE_PREFIX: &'static str = "recourse.order";
    const FOLD_VERSION: u32 = 12;
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

    fn open(state: &OrderState) -> Vec<Matter> {
        state.order.as_ref().map(handle::waits::open).unwrap_or_default()
    }

    fn waits(state: &OrderState) -> Vec<Wait> {
        state.order.as_ref().map(handle::waits::waits).unwrap_or_default()
    }

    fn passed(state: &OrderState, wait: &Wait, cx: &Cx<'_>) -> Vec<OrderEvent> {
        let order = state.order.iter();
        order.flat_map(|order| handle::waits::passed(order, wait, cx)).collect()
    }
}
