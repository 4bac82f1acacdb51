//! Facts that a marketplace reports: who may report them, and when they can have happened.

use recourse_kernel::{Finding, Instant, Principal, Role};

use crate::domain::rejection::OrderRejection;
use crate::domain::state::Order;

/// A1: only the order's own marketplace reports facts about it.
pub fn reported_by_the_marketplace(
    principal: &Principal,
    marketplace: &str,
) -> Result<(), OrderRejection> {
    if principal.role == Role::Marketplace && principal.subject == marketplace {
        Ok(())
    } else {
        Err(OrderRejection::NotTheMarketplace(principal.clone()))
    }
}

/// Facts about an order are dated after it was placed.
pub fn after_placing(order: &Order, at: Instant) -> Result<(), OrderRejection> {
    let placed_at = order.placed.placed_at;
    if at < placed_at { Err(OrderRejection::BeforePlaced { placed_at }) } else { Ok(()) }
}

/// A cancelled order accepts no further deliveries.
pub fn not_cancelled(order: &Order) -> Result<(), OrderRejection> {
    match order.cancelled {
        Some(at) => Err(OrderRejection::Cancelled { at }),
        None => Ok(()),
    }
}

/// For a cancelled order, only a payment before the cancellation counts.
pub fn not_cancelled_before(order: &Order, at: Instant) -> Result<(), OrderRejection> {
    match order.cancelled {
        Some(cancelled) if at > cancelled => Err(OrderRejection::Cancelled { at: cancelled }),
        _ => Ok(()),
    }
}

/// S8: an order can be cancelled until any of its units is delivered.
pub fn nothing_delivered_by(order: &Order, at: Instant) -> Result<Finding, OrderRejection> {
    let delivered = order
        .units
        .iter()
        .find(|(_, unit)| unit.delivery.is_some_and(|delivery| delivery.delivered_at <= at));
    match delivered {
        Some((&device, _)) => Err(OrderRejection::CancelTooLate { device }),
        None => Ok(Finding::passed("S8", "nothing was delivered before the cancellation")),
    }
}
