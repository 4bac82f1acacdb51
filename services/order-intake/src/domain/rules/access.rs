//! Who may get access to an order as its buyer, and for how long.

use chrono::TimeDelta;
use recourse_kernel::{Finding, Principal, Role};

use crate::domain::rejection::OrderRejection;
use crate::domain::state::Order;

/// How long tokens of one grant are valid.
pub const VALID_FOR: TimeDelta = TimeDelta::minutes(15);

/// A1: only the order's own marketplace, which knows its buyer, passes access on.
pub fn may_pass_access_on(order: &Order, who: &Principal) -> Result<Finding, OrderRejection> {
    let marketplace = &order.placed.marketplace;
    if who.role == Role::Marketplace && who.subject == *marketplace {
        let finding = Finding::passed("A1", "the order is the marketplace's own");
        Ok(finding.fact("marketplace", marketplace))
    } else {
        Err(OrderRejection::AccessNotAllowed(who.clone()))
    }
}
