//! What is owed now, compared with what a settlement has: only the difference is paid (M7, M10).

use std::collections::BTreeMap;

use recourse_kernel::{Currency, Money, PaymentId};
use recourse_terms::{Outcome, Party, Payment, PaymentKind, SettlementFacts};

use crate::domain::events::OpenedPayment;
use crate::domain::state::{OwedPayment, Settlement};

/// What has to change so that a settlement owes what is due now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Differences {
    /// The unpaid payments that are no longer owed.
    pub(crate) written_off: Vec<PaymentId>,
    /// What is owed in addition, or returned.
    pub(crate) added: Vec<Payment>,
}

/// Whether a settlement may cost the buyer more than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Buyer {
    /// A repair failed, or a device was lost: not the buyer's fault.
    NeverPaysMore,
    /// A shipment was booked later, or a review claims something back.
    MayOweMore,
}

/// Payments of the same kind between the same parties are offset against each other; those to a
/// carrier only if they are for the same shipment.
type Entry = (PaymentKind, Party, Party, Currency, Option<String>);

#[derive(Debug, Default)]
struct Group<'a> {
    before: Vec<(PaymentId, &'a OwedPayment)>,
    /// With their places in what is due.
    now: Vec<(usize, Payment)>,
}

/// M7, M10: the differences between what the settlement owes or has paid, and what is due now. A
/// payment that is due as before is left alone. Others of its kind are offset: what is unpaid is
/// written off, and what was paid counts towards what is due.
pub(crate) fn differences(
    settlement: &Settlement,
    due: Vec<Payment>,
    facts: &SettlementFacts,
    buyer: Buyer,
) -> Differences {
    let mut differences = Differences::default();
    let mut added = Vec::new();
    for (entry, group) in groups(settlement, due, facts) {
        let change = total(&entry, &group.now).saturating_sub(total_before(&entry, &group));
        let costs_the_buyer = entry.1 == Party::Buyer && change > 0;
        if change == 0 || (costs_the_buyer && buyer == Buyer::NeverPaysMore) {
            continue;
        }
        let unpaid = group.before.iter().filter(|(_, payment)| payment.is_owed());
        differences.written_off.extend(unpaid.map(|(id, _)| *id));
        added.extend(offset(&entry, group));
    }
    differences.written_off.sort_unstable();
    // In the order in which the terms list them; what is returned comes last.
    added.sort_by_key(|(place, _)| *place);
    differences.added = added.into_iter().map(|(_, payment)| payment).collect();
    differences
}

/// Unpaid payments of one kind that two parties owe each other, and what is left to pay of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offset {
    pub(crate) written_off: Vec<PaymentId>,
    pub(crate) difference: Option<Payment>,
}

/// M12: what two parties owe each other for the same reason, and neither has paid.
pub(crate) fn offsets(settlement: &Settlement) -> Vec<Offset> {
    let mut entries: BTreeMap<Entry, Vec<(PaymentId, &OpenedPayment)>> = BTreeMap::new();
    for (id, payment) in settlement.payments.iter().filter(|(_, payment)| payment.is_owed()) {
        let OpenedPayment { kind, from, to, amount, note, .. } = &payment.owed;
        let entry = entry(*kind, *from, *to, *amount, note.as_deref());
        entries.entry(entry).or_default().push((*id, &payment.owed));
    }
    let both_directions = entries.into_iter().filter(|(_, owed)| {
        owed.first().is_some_and(|(_, first)| owed.iter().any(|(_, it)| it.from != first.from))
    });
    let offset = |(entry, owed): (Entry, Vec<(PaymentId, &OpenedPayment)>)| {
        let amounts = owed.iter().map(|(_, owed)| signed(&entry, owed.from, owed.amount));
        let left = amounts.fold(0, i64::saturating_add);
        let of_it =
            |owed: &&OpenedPayment| signed(&entry, owed.from, owed.amount) * left.signum() > 0;
        let larger = owed.iter().map(|(_, owed)| *owed).find(of_it);
        let difference = larger.map(|owed| Payment {
            kind: owed.kind,
            from: owed.from,
            to: owed.to,
            amount: Money { amount: left.saturating_abs(), ..owed.amount },
            rule: owed.rule.clone(),
            note: owed.note.clone().unwrap_or_default(),
        });
        Offset { written_off: owed.into_iter().map(|(id, _)| id).collect(), difference }
    };
    both_directions.map(offset).collect()
}

/// What is not due as before, by entry.
fn groups<'a>(
    settlement: &'a Settlement,
    mut due: Vec<Payment>,
    facts: &SettlementFacts,
) -> BTreeMap<Entry, Group<'a>> {
    let live = settlement.payments.iter().filter(|(_, payment)| payment.is_owed_or_paid());
    let mut before: Vec<_> = live.map(|(id, payment)| (*id, payment)).collect();
    before.retain(|(_, payment)| !matches_one(&payment.owed, &mut due, is_same));
    before.retain(|(_, payment)| !matches_one(&payment.owed, &mut due, is_same_amount));
    let cash_changes = before.iter().any(|(_, owed)| owed.owed.kind == PaymentKind::DeviceCash);
    let is_compensated = matches!(facts.outcome, Outcome::Replaced | Outcome::Refunded);
    before.retain(|(_, payment)| match payment.owed.kind {
        // A recovery depends on the seller's refund only (M7), unless the cash itself changes.
        PaymentKind::Recovery => cash_changes,
        // A paid repair that was done, or an agreement, is not undone by a later loss (M8). What was
        // not done is not among the facts.
        PaymentKind::PaidRepair => !(is_compensated && facts.paid_repair.is_some()),
        PaymentKind::Agreement => !(is_compensated && facts.agreed.is_some()),
        _ => true,
    });
    let mut groups: BTreeMap<Entry, Group<'_>> = BTreeMap::new();
    for (id, payment) in before {
        let OpenedPayment { kind, from, to, amount, note, .. } = &payment.owed;
        let entry = entry(*kind, *from, *to, *amount, note.as_deref());
        groups.entry(entry).or_default().before.push((id, payment));
    }
    for (place, payment) in due.into_iter().enumerate() {
        let Payment { kind, from, to, amount, note, .. } = &payment;
        let entry = entry(*kind, *from, *to, *amount, Some(note));
        groups.entry(entry).or_default().now.push((place, payment));
    }
    groups
}

/// Takes the first payment that is due as before out of what is due.
fn matches_one(
    owed: &OpenedPayment,
    due: &mut Vec<Payment>,
    is_same: fn(&OpenedPayment, &Payment) -> bool,
) -> bool {
    let found = due.iter().position(|payment| is_same(owed, payment));
    found.map(|found| due.remove(found)).is_some()
}

fn is_same(owed: &OpenedPayment, due: &Payment) -> bool {
    is_same_amount(owed, due) && owed.note.as_deref().unwrap_or_default() == due.note
}

/// The note may differ, such as the day that counts for cash; that of a shipment names its carrier.
fn is_same_amount(owed: &OpenedPayment, due: &Payment) -> bool {
    let parties = (owed.kind, owed.from, owed.to) == (due.kind, due.from, due.to);
    let carrier = carrier_of(owed.from, owed.to, owed.note.as_deref())
        == carrier_of(due.from, due.to, Some(&due.note));
    parties && carrier && owed.amount == due.amount
}

fn entry(kind: PaymentKind, from: Party, to: Party, amount: Money, note: Option<&str>) -> Entry {
    // A recovery is cash that goes back.
    let kind = if kind == PaymentKind::Recovery { PaymentKind::DeviceCash } else { kind };
    let carrier = carrier_of(from, to, note);
    (kind, from.min(to), from.max(to), amount.currency, carrier)
}

const RETURNED: &str = ": returned";

fn carrier_of(from: Party, to: Party, note: Option<&str>) -> Option<String> {
    let is_carriers = [from, to].contains(&Party::Carrier);
    let note = note.filter(|_| is_carriers)?;
    Some(note.trim_end_matches(RETURNED).to_owned())
}

/// Positive from the first party of the entry to the second.
fn signed(entry: &Entry, from: Party, amount: Money) -> i64 {
    if from == entry.1 { amount.amount } else { amount.amount.saturating_neg() }
}

fn total(entry: &Entry, payments: &[(usize, Payment)]) -> i64 {
    let amounts = payments.iter().map(|(_, payment)| signed(entry, payment.from, payment.amount));
    amounts.fold(0, i64::saturating_add)
}

fn total_before(entry: &Entry, group: &Group<'_>) -> i64 {
    let owed = group.before.iter().map(|(_, payment)| &payment.owed);
    let amounts = owed.map(|owed| signed(entry, owed.from, owed.amount));
    amounts.fold(0, i64::saturating_add)
}

/// M7: what was paid counts towards what is due; the rest of it is returned.
fn offset(entry: &Entry, group: Group<'_>) -> Vec<(usize, Payment)> {
    let Group { before, now } = group;
    let paid = before.iter().filter(|(_, payment)| payment.is_paid());
    let amounts = paid.clone().map(|(_, paid)| signed(entry, paid.owed.from, paid.owed.amount));
    let mut credit = amounts.fold(0, i64::saturating_add);
    let mut added = Vec::new();
    for (place, payment) in now {
        let due = signed(entry, payment.from, payment.amount);
        let counts = if due.signum() == credit.signum() { due.abs().min(credit.abs()) } else { 0 };
        credit -= counts * credit.signum();
        let amount = Money { amount: due.abs() - counts, ..payment.amount };
        if amount.amount > 0 {
            added.push((place, Payment { amount, ..payment }));
        }
    }
    let first = paid.map(|(_, payment)| &payment.owed).next();
    let returned = first.and_then(|first| returned(entry, credit, first));
    added.extend(returned.map(|returned| (usize::MAX, returned)));
    added
}

/// What was paid and is not due goes back.
fn returned(entry: &Entry, credit: i64, paid: &OpenedPayment) -> Option<Payment> {
    let (kind, first, second, currency, _) = entry;
    let (from, to) = if credit > 0 { (*second, *first) } else { (*first, *second) };
    let for_what = paid.note.as_deref().unwrap_or("what was paid").trim_end_matches(RETURNED);
    (credit != 0).then(|| Payment {
        kind: *kind,
        from,
        to,
        amount: Money::new(credit.saturating_abs(), *currency),
        rule: paid.rule.clone(),
        note: format!("{for_what}{RETURNED}"),
    })
}
