//! What a refund paid back, for which units.
//!
//! The lines say what was refunded, and the payments what was paid. Less was paid where the shop
//! kept a fee, more where it gave something on top, and nothing while a payment is pending.

use recourse_kernel::{Currency, Money, OrderId};

use super::form::{PaymentState, Refund, RefundPayment, RefundedLine, Restock};
use super::units::{by_worth, per_unit};
use crate::domain::commands::{LineUnits, RefundLine, Units, UnitsRefunded};
use crate::domain::state::UNITS_LIMIT;
use crate::feed::unusable::Unusable;

/// A refund of one payment: the id that makes it one fact, and the command.
pub(super) type Part = (String, RefundLine);

/// The parts of a refund, one for each payment that succeeded or is pending.
pub(super) fn parts(refund: &Refund, order: OrderId) -> Result<Vec<Part>, Unusable> {
    let too_long = |line: &&RefundedLine| u64::from(line.quantity) > UNITS_LIMIT;
    if refund.lines.iter().any(|line| too_long(&line)) {
        return Err(Unusable::value("refund_line_items.quantity"));
    }
    let payments = payments(refund);
    if payments.is_empty() {
        return Ok(Vec::new());
    }
    let Some(currency) = refund.currency else {
        if refund.lines.is_empty() {
            return Ok(Vec::new());
        }
        return Err(Unusable::missing("refund_line_items.subtotal_set"));
    };
    let amounts = paid_by_each(refund, &payments, currency);
    let worth = Worth::new(refund, &payments, &amounts);
    let mut before = Split::default();
    let mut parts = Vec::new();
    let mut paid = 0_i64;
    for (payment, amount) in payments.iter().zip(amounts) {
        paid = paid.saturating_add(amount);
        let until = worth.split(paid);
        let part = until.since(&before);
        before = until;
        let is_nothing = part.lines.iter().all(|amount| *amount <= 0) && part.other <= 0;
        if amount <= 0 || is_nothing {
            continue;
        }
        let refunds = worth.units(refund, &part, currency);
        parts.push(command(refund, order, payment, (refunds, part.other), currency));
    }
    Ok(parts)
}

/// The payments that did not fail. A refund without payments of its own was paid when it was made.
fn payments(refund: &Refund) -> Vec<RefundPayment> {
    let paid = RefundPayment { id: None, state: PaymentState::Succeeded, amount: None };
    let Some(payments) = &refund.payments else { return vec![paid] };
    payments.iter().filter(|payment| payment.state != PaymentState::Failed).cloned().collect()
}

/// What each payment paid back, in the shop's own currency. Where a payment is in another currency,
/// the refund's own amounts say how much all of them paid.
fn paid_by_each(refund: &Refund, payments: &[RefundPayment], currency: Currency) -> Vec<i64> {
    let known: Option<Vec<i64>> = payments.iter().map(|payment| payment.amount).collect();
    if let Some(known) = known {
        return known;
    }
    let worth = sum(refund.lines.iter().map(|line| line.subtotal.saturating_add(line.tax)));
    let worth = worth.saturating_add(refund.shipping).saturating_add(refund.shipping_tax);
    let discrepancy = refund.discrepancy.unwrap_or(0);
    let is_pending = payments.iter().any(|payment| payment.state == PaymentState::Pending);
    // While nothing is paid, the discrepancy is the whole refund.
    let whole =
        if is_pending && discrepancy >= worth { worth } else { worth.saturating_sub(discrepancy) };
    let whole = Money::new(whole.max(0), currency);
    let count = u32::try_from(payments.len()).unwrap_or(1);
    per_unit(whole, count).into_iter().map(|money| money.amount).collect()
}

fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}

/// What the refunded lines and the shipping are worth, with tax.
struct Worth {
    lines: Vec<i64>,
    shipping: i64,
    includes_tax: bool,
}

impl Worth {
    /// A subtotal includes the tax in some shops and lacks it in others, which a refund does not
    /// say. It includes it where the amounts then add up, and where less was paid without saying
    /// of what: all of that is for the lines. A discrepancy may count a pending payment as not
    /// paid.
    fn new(refund: &Refund, payments: &[RefundPayment], amounts: &[i64]) -> Self {
        let subtotals = sum(refund.lines.iter().map(|line| line.subtotal));
        let succeeded = payments.iter().zip(amounts);
        let succeeded = succeeded.filter(|(one, _)| one.state == PaymentState::Succeeded);
        let succeeded = sum(succeeded.map(|(_, amount)| *amount));
        let in_full = subtotals.saturating_add(refund.shipping);
        let expected = in_full.saturating_sub(refund.discrepancy.unwrap_or(0));
        let paid = sum(amounts.iter().copied());
        let includes_tax = paid < expected || [paid, succeeded].contains(&expected);
        let worth = |line: &RefundedLine| {
            let tax = if includes_tax { 0 } else { line.tax };
            line.subtotal.saturating_add(tax).max(0)
        };
        let shipping_tax = if includes_tax { 0 } else { refund.shipping_tax.max(0) };
        Self {
            lines: refund.lines.iter().map(worth).collect(),
            shipping: refund.shipping.saturating_add(shipping_tax),
            includes_tax,
        }
    }

    /// The units of each line, by what was paid for each.
    fn units(&self, refund: &Refund, part: &Split, currency: Currency) -> Vec<UnitsRefunded> {
        let lines = refund.lines.iter().zip(&self.lines).zip(&part.lines);
        let units = lines.flat_map(|((line, worth), amount)| {
            let tax = if self.includes_tax { 0 } else { line.tax.max(0) };
            let share = i128::from(*amount) * i128::from(tax) / i128::from((*worth).max(1));
            let tax = i64::try_from(share).unwrap_or(0);
            of_line(line, Money::new(*amount, currency), Money::new(tax, currency))
        });
        units.collect()
    }

    /// How the first `paid` of a refund is spread: shipping first, then the lines by their worth,
    /// and the rest is for no line.
    fn split(&self, paid: i64) -> Split {
        let rest = paid.saturating_sub(self.shipping).max(0);
        let whole = sum(self.lines.iter().copied());
        let for_lines = rest.min(whole);
        Split { lines: by_worth(for_lines, &self.lines), other: rest - for_lines }
    }
}

/// What is paid for each line, and for none.
#[derive(Default)]
struct Split {
    lines: Vec<i64>,
    other: i64,
}

impl Split {
    fn since(&self, before: &Self) -> Self {
        let earlier = before.lines.iter().copied().chain(std::iter::repeat(0));
        let lines = self.lines.iter().zip(earlier).map(|(until, before)| until - before);
        Self { lines: lines.collect(), other: self.other - before.other }
    }
}

fn command(
    refund: &Refund,
    order: OrderId,
    payment: &RefundPayment,
    (refunds, other): (Vec<UnitsRefunded>, i64),
    currency: Currency,
) -> Part {
    let reference = match &payment.id {
        Some(id) => format!("{}/{id}", refund.refund),
        None => refund.refund.clone(),
    };
    let command = RefundLine {
        order,
        refunds,
        other: (other > 0).then(|| Money::new(other, currency)),
        pending: payment.state == PaymentState::Pending,
        payment: payment.id.clone(),
        refunded_at: refund.refunded_at,
        reference: Some(reference.clone()),
        reported: None,
    };
    (reference, command)
}

/// The units of a line, by the amount for each and the tax in it.
fn of_line(line: &RefundedLine, amount: Money, tax: Money) -> Vec<UnitsRefunded> {
    let mut parts: Vec<UnitsRefunded> = Vec::new();
    if line.quantity == 0 {
        return parts;
    }
    let taxes = per_unit(tax, line.quantity);
    for (amount, tax) in per_unit(amount, line.quantity).into_iter().zip(taxes) {
        let tax = Some(tax).filter(|tax| tax.amount > 0);
        let same = |last: &&mut UnitsRefunded| (last.amount, last.tax) == (amount, tax);
        if amount.amount <= 0 {
            continue;
        }
        if let Some(last) = parts.last_mut().filter(same) {
            last.units.lines[0].quantity += 1;
            continue;
        }
        let unit = LineUnits { reference: line.line.clone(), quantity: 1 };
        parts.push(UnitsRefunded {
            units: Units { devices: Vec::new(), lines: vec![unit] },
            amount,
            tax,
            returned: line.restock == Restock::Returned,
        });
    }
    parts
}

/// The units of a refund that went this path.
pub(super) fn units(refund: &Refund, restock: Restock) -> Units {
    let lines = refund.lines.iter().filter(|line| line.restock == restock && line.quantity > 0);
    let lines =
        lines.map(|line| LineUnits { reference: line.line.clone(), quantity: line.quantity });
    Units { devices: Vec::new(), lines: lines.collect() }
}

/// Whether the refund is done: its money went back, or none was to go back. Units whose refund is
/// pending or failed stay in the order.
pub(super) fn is_done(refund: &Refund) -> bool {
    let payments = refund.payments.as_deref().unwrap_or_default();
    payments.is_empty() || payments.iter().any(|one| one.state == PaymentState::Succeeded)
}

/// Why a refund is nothing to record.
pub(super) fn why_ignored(refund: &Refund) -> &'static str {
    let payments = refund.payments.as_deref().unwrap_or_default();
    let failed = |payment: &RefundPayment| payment.state == PaymentState::Failed;
    if !payments.is_empty() && payments.iter().all(failed) {
        "the payment of the refund failed"
    } else if refund.shipping > 0 {
        "only the shipping was refunded"
    } else {
        "nothing was paid back, and no device went back"
    }
}
