//! What was paid for the lines of an order. Its fees are part of no line, but a discount is: many
//! shops and plugins give it as a fee below zero, which no line shows.

use std::collections::BTreeMap;

use recourse_kernel::{Currency, Money};

use super::bodies::{self, Charge, LineItem};
use super::values::{needed, quantity, sum};
use crate::feed::shop::by_worth;
use crate::feed::unusable::Unusable;

/// What was paid for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paid {
    /// After discounts, with tax.
    pub(super) whole: Money,
    /// The tax in it that was added to the shop's price.
    pub(super) tax_added: Money,
}

/// What was paid for each line, in their order; nothing for one without units.
pub(super) fn paid_for_lines(
    body: &bodies::Order,
    currency: Currency,
) -> Result<Vec<Paid>, Unusable> {
    let includes_tax = body.prices_include_tax.unwrap_or(false);
    let items = body.line_items.iter().flatten().enumerate();
    let lines = items.map(|(at, item)| of_line(at, item, currency, includes_tax));
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let invalid = || Unusable::value("fee_lines.total");
    let parts = discounts(body).flat_map(|fee| [&fee.total, &fee.total_tax]);
    let whole = sum(parts, currency).ok_or_else(invalid)?;
    let tax = sum(discounts(body).map(|fee| &fee.total_tax), currency).ok_or_else(invalid)?;
    let shares = |discount: Money, of: fn(&Paid) -> Money| {
        let worths: Vec<i64> = lines.iter().map(|line| of(line).amount).collect();
        by_worth(discount.amount.saturating_neg(), &worths)
    };
    let shares =
        shares(whole, |line| line.whole).into_iter().zip(shares(tax, |line| line.tax_added));
    let lines = lines.iter().zip(shares).map(|(line, (off, tax_off))| {
        let whole = line.whole.amount - off;
        let tax_added = (line.tax_added.amount - tax_off).min(whole);
        Paid { whole: Money::new(whole, currency), tax_added: Money::new(tax_added, currency) }
    });
    Ok(lines.collect())
}

fn of_line(
    at: usize,
    item: &LineItem,
    currency: Currency,
    includes_tax: bool,
) -> Result<Paid, Unusable> {
    let invalid = |name: &str| Unusable::value(&format!("line_items[{at}].{name}"));
    let zero = Money::zero(currency);
    if quantity(item.quantity.as_ref()).ok_or_else(|| invalid("quantity"))? == 0 {
        return Ok(Paid { whole: zero, tax_added: zero });
    }
    // The total never includes the tax, also where the shop's prices do.
    let whole = item.total.as_ref().and_then(|_| sum([&item.total, &item.total_tax], currency));
    let tax_added = if includes_tax { Some(zero) } else { sum([&item.total_tax], currency) };
    Ok(Paid {
        whole: whole.ok_or_else(|| invalid("total"))?,
        tax_added: tax_added.ok_or_else(|| invalid("total_tax"))?,
    })
}

/// The fees that are below zero.
fn discounts(body: &bodies::Order) -> impl Iterator<Item = &Charge> {
    let is_below_zero =
        |fee: &&Charge| fee.total.as_ref().is_some_and(|total| total.text.trim().starts_with('-'));
    body.fee_lines.iter().flatten().filter(is_below_zero)
}

/// What was paid for one unit of each line, by the line's id, if a discount is in it that the lines
/// do not show. A refund of such a line can be for more.
pub(super) fn discounted_prices(
    body: &bodies::Order,
    currency: Currency,
) -> Result<BTreeMap<String, i64>, Unusable> {
    let mut prices = BTreeMap::new();
    if discounts(body).next().is_none() {
        return Ok(prices);
    }
    for (item, paid) in body.line_items.iter().flatten().zip(paid_for_lines(body, currency)?) {
        let units = i64::from(quantity(item.quantity.as_ref()).unwrap_or(0));
        if units > 0 {
            let each = paid.whole.amount.saturating_add(units - 1) / units;
            prices.insert(needed(item.id.as_ref(), "line_items.id")?, each);
        }
    }
    Ok(prices)
}
