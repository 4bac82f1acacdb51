//! The decider: what the runtime calls, in terms of the domain and the reactions.

use recourse_kernel::{ClaimId, Decider, Instant, Matter, Record, Refused, Wait, WireError};
use recourse_terms::TermsBook;

use crate::domain::handle::{self, waits};
use crate::domain::{
    Cx, Decision, RefundsCommand, RefundsRejection, RefundsState, SettlementEvent,
};
use crate::reactions;

/// The decider of settlements: one stream per purchase.
#[derive(Debug)]
pub struct Refunds;

impl Decider for Refunds {
    const CONTEXT: &'static str = "settlements";
    const TYPE_PREFIX: &'static str = "recourse.settlement";
    const FOLD_VERSION: u32 = 7;
    const FOREIGN: &'static [&'static str] = &["policies", "claims", "jobs"];

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

    fn evolve(state: &mut RefundsState, event: &SettlementEvent, at: Instant) {
        state.evolve(event, at);
    }

    fn translate(record: &Record) -> Result<Option<RefundsCommand>, WireError> {
        reactions::translate(record)
    }

    fn open(state: &RefundsState) -> Vec<Matter> {
        waits::open(state)
    }

    fn waits(state: &RefundsState) -> Vec<Wait> {
        waits::waits(state)
    }

    fn passed(state: &RefundsState, wait: &Wait, cx: &Cx<'_>) -> Vec<SettlementEvent> {
        waits::passed(state, wait, cx)
    }
}
