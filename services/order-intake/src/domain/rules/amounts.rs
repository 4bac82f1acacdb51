//! M6, M7: which amounts are possible.

use recourse_kernel::{Finding, Money};

use crate::domain::rejection::OrderRejection;
use crate::domain::state::Unit;

/// The maximum amount for one unit, in minor units. Far above any device and far below `i64::MAX`,
/// so that sums over an order cannot overflow.
const AMOUNT_LIMIT: i64 = 1_000_000_000_000;

/// M6: amounts are whole minor units of one currency, not negative and below the maximum.
pub fn is_possible(amount: Money, of: Money) -> Result<Finding, OrderRejection> {
    if amount.currency != of.currency {
        return Err(OrderRejection::CurrenciesDiffer { expected: of.currency.to_string() });
    }
    if !(0..=AMOUNT_LIMIT).contains(&amount.amount) {
        let most = Money::new(AMOUNT_LIMIT, amount.currency);
        return Err(OrderRejection::ImpossibleAmount { amount, most });
    }
    Ok(Finding::passed("M6", "the amount is possible").fact("amount", amount))
}

/// M7: an amount must be above zero and at most the remaining price.
pub fn is_within_the_price(unit: &Unit, amount: Money) -> Result<Finding, OrderRejection> {
    is_possible(amount, unit.price)?;
    let remaining = unit.remaining();
    if !(1..=remaining.amount).contains(&amount.amount) {
        return Err(OrderRejection::AmountOutOfBounds { amount, remaining });
    }
    let finding = Finding::passed("M7", "the amount is at most the remaining price");
    Ok(finding.fact("amount", amount).fact("remaining", remaining))
}
