//! Disputes: who may do what, and until when (D1, D2).

use recourse_kernel::{DeviceId, DisputeId, Finding, Instant, Money, Principal, Role};

use super::amounts::is_within_the_price;
use super::units::unit_of;
use crate::domain::events::{
    DecidedBy, DisputeAnswer, Offer, OfferKind, PhotoReference, Receipt, RequestedRemedy,
};
use crate::domain::rejection::OrderRejection;
use crate::domain::state::{Dispute, Order, Owed, Unit};

/// A1: the device's buyer, or the order's marketplace for the buyer, opens a dispute, withdraws it,
/// and accepts or declines an offer in it.
pub fn acts_for_the_buyer(order: &Order, who: &Principal) -> Result<(), OrderRejection> {
    let allowed = match who.role {
        Role::Buyer => who.subject == order.placed.buyer,
        Role::Marketplace => who.subject == order.placed.marketplace,
        _ => false,
    };
    let what = "open or withdraw a dispute about this device, or answer an offer in it";
    if allowed { Ok(()) } else { Err(not_allowed(who, what)) }
}

/// A1, D1: a seller acts in disputes about its own sales only. Where the order names no seller, and
/// for a seller, the order's marketplace does it.
pub fn seller_or_marketplace(
    order: &Order,
    device: DeviceId,
    who: &Principal,
    what: &'static str,
) -> Result<DecidedBy, OrderRejection> {
    match who.role {
        Role::Seller if seller_of(order, device) == Some(who.subject.as_str()) => {
            Ok(DecidedBy::Seller)
        }
        Role::Seller => Err(OrderRejection::NotYourSale(device)),
        Role::Marketplace if who.subject == order.placed.marketplace => Ok(DecidedBy::Marketplace),
        _ => Err(not_allowed(who, what)),
    }
}

/// A1, D2: who says that an outcome was carried out: the seller of the device, the order's
/// marketplace, or its buyer.
pub fn may_confirm(
    order: &Order,
    device: DeviceId,
    who: &Principal,
) -> Result<DecidedBy, OrderRejection> {
    match who.role {
        Role::Buyer if who.subject == order.placed.buyer => Ok(DecidedBy::Buyer),
        _ => seller_or_marketplace(order, device, who, "confirm the outcome of a dispute"),
    }
}

/// D2: after an objection of the buyer, the seller's word alone counts no longer.
pub fn not_contested(id: DisputeId, owed: &Owed) -> Result<Finding, OrderRejection> {
    if owed.is_contested {
        return Err(OrderRejection::PerformanceContested(id));
    }
    Ok(Finding::passed("D2", "the buyer has not objected"))
}

/// D1: a seller agrees, counters or declines, and never decides: only the marketplace does.
pub fn marketplace_decides(
    order: &Order,
    id: DisputeId,
    who: &Principal,
) -> Result<(), OrderRejection> {
    match seller_or_marketplace(order, id.device(), who, "decide a dispute")? {
        DecidedBy::Marketplace => Ok(()),
        _ => Err(OrderRejection::MarketplaceDecides(id)),
    }
}

/// The seller of a device, by the marketplace's id for it; none if the order names no seller.
pub fn seller_of(order: &Order, device: DeviceId) -> Option<&str> {
    let line = order.placed.lines.iter().find(|line| line.line == device.line)?;
    line.seller.as_deref()
}

fn not_allowed(who: &Principal, what: &'static str) -> OrderRejection {
    OrderRejection::DisputeNotAllowed { who: who.clone(), what }
}

pub fn known(order: &Order, id: DisputeId) -> Result<(&Unit, &Dispute), OrderRejection> {
    let unit = unit_of(order, id.device())?;
    let dispute = order.dispute(id).ok_or(OrderRejection::DisputeNotKnown(id))?;
    Ok((unit, dispute))
}

/// The dispute is neither decided nor withdrawn.
pub fn not_decided(id: DisputeId, dispute: &Dispute) -> Result<(), OrderRejection> {
    if dispute.is_undecided() {
        return Ok(());
    }
    let ending = dispute.ending().map(|ending| ending.ending);
    Err(OrderRejection::DisputeIsOver { dispute: id, ending })
}

/// The buyer still has the device, and it was not refunded in full.
pub fn device_is_there(device: DeviceId, unit: &Unit) -> Result<(), OrderRejection> {
    if unit.returned.is_some() || unit.is_refunded_in_full() {
        return Err(OrderRejection::DeviceGone(device));
    }
    Ok(())
}

/// A device has one dispute at a time, until its outcome is carried out: two promises could exceed
/// its price.
pub fn none_is_open(device: DeviceId, unit: &Unit) -> Result<(), OrderRejection> {
    match unit.disputes.iter().position(|dispute| !dispute.is_over()) {
        Some(position) => Err(OrderRejection::DisputeAlreadyOpen(dispute_number(device, position))),
        None => Ok(()),
    }
}

/// D1: a dispute shows the defect in at least one photo.
pub fn has_a_photo(photos: &[PhotoReference]) -> Result<Finding, OrderRejection> {
    if photos.is_empty() {
        return Err(OrderRejection::PhotoRequired);
    }
    Ok(Finding::passed("D1", "the defect is shown in photos").fact("photos", photos.len()))
}

/// D1: the price of a repair is asked for with the scanned receipt, and at most the price that
/// remains of the device.
pub fn receipt_fits_the_remedy(
    unit: &Unit,
    requested: RequestedRemedy,
    receipt: Option<&Receipt>,
) -> Result<Option<Finding>, OrderRejection> {
    match (requested, receipt) {
        (RequestedRemedy::Repair, None) => Err(OrderRejection::ReceiptRequired),
        (RequestedRemedy::Repair, Some(receipt)) => {
            is_within_the_price(unit, receipt.amount)?;
            let finding = Finding::passed("D1", "the price of the repair is on a scanned receipt");
            Ok(Some(finding.fact("receipt", receipt.amount)))
        }
        (_, Some(_)) => Err(OrderRejection::ReceiptMisplaced),
        (_, None) => Ok(None),
    }
}

/// The id of the dispute at this position in the list; the first one has number 1.
pub fn dispute_number(device: DeviceId, position: usize) -> DisputeId {
    device.dispute(u32::try_from(position + 1).unwrap_or(u32::MAX))
}

/// T8: a seller who did not answer in time can no longer answer.
pub fn still_has_a_say(
    by: DecidedBy,
    id: DisputeId,
    dispute: &Dispute,
) -> Result<Finding, OrderRejection> {
    match by {
        DecidedBy::Seller if dispute.seller_was_silent => Err(OrderRejection::SellerWasSilent(id)),
        _ => Ok(Finding::passed("T8", "the time to answer has not passed for the caller")),
    }
}

/// D1: what a counter-offer consists of. An amount goes with money and with nothing else, and no
/// other answer offers anything. An amount alone is a part of the price.
pub fn offered(
    unit: &Unit,
    answer: DisputeAnswer,
    kind: Option<OfferKind>,
    amount: Option<Money>,
) -> Result<Option<Offer>, OrderRejection> {
    let kind = kind.or(amount.map(|_| OfferKind::PartialRefund));
    match (answer, kind) {
        (DisputeAnswer::Counter, Some(kind)) if kind.has_an_amount() == amount.is_some() => {
            if let Some(amount) = amount {
                is_within_the_price(unit, amount)?;
            }
            Ok(Some(Offer { kind, amount }))
        }
        (DisputeAnswer::Agree | DisputeAnswer::Decline, None) => Ok(None),
        _ => Err(OrderRejection::OfferMisplaced),
    }
}

/// The buyer accepts the offer that is open, not one that has changed.
pub fn offer_is_open(dispute: &Dispute, accepted: Option<Money>) -> Result<Offer, OrderRejection> {
    match dispute.offer {
        Some(offer) if offer.amount == accepted => Ok(offer),
        offer => Err(OrderRejection::NoSuchOffer { offered: offer }),
    }
}

/// D2: what was decided is carried out after the decision, and is reported afterwards.
pub fn performed_between(
    at: Instant,
    decided_at: Instant,
    now: Instant,
) -> Result<(), OrderRejection> {
    if (decided_at..=now).contains(&at) {
        Ok(())
    } else {
        Err(OrderRejection::PerformanceMisdated { decided_at, now })
    }
}
