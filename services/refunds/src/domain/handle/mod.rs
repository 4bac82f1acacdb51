//! Which decision answers which command.

mod adding;
mod appeals;
mod closing;
mod offsetting;
mod opening;
mod paying;
mod recovery;
mod settling_again;
pub(crate) mod waits;
mod work;

use super::commands::RefundsCommand;
use super::rules::cash::SellerRefunded;
use super::state::RefundsState;
use super::{Cx, Decision};

pub(crate) fn handle(state: &RefundsState, command: &RefundsCommand, cx: &Cx<'_>) -> Decision {
    match command {
        RefundsCommand::OpenForClaim(fact) => opening::for_claim(state, fact, cx),
        RefundsCommand::Extend(fact) => settling_again::extend(state, fact, cx),
        RefundsCommand::OpenForPolicy(fact) => opening::for_policy(state, fact, cx),
        RefundsCommand::NoteSellerRefund(fact) => {
            let refunded = SellerRefunded::Part(fact.device_price_refunded);
            recovery::after_seller_refund(state, fact.policy, refunded, cx)
        }
        RefundsCommand::NoteRepair(fact) => work::done(state, fact, cx),
        RefundsCommand::NoteAppeal(fact) => appeals::note(state, fact, cx),
        RefundsCommand::ConfirmPayment(command) => paying::confirm(state, command, cx),
        RefundsCommand::FailPayment(command) => paying::fail(state, command, cx),
        RefundsCommand::ReversePayment(command) => paying::reverse(state, command, cx),
    }
}
