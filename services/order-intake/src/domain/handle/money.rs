//! Payments that the marketplace reports (M6).

use recourse_kernel::Tried;

use crate::domain::Decision;
use crate::domain::commands::Pay;
use crate::domain::events::{OrderEvent, OrderPaid, PaymentAdded};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::amounts::is_possible;
use crate::domain::rules::facts::not_cancelled_before;
use crate::domain::state::Order;

/// Records the order's payment, once. For a cancelled order, only a payment before the cancellation
/// counts.
pub(super) fn pay(order: &Order, pay: &Pay) -> Decision {
    if let Some(paid) = &order.paid {
        return paid_again(order, paid, pay);
    }
    let mut rules = Tried::default();
    rules.check(&not_cancelled_before(order, pay.paid_at));
    // Some shops charge the buyer just before they write the order, so the time is not checked
    // against it.
    if let Some(line) = order.placed.lines.first() {
        rules.all([is_possible(pay.amount, line.unit_price)]);
    }
    rules.passed()?;
    Ok(vec![OrderEvent::Paid(OrderPaid {
        order: order.id(),
        paid_at: pay.paid_at,
        amount: pay.amount,
    })])
}

/// A shop that reports whole orders reports the whole amount with each payment. More than before is
/// an additional payment; less is an edit, whose refund is a fact of its own.
fn paid_again(order: &Order, paid: &OrderPaid, pay: &Pay) -> Decision {
    if paid.amount == pay.amount {
        return Ok(Vec::new());
    }
    if order.placed.as_of.is_none() {
        return Err(OrderRejection::AlreadyPaid { amount: paid.amount }.into());
    }
    is_possible(pay.amount, paid.amount)?;
    if pay.amount.amount < paid.amount.amount {
        return Ok(Vec::new());
    }
    Ok(vec![OrderEvent::PaymentAdded(PaymentAdded {
        order: order.id(),
        paid_at: pay.paid_at,
        amount: pay.amount,
    })])
}
