//! Which decision answers which command.

pub(crate) mod coverage;
mod ending;
mod placing;
mod refunding;
mod sale;
pub(crate) mod waits;

use recourse_terms::Outcome;

use super::commands::SalesCommand;
use super::state::SalesState;
use super::{Cx, Decision};

pub(crate) fn handle(state: &SalesState, command: &SalesCommand, cx: &Cx<'_>) -> Decision {
    match command {
        SalesCommand::Cancel(command) => ending::cancel(state, command, cx),
        SalesCommand::NotePlaced(fact) => placing::requested(state, fact),
        SalesCommand::NotePaid(fact) => sale::paid(state, fact, cx),
        SalesCommand::NoteCancelled(_) => Ok(ending::order_cancelled(state)),
        SalesCommand::NoteDelivered(fact) => coverage::delivered(state, fact, cx),
        SalesCommand::NoteDeliveryCorrected(fact) => coverage::delivery_corrected(state, fact, cx),
        SalesCommand::NoteReturned(fact) => Ok(ending::returned(state, fact)),
        SalesCommand::NoteLineRefunded(fact) => Ok(ending::line_refunded(state, fact)),
        SalesCommand::NoteRemoved(fact) => Ok(ending::removed(state, fact)),
        SalesCommand::NoteWarrantyAdded(fact) => Ok(placing::warranty_added(state, fact)),
        SalesCommand::NoteWarrantyRemoved(fact) => Ok(ending::warranty_removed(state, fact)),
        SalesCommand::NoteWarrantyRefunded(fact) => Ok(refunding::warranty_refunded(state, fact)),
        SalesCommand::NoteDisputePerformed(fact) => Ok(ending::dispute_performed(state, fact)),
        SalesCommand::NoteClaimClosed(fact) if fact.outcome == Outcome::Refunded => {
            Ok(ending::device_paid_in_cash(state, fact))
        }
        SalesCommand::NoteClaimClosed(fact) => ending::device_replaced(state, fact, cx),
    }
}
