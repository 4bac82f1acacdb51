//! Access to an order as its buyer, for a buyer who has no token of this installation's issuer.

use recourse_kernel::Tried;

use crate::domain::events::{BuyerAccessGranted, OrderEvent};
use crate::domain::rules::access::{VALID_FOR, may_pass_access_on};
use crate::domain::state::Order;
use crate::domain::{Cx, Decision};

/// Records who may act as the buyer, and until when. Each grant is a new one.
pub(super) fn grant(order: &Order, cx: &Cx<'_>) -> Decision {
    let mut rules = Tried::default();
    rules.all([may_pass_access_on(order, cx.principal)]);
    let findings = rules.passed()?;
    Ok(vec![OrderEvent::BuyerAccessGranted(BuyerAccessGranted {
        order: order.id(),
        marketplace: order.placed.marketplace.clone(),
        buyer: order.placed.buyer.clone(),
        granted_at: cx.now,
        until: cx.now.checked_add_signed(VALID_FOR).unwrap_or(cx.now),
        findings,
    })])
}
