//! Translates facts about orders and claims into commands of this service.

use recourse_kernel::wire::decode_body;
use recourse_kernel::{Record, WireError};
use recourse_terms::Outcome;

use crate::domain::SalesCommand;
use crate::foreign::{ClaimClosed, OrderImport, OrderPlaced};

/// The command that another service's event leads to; `None` if it does not concern a warranty.
pub fn translate(record: &Record) -> Result<Option<SalesCommand>, WireError> {
    let (kind, body) = (record.type_name.as_str(), record.body.as_slice());
    Ok(Some(match kind {
        "recourse.order.placed.v1" | "recourse.order.lines_added.v1" => {
            let placed: OrderPlaced = decode_body(kind, body)?;
            // Most orders have no warranty. They leave no trace here, and neither does one that was
            // imported as history: its warranties were sold elsewhere, if at all. To judge them
            // would refuse each, and owe its price.
            let OrderImport { history } = decode_body(kind, body)?;
            if history || placed.lines.iter().all(|line| line.warranty.is_none()) {
                return Ok(None);
            }
            SalesCommand::NotePlaced(placed)
        }
        "recourse.order.warranty_added.v1" => {
            let OrderImport { history } = decode_body(kind, body)?;
            if history {
                return Ok(None);
            }
            SalesCommand::NoteWarrantyAdded(Box::new(decode_body(kind, body)?))
        }
        "recourse.order.warranty_removed.v1" => {
            SalesCommand::NoteWarrantyRemoved(decode_body(kind, body)?)
        }
        "recourse.order.paid.v1" | "recourse.order.payment_added.v1" => {
            SalesCommand::NotePaid(decode_body(kind, body)?)
        }
        "recourse.order.cancelled.v1" => SalesCommand::NoteCancelled(decode_body(kind, body)?),
        "recourse.order.delivered.v1" => SalesCommand::NoteDelivered(decode_body(kind, body)?),
        "recourse.order.delivery_corrected.v1" => {
            SalesCommand::NoteDeliveryCorrected(decode_body(kind, body)?)
        }
        "recourse.order.returned.v1" => SalesCommand::NoteReturned(decode_body(kind, body)?),
        "recourse.order.line_refunded.v1" => {
            SalesCommand::NoteLineRefunded(decode_body(kind, body)?)
        }
        "recourse.order.units_removed.v1" => SalesCommand::NoteRemoved(decode_body(kind, body)?),
        "recourse.order.warranty_refunded.v1" => {
            SalesCommand::NoteWarrantyRefunded(decode_body(kind, body)?)
        }
        // Until then the outcome is a promise: the buyer has neither the policy's price nor the
        // device.
        "recourse.order.dispute_performed.v1" => {
            SalesCommand::NoteDisputePerformed(decode_body(kind, body)?)
        }
        "recourse.claim.closed.v1" => {
            let closed: ClaimClosed = decode_body(kind, body)?;
            // Only a replacement can end coverage, and only cash uses a policy up; any other
            // outcome of a claim leaves it unchanged.
            if !matches!(closed.outcome, Outcome::Replaced | Outcome::Refunded) {
                return Ok(None);
            }
            SalesCommand::NoteClaimClosed(closed)
        }
        _ => return Ok(None),
    }))
}

#[cfg(test)]
mod tests;
