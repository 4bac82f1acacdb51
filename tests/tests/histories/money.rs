//! Money is owed, paid, reversed and written off, and nothing is lost (M6, M7, M12).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::answers::text;

/// Payments are positive, made once, in the currency in which they are owed. In every settlement
/// and currency paid − reversed + due + written off = owed, no term is negative, and a closed
/// settlement has nothing due except what is in collection (M12).
#[derive(Default)]
pub(crate) struct Money {
    settlements: BTreeMap<String, Settlement>,
}

#[derive(Default)]
struct Settlement {
    payments: BTreeMap<String, Owed>,
    is_closed: bool,
}

struct Owed {
    amount: i64,
    currency: String,
    state: State,
    paid: i64,
    reversed: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Due,
    InCollection,
    Paid,
    WrittenOff,
}

impl Money {
    pub(crate) fn take(&mut self, kind: &str, body: &Value) -> Result<(), String> {
        let settlement = text(body, "settlement").to_owned();
        match kind {
            "settlement.opened" => {
                if self.settlements.contains_key(&settlement) {
                    return Err(format!("{settlement} is opened twice"));
                }
                self.settlements.insert(settlement.clone(), Settlement::default());
                let mut payments = body["payments"].as_array().into_iter().flatten();
                payments.try_for_each(|payment| self.owe(&settlement, payment))
            }
            "settlement.payment_added" => self.owe(&settlement, body),
            "settlement.payment_paid" => self.moved(&settlement, body, State::Paid),
            "settlement.payment_reversed" => self.moved(&settlement, body, State::Due),
            "settlement.collection_started" => self.moved(&settlement, body, State::InCollection),
            "settlement.written_off" => {
                let mut payments = body["payments"].as_array().into_iter().flatten();
                payments.try_for_each(|payment| {
                    let amount = self.amount_of(&settlement, payment);
                    let body = json!({ "payment": payment, "amount": amount });
                    self.moved(&settlement, &body, State::WrittenOff)
                })
            }
            "settlement.closed" => self.closed(&settlement, body),
            _ => Ok(()),
        }
    }

    fn owe(&mut self, settlement: &str, payment: &Value) -> Result<(), String> {
        let (amount, currency) = amount(&payment["amount"])?;
        let id = text(payment, "payment");
        if amount <= 0 {
            return Err(format!("{id} is of {amount}, which is not positive"));
        }
        let settlement =
            self.settlements.get_mut(settlement).ok_or("a payment of no settlement")?;
        settlement.is_closed = false;
        let owed = Owed { amount, currency, state: State::Due, paid: 0, reversed: 0 };
        match settlement.payments.insert(id.to_owned(), owed) {
            None => Ok(()),
            Some(_) => Err(format!("{id} is owed twice")),
        }
    }

    fn amount_of(&self, settlement: &str, payment: &Value) -> Value {
        let payments = self.settlements.get(settlement).map(|found| &found.payments);
        let owed = payments.and_then(|payments| payments.get(payment.as_str()?));
        owed.map_or(Value::Null, |owed| json!({"amount": owed.amount, "currency": owed.currency}))
    }

    /// A payment is made, taken back, handed to collection or written off, always in full.
    fn moved(&mut self, settlement: &str, body: &Value, to: State) -> Result<(), String> {
        let id = text(body, "payment");
        let found = self.settlements.get_mut(settlement);
        let found = found.ok_or_else(|| format!("{id} is of no settlement"))?;
        let payment = found.payments.get_mut(id).ok_or_else(|| format!("{id} is not owed"))?;
        let (amount, currency) = amount(&body["amount"])?;
        if (payment.amount, payment.currency.as_str()) != (amount, currency.as_str()) {
            let owed = format!("{} {}", payment.amount, payment.currency);
            return Err(format!("{id} is paid with {amount} {currency}, but {owed} was owed"));
        }
        let before = std::mem::replace(&mut payment.state, to);
        match (before, to) {
            (State::Due | State::InCollection, State::Paid) => payment.paid += amount,
            (State::Paid, State::Due) => {
                payment.reversed += amount;
                found.is_closed = false;
            }
            (State::Due, State::InCollection)
            | (State::Due | State::InCollection, State::WrittenOff) => {}
            (State::Paid, State::Paid) => return Err(format!("{id} is paid twice")),
            _ => return Err(format!("{id} is not owed any more, or not paid")),
        }
        Ok(())
    }

    fn closed(&mut self, settlement: &str, body: &Value) -> Result<(), String> {
        let found = self.settlements.get_mut(settlement).ok_or("closed, but never opened")?;
        if std::mem::replace(&mut found.is_closed, true) {
            return Err(format!("{settlement} is closed twice"));
        }
        if found.payments.values().any(|payment| payment.state == State::Due) {
            return Err(format!("{settlement} is closed with a payment that is due"));
        }
        let (owed, paid) = (found.sums(|owed| owed.amount), found.sums(|it| it.paid - it.reversed));
        let mut said = BTreeMap::new();
        for sum in body["paid"].as_array().into_iter().flatten() {
            let (amount, currency) = amount(sum)?;
            said.insert(currency, amount);
        }
        let paid: BTreeMap<_, _> = paid.into_iter().filter(|(_, paid)| *paid != 0).collect();
        if said != paid {
            return Err(format!("{settlement} is closed with {said:?} paid, but it was {paid:?}"));
        }
        for (currency, owed) in owed {
            self.balances(settlement, body, &currency, owed)?;
        }
        Ok(())
    }

    /// M12: the balance that the settlement reports is that of its payments.
    fn balances(
        &self,
        settlement: &str,
        body: &Value,
        currency: &str,
        owed: i64,
    ) -> Result<(), String> {
        let found = &self.settlements[settlement];
        let in_state = |state: State| {
            let sums = found.sums(|it| if it.state == state { it.amount } else { 0 });
            sums.get(currency).copied().unwrap_or_default()
        };
        let sum = |of: fn(&Owed) -> i64| found.sums(of).get(currency).copied().unwrap_or_default();
        let (paid, reversed) = (sum(|it| it.paid), sum(|it| it.reversed));
        let (due, written_off) = (in_state(State::InCollection), in_state(State::WrittenOff));
        let totals = body["totals"].as_array().into_iter().flatten();
        let said = totals.filter(|totals| totals["currency"] == currency).collect::<Vec<_>>();
        let wanted = json!({
            "currency": currency, "owed": owed, "paid": paid, "reversed": reversed, "due": due,
            "in_collection": due, "written_off": written_off,
        });
        if said != [&wanted] || paid - reversed + due + written_off != owed {
            return Err(format!("{settlement} does not balance: {said:?}, but {wanted}"));
        }
        Ok(())
    }
}

impl Settlement {
    fn sums(&self, of: impl Fn(&Owed) -> i64) -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for payment in self.payments.values() {
            *sums.entry(payment.currency.clone()).or_default() += of(payment);
        }
        sums
    }
}

/// M7: however often a device is claimed for, the cash owed for it under its policy never exceeds
/// its price.
#[derive(Default)]
pub(crate) struct Cash {
    policies: BTreeMap<String, (i64, i64)>,
}

impl Cash {
    pub(crate) fn take(&mut self, kind: &str, body: &Value) -> Result<(), String> {
        let policy = text(body, "policy");
        if kind == "policy.sold" {
            let (price, _) = amount(&body["device_price"])?;
            self.policies.insert(policy.to_owned(), (price, 0));
        }
        if kind != "settlement.opened" {
            return Ok(());
        }
        let payments = body["payments"].as_array().into_iter().flatten();
        for payment in payments.filter(|payment| payment["kind"] == "device_cash") {
            let (cash, _) = amount(&payment["amount"])?;
            let (price, owed) = self.policies.get_mut(policy).ok_or("cash under no policy")?;
            *owed += cash;
            if owed > price {
                return Err(format!("{policy} owes {owed} in cash for a device of {price}"));
            }
        }
        Ok(())
    }
}

fn amount(money: &Value) -> Result<(i64, String), String> {
    let whole = money["amount"].as_i64().ok_or("an amount must be in whole minor units")?;
    Ok((whole, text(money, "currency").to_owned()))
}
