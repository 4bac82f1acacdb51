//! Settlements balance: every payment is made once and in full, and what a closed settlement says
//! was paid is what was owed (M6, M7).

use std::collections::{BTreeMap, HashMap};

use recourse_kernel::{Currency, Money, PaymentId, SettlementId, Wire, WireError};
use recourse_refunds::domain::SettlementEvent;
use recourse_refunds::domain::events::{
    Closed, Opened, OpenedPayment, PaymentAdded, PaymentPaid, WrittenOff,
};
use recourse_terms::Party;

use super::{Break, Check, Entry};

#[derive(Debug, Default)]
pub struct Settlements {
    open: HashMap<SettlementId, Settlement>,
    closed: usize,
}

#[derive(Debug)]
struct Settlement {
    payments: BTreeMap<PaymentId, (OpenedPayment, Option<Money>)>,
    is_closed: bool,
}

impl Settlements {
    /// Checks one record; records of other contexts are ignored.
    pub fn take(&mut self, entry: &Entry) -> Vec<Break> {
        if entry.context != "settlements" {
            return Vec::new();
        }
        let record = &entry.record;
        let whys = match SettlementEvent::decode(&record.type_name, &record.body) {
            Ok(SettlementEvent::Opened(opened)) => self.opened(*opened),
            Ok(SettlementEvent::PaymentAdded(added)) => self.payment_added(&added),
            Ok(SettlementEvent::PaymentPaid(paid)) => self.payment_paid(&paid),
            Ok(SettlementEvent::WrittenOff(fallen)) => self.written_off(&fallen),
            Ok(SettlementEvent::Closed(closed)) => self.closed(&closed),
            // Unreadable records are reported by the folding check; the generic events of every
            // stream carry no money.
            Ok(_) | Err(WireError::UnknownType(_) | WireError::Malformed { .. }) => Vec::new(),
        };
        whys.into_iter().map(|why| Break::at(Check::Money, entry, why)).collect()
    }

    pub fn closed_count(&self) -> usize {
        self.closed
    }

    /// Number of opened settlements.
    pub fn count(&self) -> usize {
        self.open.len()
    }

    fn opened(&mut self, opened: Opened) -> Vec<String> {
        let id = opened.settlement;
        let mut whys = Vec::new();
        let mut payments = BTreeMap::new();
        for payment in opened.payments {
            if payment.amount.amount <= 0 {
                whys.push(format!(
                    "{} is of {}; every payment must be positive",
                    payment.payment, payment.amount
                ));
            }
            if payment.payment.settlement() != id
                || payments.insert(payment.payment, (payment.clone(), None)).is_some()
            {
                whys.push(format!(
                    "{} does not belong to {id}, or appears in it twice",
                    payment.payment
                ));
            }
        }
        if self.open.insert(id, Settlement { payments, is_closed: false }).is_some() {
            whys.push(format!("{id} was opened twice"));
        }
        whys
    }

    /// M7: another payment is owed, and the settlement stays open until it is paid too.
    fn payment_added(&mut self, added: &PaymentAdded) -> Vec<String> {
        let (id, payment) = (added.settlement, &added.payment);
        let Some(settlement) = self.open.get_mut(&id) else {
            return vec![format!("{} was added to {id}, which was never opened", payment.payment)];
        };
        if std::mem::replace(&mut settlement.is_closed, false) {
            self.closed -= 1;
        }
        let is_twice =
            settlement.payments.insert(payment.payment, (payment.clone(), None)).is_some();
        if is_twice || payment.payment.settlement() != id || payment.amount.amount <= 0 {
            return vec![format!(
                "{} does not belong to {id}, is not positive, or appears in it twice",
                payment.payment
            )];
        }
        Vec::new()
    }

    /// M8: payments that the buyer owed and never made are written off.
    fn written_off(&mut self, fallen: &WrittenOff) -> Vec<String> {
        let Some(settlement) = self.open.get_mut(&fallen.settlement) else {
            return vec![format!("{} was written off, but never opened", fallen.settlement)];
        };
        let mut whys = Vec::new();
        for payment in &fallen.payments {
            match settlement.payments.remove(payment) {
                Some((owed, None)) if owed.from == Party::Buyer => {}
                _ => whys.push(format!("{payment} was written off, but the buyer did not owe it")),
            }
        }
        whys
    }

    /// M6, M7: each owed payment is made once, in full.
    fn payment_paid(&mut self, paid: &PaymentPaid) -> Vec<String> {
        let payment = paid.payment;
        let settlement = self.open.get_mut(&paid.settlement);
        let Some((owed, before)) = settlement.and_then(|found| found.payments.get_mut(&payment))
        else {
            return vec![format!("{payment} was paid, but not owed")];
        };
        let mut whys = Vec::new();
        if before.replace(paid.amount).is_some() {
            whys.push(format!("{payment} was paid twice"));
        }
        let owed = (owed.amount, owed.kind, owed.from, owed.to);
        if owed != (paid.amount, paid.kind, paid.from, paid.to) {
            whys.push(format!("{payment} was paid with {}, but {} was owed", paid.amount, owed.0));
        }
        whys
    }

    /// Σ paid = Σ owed, per currency, in a closed settlement.
    fn closed(&mut self, closed: &Closed) -> Vec<String> {
        let id = closed.settlement;
        let Some(settlement) = self.open.get_mut(&id) else {
            return vec![format!("{id} was closed, but never opened")];
        };
        let mut whys = Vec::new();
        if std::mem::replace(&mut settlement.is_closed, true) {
            whys.push(format!("{id} was closed twice"));
        } else {
            self.closed += 1;
        }
        let owed = sums(settlement.payments.values().map(|(payment, _)| payment.amount));
        let paid = sums(settlement.payments.values().filter_map(|(_, paid)| *paid));
        if owed != paid {
            whys.push(format!("{id} was closed with {} paid of {} owed", list(&paid), list(&owed)));
        }
        let said = sums(closed.paid.iter().copied());
        if said != paid {
            whys.push(format!(
                "{id} says that {} was paid, but it was {}",
                list(&said),
                list(&paid)
            ));
        }
        whys
    }
}

type Sums = BTreeMap<Currency, i128>;

fn sums(amounts: impl Iterator<Item = Money>) -> Sums {
    let mut sums = Sums::new();
    for amount in amounts {
        *sums.entry(amount.currency).or_default() += i128::from(amount.amount);
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn list(sums: &Sums) -> String {
    if sums.is_empty() {
        return "nothing".to_owned();
    }
    let amounts: Vec<_> =
        sums.iter().map(|(currency, sum)| format!("{sum} minor units of {currency}")).collect();
    amounts.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::super::injected;
    use super::*;

    fn breaks(entries: &[Entry]) -> Vec<String> {
        let mut settlements = Settlements::default();
        entries
            .iter()
            .flat_map(|entry| settlements.take(entry))
            .map(|found| found.to_string())
            .collect()
    }

    #[test]
    fn a_sound_settlement_balances() {
        assert_eq!(breaks(&injected::settlement()), Vec::<String>::new());
    }

    #[test]
    fn a_payment_that_is_paid_twice_is_found() {
        let mut entries = injected::settlement();
        entries.insert(2, entries[1].clone());
        let found = breaks(&entries);
        assert!(found.iter().any(|why| why.contains("paid twice")), "{found:?}");
    }

    #[test]
    fn a_settlement_that_is_closed_unpaid_is_found() {
        let mut entries = injected::settlement();
        entries.remove(2);
        let found = breaks(&entries);
        assert!(found.iter().any(|why| why.contains("was closed with")), "{found:?}");
    }

    #[test]
    fn a_payment_that_is_paid_with_another_amount_is_found() {
        let mut entries = injected::settlement();
        let body = String::from_utf8(entries[1].record.body.clone()).unwrap();
        entries[1].record.body = body.replace("12000", "11000").into_bytes();
        let found = breaks(&entries);
        assert!(found.iter().any(|why| why.contains("was paid with")), "{found:?}");
        assert!(found.iter().any(|why| why.contains("was closed with")), "{found:?}");
    }

    #[test]
    fn a_payment_that_was_not_owed_is_found() {
        let entries = injected::settlement();
        assert!(breaks(&entries[1..2])[0].contains("but not owed"), "{:?}", breaks(&entries[1..2]));
    }
}
