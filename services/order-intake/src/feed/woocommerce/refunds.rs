//! Refunds. In full they come from `GET /orders/{id}/refunds`. WooCommerce has no webhook about a
//! refund: an order's body lists only id, reason and total of each.
//!
//! Such a short refund says enough if it is all of the order, or if the order is one unit and
//! nothing else. Otherwise it cannot be known which lines were refunded, and it is dead-lettered
//! until the refunds are imported.
//!
//! A refund that a status makes (`refunded`) names no lines in its own body either. Next to its
//! order it is all of it, if that is its amount; by itself the domain knows.

use std::collections::BTreeMap;

use recourse_kernel::{Currency, Money};
use serde_json::Value;

use super::bodies::{self, Charge, LineItem, ShortRefund, Text};
use super::fees::{discounted_prices, paid_for_lines};
use super::values::{currency, id, id_of, meta, needed, needed_time, quantity, said, sum};
use crate::feed::json::parse;
use crate::feed::shop::{Refund, RefundedLine, Restock, ShopSettings};
use crate::feed::unusable::Unusable;

/// What a refund's body needs besides itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// The id of its order.
    pub(super) order: Option<String>,
    /// The order's currency.
    pub(super) currency: Option<Currency>,
    /// The price of a unit of each line of the order, where a discount is in it that the lines do
    /// not show.
    pub(super) prices: BTreeMap<String, i64>,
}

impl Known {
    /// A refund that was read by itself is in the shop's own currency.
    pub(super) fn alone(settings: &ShopSettings) -> Self {
        Self { currency: settings.currency, ..Self::default() }
    }
}

/// A refund with its lines.
pub(super) fn refund(body: &bodies::Refund, known: &Known) -> Result<Refund, Unusable> {
    let own = body.currency.as_deref().and_then(said);
    let currency = match own {
        Some(code) => currency(Some(&code))?,
        None => known.currency.ok_or(Unusable::NoCurrency)?,
    };
    let parent = id(body.parent_id.as_ref(), "parent_id")?;
    let order = known.order.clone().or(parent).or_else(|| linked(body));
    let order = order.ok_or_else(|| Unusable::missing("parent_id"))?;
    let mut lines = Vec::new();
    for item in body.line_items.iter().flatten() {
        lines.extend(line(item, currency)?);
    }
    let undone = undone_discount(&mut lines, &known.prices);
    let charges = body.shipping_lines.iter().chain(&body.fee_lines).flatten();
    let mut besides = 0_i64;
    for charge in charges {
        besides = besides.saturating_add(charged(charge, currency)?);
    }
    let refund = Refund {
        order,
        refund: needed(body.id.as_ref(), "id")?,
        refunded_at: needed_time(body.date_created_gmt.as_deref(), "date_created_gmt")?,
        currency: Some(currency),
        lines,
        shipping: besides.saturating_add(undone).max(0),
        shipping_tax: 0,
        discrepancy: None,
        payments: None,
        is_test: false,
    };
    match &body.amount {
        None => Ok(refund),
        Some(amount) => Ok(paid(refund, minor(amount, currency, "amount")?)),
    }
}

/// A refund of a line that was discounted by a fee may pay back the discount too. That is part of
/// no unit's price, and it goes back to the shop where the fee is refunded as well.
fn undone_discount(lines: &mut [RefundedLine], prices: &BTreeMap<String, i64>) -> i64 {
    let mut undone = 0_i64;
    for line in lines {
        let Some(price) = prices.get(&line.line) else { continue };
        let most = price.saturating_mul(i64::from(line.quantity));
        undone = undone.saturating_add(line.subtotal.saturating_sub(most).max(0));
        line.subtotal = line.subtotal.min(most);
    }
    undone
}

/// The refund, of which this much was paid back.
fn paid(refund: Refund, amount: i64) -> Refund {
    let worth =
        refund.lines.iter().fold(refund.shipping, |sum, line| sum.saturating_add(line.subtotal));
    Refund { discrepancy: Some(worth.saturating_sub(amount)), ..refund }
}

/// An amount without its sign: a refund's is positive in its own body, and negative in its lines
/// and in that of the order.
fn minor(text: &Text, currency: Currency, field: &str) -> Result<i64, Unusable> {
    let amount = sum([&Some(text.clone())], currency);
    amount.map(|money| money.amount.saturating_abs()).ok_or_else(|| Unusable::value(field))
}

fn charged(charge: &Charge, currency: Currency) -> Result<i64, Unusable> {
    let amount = sum([&charge.total, &charge.total_tax], currency);
    let amount = amount.ok_or_else(|| Unusable::value("shipping_lines.total"))?;
    Ok(amount.amount.saturating_neg())
}

/// A refunded line; none if nothing of it was refunded. Its own id is new: the line of the order
/// is in its metadata.
fn line(item: &LineItem, currency: Currency) -> Result<Option<RefundedLine>, Unusable> {
    let value = |name: &str| Unusable::value(&format!("line_items.{name}"));
    let quantity = quantity(item.quantity.as_ref()).ok_or_else(|| value("quantity"))?;
    let paid = sum([&item.total, &item.total_tax], currency).ok_or_else(|| value("total"))?;
    if quantity == 0 && paid.amount == 0 {
        return Ok(None);
    }
    let field = "line_items._refunded_item_id";
    let of_order = meta(item.meta_data.as_ref(), "_refunded_item_id");
    let of_order = of_order.map(|value| id_of(value, field)).transpose()?.flatten();
    let line = of_order.ok_or_else(|| Unusable::missing(field))?;
    Ok(Some(refunded_line(line, quantity, paid)))
}

/// The tax is part of the subtotal, as it is part of what was paid for the line. A shop enters how
/// many units leave the order; only an amount is for one unit, which the buyer keeps. Whether a
/// unit was with the buyer is not said: the domain takes out only those that were not delivered.
fn refunded_line(line: String, quantity: u32, paid: Money) -> RefundedLine {
    RefundedLine {
        line,
        quantity: quantity.max(1),
        subtotal: paid.amount.saturating_abs(),
        tax: 0,
        restock: if quantity > 0 { Restock::Cancelled } else { Restock::Kept },
    }
}

/// The order's id in the link to it, which releases without `parent_id` have:
/// `…/wp-json/wc/v3/orders/723`.
fn linked(body: &bodies::Refund) -> Option<String> {
    let up = body.links.as_ref()?.up.as_ref()?.first()?.href.as_deref()?;
    let (before, id) = up.trim_end_matches('/').rsplit_once('/')?;
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && before.ends_with("/orders")).then(|| id.to_owned())
}

/// The refunds in an order's body, in the order in which they were made: `GET …/refunds` lists the
/// last one first, and one that names no lines may be for what the others left.
pub(super) fn of_order(body: &bodies::Order) -> Vec<Result<Refund, Unusable>> {
    let all = body.refunds.as_deref().unwrap_or_default();
    let mut refunds: Vec<_> =
        all.iter().map(|refund| embedded(body, refund, all.len() == 1)).collect();
    refunds.sort_by_key(|refund| refund.as_ref().ok().map(|refund| refund.refunded_at));
    refunds
}

fn embedded(body: &bodies::Order, value: &Value, is_only: bool) -> Result<Refund, Unusable> {
    let currency = currency(body.currency.as_deref())?;
    if value.get("line_items").is_some() {
        let known = Known {
            order: id(body.id.as_ref(), "id")?,
            currency: Some(currency),
            prices: discounted_prices(body, currency)?,
        };
        let refund = refund(&parse(value)?, &known)?;
        return if is_only { all_if_whole(body, refund, currency) } else { Ok(refund) };
    }
    short(body, &parse(value)?, currency, is_only)
}

/// The refund with all lines of its order, if it names none and paid back all of the order.
fn all_if_whole(
    body: &bodies::Order,
    refund: Refund,
    currency: Currency,
) -> Result<Refund, Unusable> {
    let amount = refund.discrepancy.unwrap_or(0).saturating_neg();
    let names_none = refund.lines.is_empty() && refund.shipping == 0;
    if !names_none || body.total(currency).map(|total| total.amount) != Some(amount) {
        return Ok(refund);
    }
    let lines = all_lines(body, currency)?;
    let of_lines = worth_of(&lines);
    let shipping = amount.saturating_sub(of_lines).max(0);
    Ok(paid(Refund { lines, shipping, ..refund }, amount))
}

/// Everything that the order has now.
fn all_lines(body: &bodies::Order, currency: Currency) -> Result<Vec<RefundedLine>, Unusable> {
    let mut lines = Vec::new();
    for (item, paid) in body.line_items.iter().flatten().zip(paid_for_lines(body, currency)?) {
        let units = quantity(item.quantity.as_ref());
        let units = units.ok_or_else(|| Unusable::value("line_items.quantity"))?;
        if units > 0 {
            let line = needed(item.id.as_ref(), "line_items.id")?;
            lines.push(refunded_line(line, units, paid.whole));
        }
    }
    Ok(lines)
}

fn worth_of(lines: &[RefundedLine]) -> i64 {
    lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.subtotal))
}

fn short(
    body: &bodies::Order,
    refund: &ShortRefund,
    currency: Currency,
    is_only: bool,
) -> Result<Refund, Unusable> {
    let total = refund.total.as_ref().ok_or_else(|| Unusable::missing("refunds.total"))?;
    let amount = minor(total, currency, "refunds.total")?;
    let of_order = body.total(currency).ok_or_else(|| Unusable::value("total"))?.amount;
    let mut lines = all_lines(body, currency)?;
    let of_lines = worth_of(&lines);
    let is_whole = is_only && amount == of_order;
    let order = needed(body.id.as_ref(), "id")?;
    let refund = needed(refund.id.as_ref(), "refunds.id")?;
    if !is_whole {
        // Without shipping or fees, money that went back was for the only unit.
        match &mut lines[..] {
            [line] if line.quantity == 1 && of_lines == of_order => {
                (line.subtotal, line.restock) = (amount, Restock::Kept);
            }
            _ => return Err(Unusable::NoRefundLines { order, refund }),
        }
    }
    let refund = Refund {
        order,
        refund,
        // The time of a refund is only in its own body.
        refunded_at: needed_time(body.date_modified_gmt.as_deref(), "date_modified_gmt")?,
        currency: Some(currency),
        shipping: if is_whole { of_order.saturating_sub(of_lines).max(0) } else { 0 },
        shipping_tax: 0,
        lines,
        discrepancy: None,
        payments: None,
        is_test: false,
    };
    Ok(paid(refund, amount))
}
