//! Lines of an order, and the units that a later fact names by line.

use recourse_kernel::{Currency, Money};

use super::bodies::{LineItem, RefundLineItem, Text};
use super::values::{amount, currency};
use super::warranty;
use crate::domain::commands::{LineUnits, Units, UnitsRefunded};
use crate::domain::events::OrderLine;
use crate::feed::unusable::Unusable;
use crate::feed::values::short;

/// Translates a line of an order. The price paid for a unit excludes all discounts allocated to the
/// line.
pub(super) fn line(
    number: usize,
    item: &LineItem,
    items: &[LineItem],
    currency: Currency,
) -> Result<OrderLine, Unusable> {
    let field = |name: &str| format!("line_items[{}].{name}", number - 1);
    let quantity = item.quantity.filter(|quantity| *quantity > 0);
    let quantity = quantity.ok_or_else(|| Unusable::value(&field("quantity")))?;
    let bad_price = || Unusable::value(&field("price"));
    let price = amount(item.price_set.as_ref(), item.price.as_ref(), currency);
    let price = price.ok_or_else(bad_price)?;
    let discounts = item.discount_allocations.as_deref().unwrap_or_default().iter();
    let discounts =
        discounts.map(|part| amount(part.amount_set.as_ref(), part.amount.as_ref(), currency));
    let gross = price.amount.checked_mul(i64::from(quantity)).ok_or_else(bad_price)?;
    let net = discounts
        .into_iter()
        .try_fold(gross, |rest, discount| Some(rest.checked_sub(discount?.amount)?.max(0)));
    let net =
        Money::new(net.ok_or_else(|| Unusable::value(&field("discount_allocations")))?, currency);
    let unit_price = net.share(1, quantity).map_err(|_| bad_price())?;
    let warranty = warranty::bought(number, item, items, currency)?;
    let device = warranty::device(item, warranty.is_some());
    Ok(OrderLine {
        line: u32::try_from(number).map_err(|_| Unusable::value("line_items"))?,
        title: short(item.title.as_deref().or(item.name.as_deref()).unwrap_or_default()),
        quantity,
        unit_price,
        device,
        warranty,
        seller: None,
        serials: Vec::new(),
        reference: item.id.as_ref().map(|id| id.0.clone()),
    })
}

/// The units of one refunded line, with the amount for each; `None` if no money was refunded.
pub(super) fn units_refunded(item: &RefundLineItem) -> Result<Option<UnitsRefunded>, Unusable> {
    let field = "refund_line_items";
    let quantity = item.quantity.unwrap_or(0);
    if quantity == 0 {
        return Ok(None);
    }
    let set = item.subtotal_set.as_ref().and_then(|set| set.shop_money.as_ref());
    let code = set.and_then(|money| money.currency_code.as_deref());
    let currency = currency(code)?;
    let whole = amount(item.subtotal_set.as_ref(), item.subtotal.as_ref(), currency);
    let whole = whole.ok_or_else(|| Unusable::value(&format!("{field}.subtotal")))?;
    if whole.amount <= 0 {
        return Ok(None);
    }
    let amount = whole.share(1, quantity).map_err(|_| Unusable::value(field))?;
    let units = units(std::iter::once((item.line_item_id.as_ref(), Some(quantity))))?;
    Ok(Some(UnitsRefunded { units, amount }))
}

/// Units by the shop's line ids; lines without units are skipped.
pub(super) fn units<'a>(
    items: impl Iterator<Item = (Option<&'a Text>, Option<u32>)>,
) -> Result<Units, Unusable> {
    let mut units = Units::default();
    for (id, quantity) in items {
        let quantity = quantity.unwrap_or(0);
        if quantity > 0 {
            let reference = id.ok_or_else(|| Unusable::missing("line_items.id"))?.0.clone();
            units.lines.push(LineUnits { reference, quantity });
        }
    }
    Ok(units)
}
