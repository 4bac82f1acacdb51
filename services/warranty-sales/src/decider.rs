//! The decider: what the runtime calls, in terms of the domain and the reactions.

use recourse_kernel::{Decider, Instant, Matter, Record, Refused, Wait, WireError};
use recourse_terms::TermsBook;

use crate::domain::handle::{self, waits};
use crate::domain::{Cx, Decision, PolicyEvent, SalesCommand, SalesRejection, SalesState};
use crate::reactions;

/// The decider of policies: one stream per purchase.
#[derive(Debug)]
pub struct Sales;

impl Decider for Sales {
    const CONTEXT: &'static str = "policies";
    const TYPE_PREFIX: &'static str = "recourse.policy";
    const FOLD_VERSION: u32 = 7;
    const FOREIGN: &'static [&'static str] = &["orders", "claims"];

    type State = SalesState;
    type Command = SalesCommand;
    type Event = PolicyEvent;
    type Rejection = Refused<SalesRejection>;
    type Reference = TermsBook;

    fn decide(state: &SalesState, command: &SalesCommand, cx: &Cx<'_>) -> Decision {
        handle::handle(state, command, cx)
    }

    fn evolve(state: &mut SalesState, event: &PolicyEvent, at: Instant) {
        state.evolve(event, at);
    }

    fn translate(record: &Record) -> Result<Option<SalesCommand>, WireError> {
        reactions::translate(record)
    }

    fn open(state: &SalesState) -> Vec<Matter> {
        waits::open(state)
    }

    fn waits(state: &SalesState) -> Vec<Wait> {
        waits::waits(state)
    }

    fn passed(state: &SalesState, wait: &Wait, cx: &Cx<'_>) -> Vec<PolicyEvent> {
        waits::passed(state, wait, cx)
    }
}
