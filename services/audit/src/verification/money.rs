//! Settlements balance, per currency: paid − reversed + due + written off = owed, and no term is
//! negative. A closed settlement has nothing due except what is in collection (M6, M7, M12).

use std::collections::{BTreeMap, HashMap};

use recourse_kernel::{Currency, Money, PaymentId, SettlementId, Wire, WireError};
use recourse_refunds::domain::SettlementEvent;
use recourse_refunds::domain::events::{
    Closed, CollectionStarted, Opened, OpenedPayment, PaymentAdded, PaymentPaid, PaymentReversed,
    WrittenOff,
};

use super::{Break, Check, Entry};

#[derive(Debug, Default)]
pub struct Settlements {
    open: HashMap<SettlementId, Settlement>,
    closed: usize,
}

#[derive(Debug)]
struct Settlement {
    payments: BTreeMap<PaymentId, Payment>,
    is_closed: bool,
}

/// One payment, with every amount that its events name.
#[derive(Debug)]
struct Payment {
    owed: OpenedPayment,
    stage: Stage,
    paid: i128,
    reversed: i128,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Due,
    InCollection,
    Paid,
    WrittenOff,
}

impl Payment {
    fn new(owed: &OpenedPayment) -> Self {
        Self { owed: owed.clone(), stage: Stage::Due, paid: 0, reversed: 0 }
    }
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
            Ok(SettlementEvent::PaymentReversed(reversed)) => self.payment_reversed(&reversed),
            Ok(SettlementEvent::CollectionStarted(started)) => self.collection_started(&started),
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
            let is_twice = payments.insert(payment.payment, Payment::new(&payment)).is_some();
            whys.extend(misplaced(id, &payment, is_twice));
        }
        if self.open.insert(id, Settlement { payments, is_closed: false }).is_some() {
            whys.push(format!("{id} was opened twice"));
        }
        whys
    }

    /// M7: another payment is owed, and the settlement stays open until it is paid too.
    fn payment_added(&mut self, added: &PaymentAdded) -> Vec<String> {
        let (id, payment) = (added.settlement, &added.payment);
        self.open_again(id);
        let Some(settlement) = self.open.get_mut(&id) else {
            return vec![format!("{} was added to {id}, which was never opened", payment.payment)];
        };
        let is_twice = settlement.payments.insert(payment.payment, Payment::new(payment)).is_some();
        misplaced(id, payment, is_twice).into_iter().collect()
    }

    fn open_again(&mut self, id: SettlementId) {
        if let Some(settlement) = self.open.get_mut(&id)
            && std::mem::replace(&mut settlement.is_closed, false)
        {
            self.closed -= 1;
        }
    }

    fn payment(&mut self, settlement: SettlementId, payment: PaymentId) -> Option<&mut Payment> {
        self.open.get_mut(&settlement)?.payments.get_mut(&payment)
    }

    /// M8: payments that were never made are no longer owed.
    fn written_off(&mut self, fallen: &WrittenOff) -> Vec<String> {
        let id = fallen.settlement;
        if !self.open.contains_key(&id) {
            return vec![format!("{id} was written off, but never opened")];
        }
        let mut whys = Vec::new();
        for payment in &fallen.payments {
            match self.payment(id, *payment) {
                Some(owed) if matches!(owed.stage, Stage::Due | Stage::InCollection) => {
                    owed.stage = Stage::WrittenOff;
                }
                _ => whys.push(format!("{payment} was written off, but it was not owed")),
            }
        }
        whys
    }

    /// It stays owed, but the settlement does not wait for it.
    fn collection_started(&mut self, started: &CollectionStarted) -> Vec<String> {
        let payment = started.payment;
        match self.payment(started.settlement, payment) {
            Some(owed) if owed.stage == Stage::Due => owed.stage = Stage::InCollection,
            _ => return vec![format!("{payment} was handed to collection, but not owed")],
        }
        Vec::new()
    }

    /// M6, M7: each owed payment is made once, in full.
    fn payment_paid(&mut self, paid: &PaymentPaid) -> Vec<String> {
        let payment = paid.payment;
        let Some(found) = self.payment(paid.settlement, payment) else {
            return vec![format!("{payment} was paid, but not owed")];
        };
        let mut whys = Vec::new();
        match found.stage {
            Stage::Due | Stage::InCollection => {}
            Stage::Paid => whys.push(format!("{payment} was paid twice")),
            Stage::WrittenOff => whys.push(format!("{payment} was paid, but written off before")),
        }
        found.stage = Stage::Paid;
        found.paid += i128::from(paid.amount.amount);
        let owed = &found.owed;
        let owed = (owed.amount, owed.kind, owed.from, owed.to);
        if owed != (paid.amount, paid.kind, paid.from, paid.to) {
            whys.push(format!("{payment} was paid with {}, but {} was owed", paid.amount, owed.0));
        }
        whys
    }

    /// M12: a payment that was taken back is owed again.
    fn payment_reversed(&mut self, reversed: &PaymentReversed) -> Vec<String> {
        let payment = reversed.payment;
        self.open_again(reversed.settlement);
        let found = self.payment(reversed.settlement, payment);
        let Some(found) = found.filter(|found| found.stage == Stage::Paid) else {
            return vec![format!("{payment} was reversed, but not paid")];
        };
        found.stage = Stage::Due;
        found.reversed += i128::from(reversed.amount.amount);
        if found.owed.amount != reversed.amount {
            return vec![format!("{payment} was reversed with {}", reversed.amount)];
        }
        Vec::new()
    }

    /// M12: nothing is due except what is in collection, and the balance is what it says.
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
        let balances = balances(settlement.payments.values());
        whys.extend(balances.iter().flat_map(|(currency, sums)| sums.faults(id, *currency)));
        let paid = balances.iter().map(|(currency, sums)| (*currency, sums.paid - sums.reversed));
        let said = sums(&closed.paid);
        if said != nonzero(paid) {
            whys.push(format!("{id} says that {} was paid, but it was not", list(&said)));
        }
        let said = closed.totals.iter().map(|it| (it.currency, Balance::said(it))).collect();
        if balances != said {
            whys.push(format!("{id} has the balance {balances:?}, but says {said:?}"));
        }
        whys
    }
}

/// A payment is positive, belongs to its settlement, and is owed once.
fn misplaced(id: SettlementId, payment: &OpenedPayment, is_twice: bool) -> Option<String> {
    let is_wrong = is_twice || payment.payment.settlement() != id || payment.amount.amount <= 0;
    is_wrong.then(|| {
        format!("{} does not belong to {id}, is not positive, or appears twice", payment.payment)
    })
}

/// The balance of a settlement in one currency, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Balance {
    owed: i128,
    paid: i128,
    reversed: i128,
    due: i128,
    in_collection: i128,
    written_off: i128,
}

impl Balance {
    fn said(totals: &recourse_refunds::domain::events::Totals) -> Self {
        Self {
            owed: totals.owed.into(),
            paid: totals.paid.into(),
            reversed: totals.reversed.into(),
            due: totals.due.into(),
            in_collection: totals.in_collection.into(),
            written_off: totals.written_off.into(),
        }
    }

    /// What is wrong with the balance of a closed settlement.
    fn faults(&self, id: SettlementId, currency: Currency) -> Vec<String> {
        let Self { owed, paid, reversed, due, in_collection, written_off } = *self;
        let mut whys = Vec::new();
        if due != in_collection {
            whys.push(format!("{id} was closed with {due} minor units of {currency} due"));
        }
        if paid - reversed + due + written_off != owed {
            whys.push(format!("{id} does not balance in {currency}: {self:?}"));
        }
        if [owed, paid - reversed, due, written_off].iter().any(|term| *term < 0) {
            whys.push(format!("{id} has a negative term in {currency}: {self:?}"));
        }
        whys
    }
}

fn balances<'a>(payments: impl Iterator<Item = &'a Payment>) -> BTreeMap<Currency, Balance> {
    let mut balances = BTreeMap::<Currency, Balance>::new();
    for payment in payments {
        let Money { amount, currency } = payment.owed.amount;
        let (amount, sums) = (i128::from(amount), balances.entry(currency).or_default());
        sums.owed += amount;
        sums.paid += payment.paid;
        sums.reversed += payment.reversed;
        match payment.stage {
            Stage::Due => sums.due += amount,
            Stage::InCollection => {
                sums.due += amount;
                sums.in_collection += amount;
            }
            Stage::WrittenOff => sums.written_off += amount,
            Stage::Paid => {}
        }
    }
    balances
}

type Sums = BTreeMap<Currency, i128>;

fn sums(amounts: &[Money]) -> Sums {
    let mut sums = Sums::new();
    for amount in amounts {
        *sums.entry(amount.currency).or_default() += i128::from(amount.amount);
    }
    nonzero(sums.into_iter())
}

fn nonzero(sums: impl Iterator<Item = (Currency, i128)>) -> Sums {
    sums.filter(|(_, sum)| *sum != 0).collect()
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
        assert!(found.iter().any(|why| why.contains("does not balance")), "{found:?}");
    }

    #[test]
    fn a_payment_that_was_not_owed_is_found() {
        let entries = injected::settlement();
        assert!(breaks(&entries[1..2])[0].contains("but not owed"), "{:?}", breaks(&entries[1..2]));
    }

    #[test]
    fn m12_a_reversed_payment_is_owed_again_and_a_reported_balance_is_checked() {
        let mut entries = injected::settlement();
        let paid = entries[1].record.body.clone();
        let mut reversed: serde_json::Value = serde_json::from_slice(&paid).unwrap();
        reversed["reversed_at"] = reversed["paid_at"].clone();
        reversed["pay_by"] = reversed["paid_at"].clone();
        let mut entry = entries[1].clone();
        entry.record.type_name = "recourse.settlement.payment_reversed.v1".to_owned();
        entry.record.body = reversed.to_string().into_bytes();
        let mut twice = entries.clone();
        twice.insert(1, entry.clone());
        assert!(breaks(&twice)[0].contains("reversed, but not paid"), "{:?}", breaks(&twice));
        entries.insert(2, entry);
        let found = breaks(&entries);
        assert!(found.iter().any(|why| why.contains("was closed with")), "{found:?}");
        let mut said = injected::settlement();
        let body = String::from_utf8(said[3].record.body.clone()).unwrap();
        said[3].record.body = body.replace(r#""owed":12500"#, r#""owed":12400"#).into_bytes();
        let found = breaks(&said);
        assert!(found.iter().any(|why| why.contains("but says")), "{found:?}");
    }

    #[test]
    fn m12_what_is_in_collection_may_be_due_in_a_closed_settlement() {
        let mut entries = injected::settlement();
        let (payment, mut entry) = (entries[1].record.body.clone(), entries[1].clone());
        let payment: serde_json::Value = serde_json::from_slice(&payment).unwrap();
        let started = serde_json::json!({
            "settlement": payment["settlement"], "payment": payment["payment"],
            "amount": payment["amount"], "at": payment["paid_at"],
        });
        entry.record.type_name = "recourse.settlement.collection_started.v1".to_owned();
        entry.record.body = started.to_string().into_bytes();
        entries[1] = entry;
        let found = breaks(&entries);
        assert!(!found.iter().any(|why| why.contains("was closed with")), "{found:?}");
        assert!(found.iter().any(|why| why.contains("but says")), "it reports all as paid");
    }
}
