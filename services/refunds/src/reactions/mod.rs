//! Translates facts of claims, jobs and policies into commands of this service.

use recourse_kernel::wire::decode_body;
use recourse_kernel::{Record, WireError};
use recourse_terms::PriceRefunded;

use crate::domain::RefundsCommand;
use crate::domain::commands::NoteAppeal;
use crate::foreign::{
    Appeal, AppealOf, ClosedClaim, PolicyCancelled, PolicyPriceOwed, SaleRefused,
};

/// The command that an event of another service leads to; none if no payment follows from
/// it.
pub fn translate(record: &Record) -> Result<Option<RefundsCommand>, WireError> {
    let (kind, body) = (record.type_name.as_str(), record.body.as_slice());
    Ok(match kind {
        "recourse.claim.settlement_started.v1" => {
            Some(RefundsCommand::OpenForClaim(decode_body(kind, body)?))
        }
        "recourse.claim.settlement_extended.v1" => {
            Some(RefundsCommand::Extend(decode_body(kind, body)?))
        }
        "recourse.job.repaired.v1" => Some(RefundsCommand::NoteRepair(decode_body(kind, body)?)),
        "recourse.claim.appealed.v1" => appeal(record, true)?,
        "recourse.claim.appeal_decided.v1" => appeal(record, false)?,
        "recourse.claim.closed.v1" => {
            let ClosedClaim { claim } = decode_body(kind, body)?;
            Some(RefundsCommand::NoteAppeal(NoteAppeal { claim, open: false, at: record.time }))
        }
        "recourse.policy.cancelled.v1" => {
            price_owed(decode_body::<PolicyCancelled>(kind, body)?.into())
        }
        "recourse.policy.price_paid_changed.v1" => {
            Some(RefundsCommand::NoteSellerRefund(decode_body(kind, body)?))
        }
        "recourse.policy.sale_refused.v1" => {
            price_owed(decode_body::<SaleRefused>(kind, body)?.into())
        }
        _ => None,
    })
}

/// C11: only an appeal against the verdict changes what the buyer has to pay by when.
fn appeal(record: &Record, open: bool) -> Result<Option<RefundsCommand>, WireError> {
    let Appeal { claim, of } = decode_body(&record.type_name, &record.body)?;
    let is_about_the_verdict = of == AppealOf::Verdict;
    let note = NoteAppeal { claim, open, at: record.time };
    Ok(is_about_the_verdict.then_some(RefundsCommand::NoteAppeal(note)))
}

/// S7: a policy that was never paid for leads to no refund. If the seller has refunded the device,
/// cash that was paid for it goes back, whatever is owed of the policy's price (M7).
fn price_owed(fact: PolicyPriceOwed) -> Option<RefundsCommand> {
    let is_about_money =
        fact.price_owed.amount > 0 || fact.because == PriceRefunded::RefundedBySeller;
    is_about_money.then_some(RefundsCommand::OpenForPolicy(fact))
}

#[cfg(test)]
mod tests;
