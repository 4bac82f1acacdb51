//! Refunds and their payments.

use std::collections::BTreeMap;

use recourse_kernel::Currency;
use serde_json::Value;

use super::bodies::{
    self, Adjustment, MoneySet, RefundLineItem, RefundShipping, Text, Transaction,
};
use super::values::{amount, currency, id, instant, needed, parse};
use crate::feed::shop::{
    PaymentState, Refund, RefundPaid, RefundPayment, RefundedLine, Report, Restock,
};
use crate::feed::unusable::Unusable;

pub(super) fn refund(body: &bodies::Refund) -> Result<Refund, Unusable> {
    // Nothing was paid back only if the list is there and empty.
    let transactions =
        body.transactions.as_deref().ok_or_else(|| Unusable::missing("transactions"))?;
    let items = body.line_items.as_deref().ok_or_else(|| Unusable::missing("refund_line_items"))?;
    let currency = currency_of(body)?;
    let minor = |set: Option<&MoneySet>, plain: Option<&Text>, field: &str| {
        let Some(currency) = currency else { return Ok(0) };
        if set.is_none() && plain.is_none() {
            return Ok(0);
        }
        let money = amount(set, plain, currency);
        money.map(|money| money.amount).ok_or_else(|| Unusable::value(field))
    };
    let mut lines = Vec::new();
    for item in items {
        lines.extend(line(item, &minor)?);
    }
    let (mut shipping, mut discrepancy) = (0_i64, 0_i64);
    for adjustment in body.order_adjustments.as_deref().unwrap_or_default() {
        let Adjustment { amount_set, amount, tax_amount_set, tax_amount, .. } = adjustment;
        let of_it = minor(amount_set.as_ref(), amount.as_ref(), "order_adjustments.amount")?;
        let tax =
            minor(tax_amount_set.as_ref(), tax_amount.as_ref(), "order_adjustments.tax_amount")?;
        let whole = of_it.saturating_add(tax);
        if adjustment.kind.as_deref() == Some("shipping_refund") {
            shipping = shipping.saturating_sub(whole);
        } else {
            discrepancy = discrepancy.saturating_add(whole);
        }
    }
    let mut shipping_tax = 0_i64;
    if shipping == 0 {
        for of_shipping in body.shipping_lines.as_deref().unwrap_or_default() {
            let RefundShipping { subtotal_amount_set, tax_amount_set } = of_shipping;
            let of_it = |set: &Option<MoneySet>| minor(set.as_ref(), None, "refund_shipping_lines");
            shipping = shipping.saturating_add(of_it(subtotal_amount_set)?);
            shipping_tax = shipping_tax.saturating_add(of_it(tax_amount_set)?);
        }
    }
    let payments = transactions.iter().filter(|one| is_refund(one));
    let payments = payments.map(|one| payment(one, currency)).collect::<Result<Vec<_>, _>>()?;
    Ok(Refund {
        order: needed(body.order_id.as_ref(), "order_id")?,
        refund: needed(body.id.as_ref(), "id")?,
        refunded_at: instant([body.processed_at, body.created_at], "created_at")?,
        currency,
        lines,
        shipping: shipping.max(0),
        shipping_tax: shipping_tax.max(0),
        discrepancy: Some(discrepancy),
        payments: Some(payments),
        is_test: !transactions.is_empty() && transactions.iter().all(|one| one.test == Some(true)),
    })
}

/// The shop's own currency. Payments can be in that of the buyer.
fn currency_of(body: &bodies::Refund) -> Result<Option<Currency>, Unusable> {
    let of_set = |set: &Option<MoneySet>| set.as_ref()?.shop_money.as_ref()?.currency_code.clone();
    let lines = body.line_items.iter().flatten().map(|line| of_set(&line.subtotal_set));
    let adjusted = body.order_adjustments.iter().flatten().map(|one| of_set(&one.amount_set));
    let shipped = body.shipping_lines.iter().flatten().map(|one| of_set(&one.subtotal_amount_set));
    let paid = body.transactions.iter().flatten().map(|one| one.currency.clone());
    let code = lines.chain(adjusted).chain(shipped).chain(paid).flatten().next();
    code.map(|code| currency(Some(&code))).transpose()
}

fn line(
    item: &RefundLineItem,
    minor: &impl Fn(Option<&MoneySet>, Option<&Text>, &str) -> Result<i64, Unusable>,
) -> Result<Option<RefundedLine>, Unusable> {
    let quantity = item.quantity.unwrap_or(0);
    if quantity == 0 {
        return Ok(None);
    }
    let field = "refund_line_items.subtotal";
    let subtotal = minor(item.subtotal_set.as_ref(), item.subtotal.as_ref(), field)?;
    let field = "refund_line_items.total_tax";
    let tax = minor(item.total_tax_set.as_ref(), item.total_tax.as_ref(), field)?;
    Ok(Some(RefundedLine {
        line: needed(item.line_item_id.as_ref(), "refund_line_items.line_item_id")?,
        quantity,
        subtotal,
        tax,
        restock: match item.restock_type.as_deref() {
            Some("return") => Restock::Returned,
            Some("cancel") => Restock::Cancelled,
            _ => Restock::Kept,
        },
    }))
}

/// A void releases an authorisation: nothing was paid, so nothing goes back.
fn is_refund(transaction: &Transaction) -> bool {
    transaction.kind.as_deref() == Some("refund")
}

fn payment(transaction: &Transaction, own: Option<Currency>) -> Result<RefundPayment, Unusable> {
    let in_own =
        own.filter(|own| transaction.currency.as_deref().is_none_or(|code| code == own.code()));
    let amount = in_own.and_then(|own| amount(None, transaction.amount.as_ref(), own));
    Ok(RefundPayment {
        id: id(transaction.id.as_ref(), "transactions.id")?,
        state: state(transaction),
        amount: amount.map(|money| money.amount.max(0)),
    })
}

fn state(transaction: &Transaction) -> PaymentState {
    match transaction.status.as_deref() {
        Some("success") => PaymentState::Succeeded,
        Some("failure" | "error") => PaymentState::Failed,
        _ => PaymentState::Pending,
    }
}

/// A payment that was created, or whose status changed. Only the success of a refund is news: an
/// order reports itself that it was paid.
pub(super) fn transaction(body: &Transaction) -> Result<Report, Unusable> {
    if !is_refund(body) {
        return Err(Unusable::Ignored("a payment of the order, which the order reports itself"));
    }
    match state(body) {
        PaymentState::Succeeded => Ok(Report::RefundPaid(RefundPaid {
            order: needed(body.order_id.as_ref(), "order_id")?,
            payment: needed(body.id.as_ref(), "id")?,
            paid_at: instant([body.processed_at, body.created_at], "processed_at")?,
            is_test: body.test == Some(true),
        })),
        PaymentState::Pending => Err(Unusable::Ignored("the payment of the refund is pending")),
        PaymentState::Failed => Err(Unusable::Ignored("the payment of the refund failed")),
    }
}

/// How many units of each line these refunds took out of the order. An edit is listed among the
/// refunds too, with units that nothing was paid back for and that nothing happened to.
pub(super) fn units_by_line(refunds: &[Value]) -> Result<BTreeMap<String, u32>, Unusable> {
    let mut units = BTreeMap::new();
    for refund in refunds.iter().filter_map(|refund| parse::<bodies::Refund>(refund).ok()) {
        let is_paid = refund.transactions.as_ref().is_none_or(|all| !all.is_empty());
        for item in refund.line_items.unwrap_or_default() {
            let restock = item.restock_type.as_deref();
            if !is_paid && !matches!(restock, Some("return" | "cancel")) {
                continue;
            }
            if let Some(line) = id(item.line_item_id.as_ref(), "refund_line_items.line_item_id")? {
                let quantity: &mut u32 = units.entry(line).or_default();
                *quantity = quantity.saturating_add(item.quantity.unwrap_or(0));
            }
        }
    }
    Ok(units)
}
