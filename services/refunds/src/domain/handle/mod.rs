//! Which decision answers which command.

mod closing;
mod opening;
pub(crate) mod overdue;
mod paying;
mod recovery;
mod settling_again;

use super::commands::RefundsCommand;
use super::rules::cash::SellerRefunded;
use super::state::RefundsState;
use super::{Cx, Decision};

pub(crate) fn handle(state: &RefundsState, command: &RefundsCommand, cx: &Cx<'_>) -> Decision {
    match command {
        RefundsCommand::OpenForClaim(fact) => opening::for_claim(state, fact, cx),
        RefundsCommand::AddLateShipment(fact) => opening::for_late_shipment(state, fact, cx),
        RefundsCommand::OpenForPolicy(fact) => opening::for_policy(state, fact, cx),
        RefundsCommand::NoteSellerRefund(fact) => {
            let refunded = SellerRefunded::Part(fact.device_price_refunded);
            recovery::after_seller_refund(state, fact.policy, refunded)
        }
        RefundsCommand::ConfirmPayment(command) => paying::confirm(state, command, cx),
        RefundsCommand::FailPayment(command) => paying::fail(state, command, cx),
    }
}
