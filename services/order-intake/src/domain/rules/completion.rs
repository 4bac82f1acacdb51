//! T10: what completes an order.

use chrono::TimeDelta;
use recourse_kernel::{Finding, Instant, Principal, Role};

use crate::domain::events::CompletedBecause;
use crate::domain::rejection::OrderRejection;
use crate::domain::state::{Order, Unit};

/// After how many days an order completes by itself, if its shop has set no other number (T10).
///
/// This is a stable format: it is the number of every order whose event names none, also in a
/// replay.
pub const COMPLETE_AFTER_DAYS: u32 = 15;

/// What completes an order, when, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// When the order is completed.
    pub at: Instant,
    /// What completes it.
    pub because: CompletedBecause,
    /// The rule, with the facts it was checked against.
    pub finding: Finding,
}

/// A1: the buyer of the order confirms its receipt, or its marketplace for the buyer.
pub fn may_confirm_receipt(order: &Order, who: &Principal) -> Result<(), OrderRejection> {
    let allowed = is_its_buyer_or_marketplace(order, who);
    if allowed { Ok(()) } else { Err(OrderRejection::ReceiptNotAllowed(who.clone())) }
}

/// A1: the buyer of the order reports its delivery, or its marketplace.
pub fn may_report_delivery(order: &Order, who: &Principal) -> Result<(), OrderRejection> {
    let allowed = is_its_buyer_or_marketplace(order, who);
    if allowed { Ok(()) } else { Err(OrderRejection::DeliveryNotAllowed(who.clone())) }
}

fn is_its_buyer_or_marketplace(order: &Order, who: &Principal) -> bool {
    match who.role {
        Role::Buyer => who.subject == order.placed.buyer,
        Role::Marketplace => who.subject == order.placed.marketplace,
        _ => false,
    }
}

/// T10: a confirmed receipt completes the order at once.
pub fn by_receipt(confirmed_at: Instant) -> Completion {
    let finding = Finding::passed("T10", "the buyer confirmed the receipt");
    Completion {
        at: confirmed_at,
        because: CompletedBecause::ReceiptConfirmed,
        finding: finding.fact("confirmed_at", confirmed_at),
    }
}

/// T10: an order is completed when its marketplace says so.
pub fn by_the_marketplace(completed_at: Instant) -> Completion {
    let finding = Finding::passed("T10", "the marketplace reported the order as completed");
    Completion {
        at: completed_at,
        because: CompletedBecause::Marketplace,
        finding: finding.fact("completed_at", completed_at),
    }
}

/// T10: an order completes by itself some days of 24 hours after everything was delivered, unless
/// it was cancelled, or completed before. A corrected delivery moves that time.
pub fn by_itself(order: &Order) -> Option<Completion> {
    if order.completed.is_some() || order.cancelled.is_some() {
        return None;
    }
    let delivered_at = everything_delivered_at(order)?;
    let days = order.placed.complete_after_days.unwrap_or(COMPLETE_AFTER_DAYS);
    let at = delivered_at.checked_add_signed(TimeDelta::days(days.into()))?;
    let finding = Finding::passed("T10", "everything was delivered, and the days have passed")
        .fact("delivered_at", delivered_at)
        .fact("days", days);
    Some(Completion { at, because: CompletedBecause::DaysAfterDelivery, finding })
}

/// When the last unit was delivered, if none is awaited.
pub fn everything_delivered_at(order: &Order) -> Option<Instant> {
    let expected = order.units.values().filter(|unit| !will_not_come(unit));
    let delivered: Option<Vec<Instant>> =
        expected.map(|unit| unit.delivery.map(|delivery| delivery.delivered_at)).collect();
    delivered?.into_iter().max()
}

/// A unit that is not sent, that left the order, or that was refunded in full instead of sent.
fn will_not_come(unit: &Unit) -> bool {
    let is_off = unit.removed.is_some() || unit.is_refunded_in_full();
    unit.delivery.is_none() && (is_off || !unit.requires_shipping)
}
