//! The decider: what the runtime calls, in terms of the domain and the reactions.

use recourse_kernel::{ClaimId, Decider, Instant, Record, Refused, WireError};
use recourse_terms::TermsBook;

use crate::domain::handle::{self, overdue};
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
    const FOLD_VERSION: u32 = 6;
    const FOREIGN: &'static [&'static str] = &["policies", "claims"];

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

    fn evolve(state: &mut RefundsState, event: &SettlementEvent, _at: Instant) {
        state.evolve(event);
    }

    fn translate(record: &Record) -> Result<Option<RefundsCommand>, WireError> {
        reactions::translate(record)
    }

    fn wake_at(state: &RefundsState) -> Option<Instant> {
        overdue::next_due(state)
    }

    fn wake(state: &RefundsState, cx: &Cx<'_>) -> Vec<SettlementEvent> {
        overdue::passed(state, cx.now)
    }
}
