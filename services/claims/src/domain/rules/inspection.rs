//! Stage 3: what follows from what the shop and the carriers report (T7, M8).

use recourse_kernel::{Finding, ShipmentId};
use recourse_terms::{Direction, Party, Verdict};

use crate::domain::state::Claim;

/// M8: whether the buyer's device or its replacement was lost in a shipment to the buyer that the
/// provider had booked.
pub(crate) fn lost_on_providers_return_shipment(claim: &Claim, lost: ShipmentId) -> bool {
    let Some(visit) = &claim.visit else { return false };
    visit.replacement.as_ref().is_none_or(|sent| sent.shipment == Some(lost))
        && visit.shipments.get(&lost).is_some_and(|shipment| {
            shipment.direction == Direction::ToBuyer && shipment.liable() == Party::Provider
        })
}

/// M8: whether the shipment to the shop was booked by the provider, who is liable for it then.
pub(crate) fn providers_shipment_to_the_shop(claim: &Claim, lost: ShipmentId) -> bool {
    let shipment = claim.visit.as_ref().and_then(|visit| visit.shipments.get(&lost));
    shipment.is_some_and(|shipment| {
        shipment.direction == Direction::ToShop && shipment.liable() == Party::Provider
    })
}

/// T7: whether the shipment carried the replacement. Its warranty days start with that delivery,
/// however late it is reported.
pub(crate) fn replacement_came_on(claim: &Claim, delivered: ShipmentId) -> bool {
    let sent = claim.visit.as_ref().and_then(|visit| visit.replacement.as_ref());
    sent.is_some_and(|sent| sent.shipment == Some(delivered))
}

/// Stage 3: what the shop found, as the reason of the verdict.
pub(crate) fn found(verdict: Verdict) -> Finding {
    match verdict {
        Verdict::Covered => Finding::passed("stage 3", "the policy covers the defect"),
        Verdict::NotCovered { exclusion } => {
            Finding::failed("stage 3", exclusion.reason()).fact("exclusion", exclusion)
        }
        Verdict::NoFaultFound => Finding::failed("stage 3", "no fault was found"),
    }
}
