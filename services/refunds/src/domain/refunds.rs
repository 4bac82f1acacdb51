//! The decider for a purchase's settlements: dispatches each command to its rule.

use recourse_kernel::{ClaimId, Context, Decider, Instant, Record, WireError};
use recourse_terms::TermsBook;

use super::commands::RefundsCommand;
use super::events::SettlementEvent;
use super::recovery::{self, SellerRefunded};
use super::rejection::RefundsRejection;
use super::settlement::RefundsState;
use super::{opening, overdue, paying};

/// The settlements of one purchase.
#[derive(Debug)]
pub struct Refunds;

impl Decider for Refunds {
    const CONTEXT: &'static str = "settlements";
    const TYPE_PREFIX: &'static str = "recourse.settlement";
    const FOLD_VERSION: u32 = 4;
    const FOREIGN: &'static [&'static str] = &["policies", "claims"];

    type State = RefundsState;
    type Command = RefundsCommand;
    type Event = SettlementEvent;
    type Rejection = RefundsRejection;
    type Reference = TermsBook;

    fn decide(
        state: &RefundsState,
        command: &RefundsCommand,
        context: &Context<'_, TermsBook>,
    ) -> Result<Vec<SettlementEvent>, RefundsRejection> {
        match command {
            RefundsCommand::OpenForClaim(fact) => {
                opening::for_claim(state, fact, context.reference, context.now)
            }
            RefundsCommand::AddLateShipment(fact) => {
                opening::for_late_shipment(state, fact, context.reference, context.now)
            }
            RefundsCommand::OpenForPolicy(fact) => opening::for_policy(state, fact, context.now),
            RefundsCommand::NoteSellerRefund(fact) => {
                let refunded = SellerRefunded::Part(fact.device_price_refunded);
                recovery::after_seller_refund(state, fact.policy, refunded)
            }
            RefundsCommand::ConfirmPayment(command) => paying::confirm(state, command, context.now),
            RefundsCommand::FailPayment(command) => paying::fail(state, command),
        }
    }

    /// A claim with a settlement is being settled; only the claims service closes it.
    fn stage_of(_: &RefundsState, _: ClaimId) -> Option<&'static str> {
        Some("settlement")
    }

    fn evolve(state: &mut RefundsState, event: &SettlementEvent, _at: Instant) {
        state.evolve(event);
    }

    fn translate(record: &Record) -> Result<Option<RefundsCommand>, WireError> {
        crate::reactions::translate(record)
    }

    fn wake_at(state: &RefundsState) -> Option<Instant> {
        overdue::next_due(state)
    }

    fn wake(state: &RefundsState, context: &Context<'_, TermsBook>) -> Vec<SettlementEvent> {
        overdue::passed(state, context.now)
    }
}
