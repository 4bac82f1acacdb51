//! Disputes: who may do what, and until when.

use recourse_kernel::{DeviceId, DisputeId, Finding, Money, Principal, Role};

use super::units::unit_of;
use crate::domain::events::{DecidedBy, DisputeAnswer};
use crate::domain::rejection::OrderRejection;
use crate::domain::state::{Dispute, Order, Unit};

/// A1: the device's buyer or the order's marketplace opens a dispute, and accepts an offer in it.
pub fn acts_for_the_buyer(order: &Order, who: &Principal) -> Result<(), OrderRejection> {
    let allowed = match who.role {
        Role::Buyer => who.subject == order.placed.buyer,
        Role::Marketplace => who.subject == order.placed.marketplace,
        _ => false,
    };
    let what = "open a dispute about this device or accept an offer in it";
    if allowed { Ok(()) } else { Err(not_allowed(who, what)) }
}

/// A1: a seller or the order's marketplace answers and decides a dispute.
pub fn seller_or_marketplace(
    order: &Order,
    who: &Principal,
    what: &'static str,
) -> Result<DecidedBy, OrderRejection> {
    match who.role {
        Role::Seller => Ok(DecidedBy::Seller),
        Role::Marketplace if who.subject == order.placed.marketplace => Ok(DecidedBy::Marketplace),
        _ => Err(not_allowed(who, what)),
    }
}

fn not_allowed(who: &Principal, what: &'static str) -> OrderRejection {
    OrderRejection::DisputeNotAllowed { who: who.clone(), what }
}

pub fn known(order: &Order, id: DisputeId) -> Result<(&Unit, &Dispute), OrderRejection> {
    let unit = unit_of(order, id.device())?;
    let dispute = order.dispute(id).ok_or(OrderRejection::DisputeNotKnown(id))?;
    Ok((unit, dispute))
}

pub fn not_decided(id: DisputeId, dispute: &Dispute) -> Result<(), OrderRejection> {
    match &dispute.ending {
        None => Ok(()),
        Some(before) => {
            Err(OrderRejection::DisputeAlreadyDecided { dispute: id, ending: before.ending })
        }
    }
}

/// The buyer still has the device, and it was not refunded in full.
pub fn device_is_there(device: DeviceId, unit: &Unit) -> Result<(), OrderRejection> {
    if unit.returned.is_some() || unit.is_refunded_in_full() {
        return Err(OrderRejection::DeviceGone(device));
    }
    Ok(())
}

/// A device has one open dispute at a time.
pub fn none_is_open(device: DeviceId, unit: &Unit) -> Result<(), OrderRejection> {
    match unit.disputes.iter().position(|dispute| dispute.ending.is_none()) {
        Some(position) => Err(OrderRejection::DisputeAlreadyOpen(dispute_number(device, position))),
        None => Ok(()),
    }
}

/// The id of the dispute at this position in the list; the first one has number 1.
pub fn dispute_number(device: DeviceId, position: usize) -> DisputeId {
    device.dispute(u32::try_from(position + 1).unwrap_or(u32::MAX))
}

/// T8: a seller who did not answer in time can no longer answer or decide.
pub fn still_has_a_say(
    by: DecidedBy,
    id: DisputeId,
    dispute: &Dispute,
) -> Result<Finding, OrderRejection> {
    match by {
        DecidedBy::Seller if dispute.seller_was_silent => Err(OrderRejection::SellerWasSilent(id)),
        _ => Ok(Finding::passed("T8", "the time to answer has not passed for the caller")
            .fact("answer_by", dispute.answer_by)),
    }
}

/// A counter-offer has an amount, and no other answer has one.
pub fn offer_fits_the_answer(
    answer: DisputeAnswer,
    offer: Option<Money>,
) -> Result<(), OrderRejection> {
    if offer.is_some() == (answer == DisputeAnswer::Counter) {
        Ok(())
    } else {
        Err(OrderRejection::OfferMisplaced)
    }
}

/// The buyer accepts the offer that is open, not one that has changed.
pub fn offer_is_open(dispute: &Dispute, accepted: Money) -> Result<(), OrderRejection> {
    if dispute.offer == Some(accepted) {
        Ok(())
    } else {
        Err(OrderRejection::NoSuchOffer { offered: dispute.offer })
    }
}
