//! M13: a shipment that the buyer paid is reimbursed against its receipt, which comes with the
//! booking or later.

use recourse_kernel::{Currency, Tried};
use recourse_terms::Party;

use crate::domain::commands::AddReceipt;
use crate::domain::events::{JobEvent, PostageReceipt, ReceiptAdded};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::moves;
use crate::domain::rules::text::photos;
use crate::domain::state::{Jobs, Shipment};
use crate::domain::{Cx, Decision};

/// M13: adds the receipt, once.
pub(super) fn add(jobs: &Jobs, request: &AddReceipt, cx: &Cx<'_>) -> Decision {
    let id = request.shipment;
    let job = jobs.jobs.get(&id.job()).ok_or(JobRejection::ShipmentNotKnown(id))?;
    let shipment = job.shipments.get(&id.shipment).ok_or(JobRejection::ShipmentNotKnown(id))?;
    moves(job, cx.principal)?;
    let mut rules = Tried::default();
    rules.check(&has_none(shipment));
    rules.check(&receipt_fits(Some(&request.receipt), shipment.booked_by, shipment.currency));
    rules.passed()?;
    Ok(vec![JobEvent::ReceiptAdded(ReceiptAdded {
        shipment: id,
        job: id.job(),
        receipt: request.receipt.clone(),
        at: cx.now,
    })])
}

fn has_none(shipment: &Shipment) -> Result<(), JobRejection> {
    if shipment.has_receipt { Err(JobRejection::ReceiptKnown) } else { Ok(()) }
}

/// M13: a receipt is for what the buyer paid, in the currency of the price.
pub(super) fn receipt_fits(
    receipt: Option<&PostageReceipt>,
    booked_by: Party,
    wanted: Currency,
) -> Result<Option<PostageReceipt>, JobRejection> {
    let Some(receipt) = receipt else { return Ok(None) };
    let PostageReceipt { amount, photo } = receipt;
    if booked_by != Party::Buyer || amount.amount < 0 {
        return Err(JobRejection::ReceiptMisplaced);
    }
    if amount.currency != wanted {
        return Err(JobRejection::AnotherCurrency { given: amount.currency, wanted });
    }
    photos(std::slice::from_ref(photo))?;
    Ok(Some(receipt.clone()))
}
