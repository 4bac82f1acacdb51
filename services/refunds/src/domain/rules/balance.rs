//! What buyer and provider owe each other before and after a claim is settled again, compared by
//! kind of payment (M7).

use std::collections::BTreeMap;

use recourse_kernel::{Currency, Money, PaymentId};
use recourse_terms::{Outcome, Party, Payment, PaymentKind};

use crate::domain::events::OpenedPayment;
use crate::domain::state::{OwedPayment, Settlement};

/// What buyer and provider owe each other, by kind of payment; a positive amount is the buyer's
/// debt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Balance(BTreeMap<Entry, i64>);

/// Amounts are compared only with amounts of the same kind and currency.
type Entry = (PaymentKind, Currency);

impl Balance {
    pub(crate) fn due(owed_now: &[Payment]) -> Self {
        let payments = owed_now.iter();
        Self::sum(payments.map(|owed| (owed.kind, owed.from, owed.to, owed.amount)))
    }

    /// Everything that buyer and provider ever owed each other in this settlement and that is
    /// compared with what is due now. Excludes what was written off and what remains owed whatever
    /// the outcome.
    fn so_far(settlement: &Settlement, outcome: Outcome) -> Self {
        let payments = settlement.payments.values().filter(|payment| payment.is_owed_or_paid());
        let owed = payments.map(|payment| &payment.owed);
        let compared = owed.filter(|owed| !is_kept(owed.kind, outcome));
        Self::sum(compared.map(|owed| (owed.kind, owed.from, owed.to, owed.amount)))
    }

    /// Payments to carriers are left out: they are due whatever is decided.
    fn sum(payments: impl Iterator<Item = (PaymentKind, Party, Party, Money)>) -> Self {
        let mut balance = BTreeMap::<Entry, i64>::new();
        for (kind, from, to, amount) in payments {
            let signed = match (from, to) {
                (Party::Buyer, Party::Provider) => amount.amount,
                (Party::Provider, Party::Buyer) => amount.amount.saturating_neg(),
                _ => continue,
            };
            let sum = balance.entry((kind, amount.currency)).or_default();
            *sum = sum.saturating_add(signed);
        }
        Self(balance)
    }

    fn amount_of(&self, entry: Entry) -> i64 {
        self.0.get(&entry).copied().unwrap_or(0)
    }
}

/// Payments that settling again leaves alone. A recovery depends on the seller's refund only (M7).
/// A paid repair that was done, or an agreement, is not undone by a later loss (M8).
fn is_kept(kind: PaymentKind, outcome: Outcome) -> bool {
    let is_reimbursed = matches!(outcome, Outcome::Replaced | Outcome::Refunded);
    match kind {
        PaymentKind::Recovery => true,
        PaymentKind::PaidRepair | PaymentKind::Agreement => is_reimbursed,
        _ => false,
    }
}

/// Stage 4: the unpaid payments that the buyer no longer owes, each as a whole, as long as the rest
/// still covers what is due.
pub(crate) fn no_longer_owed<'a>(
    settlement: &'a Settlement,
    due: &Balance,
    outcome: Outcome,
) -> Vec<(PaymentId, &'a OwedPayment)> {
    let Balance(mut owed) = Balance::so_far(settlement, outcome);
    let falls = |(_, payment): &(PaymentId, &OwedPayment)| {
        let amount = payment.owed.amount;
        let entry = (payment.owed.kind, amount.currency);
        let Some(sum) = owed.get_mut(&entry) else { return false };
        let without = sum.saturating_sub(amount.amount);
        let falls = without >= due.amount_of(entry);
        *sum = if falls { without } else { *sum };
        falls
    };
    settlement.awaited_from_buyer().filter(falls).collect()
}

/// M7, M8: the payments by the provider that reduce the total ever owed to what is due.
pub(crate) fn going_back(
    settlement: &Settlement,
    due: &Balance,
    owed_now: &[Payment],
    outcome: Outcome,
) -> Vec<Payment> {
    let before = Balance::so_far(settlement, outcome);
    let mut entries: Vec<Entry> = due.0.keys().chain(before.0.keys()).copied().collect();
    entries.sort_unstable();
    entries.dedup();
    let payment = |entry: Entry| {
        let too_much = before.amount_of(entry).saturating_sub(due.amount_of(entry));
        let (kind, currency) = entry;
        let amount = Money::new(too_much, currency);
        (too_much > 0).then(|| back_to_the_buyer(settlement, kind, amount, owed_now)).flatten()
    };
    entries.into_iter().filter_map(payment).collect()
}

fn back_to_the_buyer(
    settlement: &Settlement,
    kind: PaymentKind,
    amount: Money,
    owed_now: &[Payment],
) -> Option<Payment> {
    let (from, to) = (Party::Provider, Party::Buyer);
    if let Some(new) = owed_now.iter().find(|payment| (payment.kind, payment.to) == (kind, to)) {
        return Some(Payment { amount, ..new.clone() });
    }
    // Nothing of this kind is owed any more, so what was paid is returned.
    let mut owed = settlement.payments.values().map(|payment| &payment.owed);
    let OpenedPayment { rule, note, .. } = owed.find(|owed| owed.kind == kind)?;
    let for_what = note.as_deref().unwrap_or("what was paid");
    let (rule, note) = (rule.clone(), format!("{for_what}: returned"));
    Some(Payment { kind, from, to, amount, rule, note })
}
