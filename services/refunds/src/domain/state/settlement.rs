//! One settlement: its payments, and what they add up to.

use std::collections::BTreeMap;

use recourse_kernel::{ClaimId, Currency, Instant, Money, PaymentId, PolicyId};
use recourse_terms::{Country, Outcome, Party, PaymentKind, Provider, TermsRef};
use serde::{Deserialize, Serialize};

use super::{Due, OwedPayment, Parties, PaymentStage};
use crate::domain::events::{
    AppealNoted, CashBasis, Deadline, DeadlinePassed, Opened, OpenedPayment, PaymentAdded,
    PaymentPaid, SettlementEvent, Totals, WorkNoted,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settlement {
    /// The claim that it settles; none when a policy's price is refunded.
    pub claim: Option<ClaimId>,
    /// The policy that the claim or the refund belongs to.
    pub policy: PolicyId,
    /// The buyer's pseudonym.
    pub buyer: String,
    pub provider: Provider,
    /// The terms that its amounts and deadlines come from; none if the policy was not sold.
    pub terms: Option<TermsRef>,
    /// The country of the policy, if known.
    pub country: Option<Country>,
    /// How the claim ends.
    pub outcome: Option<Outcome>,
    /// What the cash for the device was calculated from, if any is paid (M1, M7).
    pub cash: Option<CashBasis>,
    pub payments: BTreeMap<PaymentId, OwedPayment>,
    /// The repair that was paid for and is not done yet (M11).
    pub work: Option<Work>,
    /// Whether the shop has done a repair that the buyer pays for.
    pub is_repaired: bool,
    /// Whether an appeal against the verdict is open, which pauses the buyer's deadlines (C11).
    #[serde(default)]
    pub is_appealed: bool,
    /// Whether nothing is due, except what is in collection.
    pub is_closed: bool,
}

/// M11: a repair that was paid for and is not done yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The payment that paid for it.
    pub payment: PaymentId,
    pub paid_at: Instant,
    /// By when the shop has to do it.
    pub by: Instant,
    /// Whether that deadline has passed and is recorded.
    pub is_late: bool,
}

impl Settlement {
    pub(super) fn opened(opened: &Opened, at: Instant) -> Self {
        let (notice_at, abandoned_at) = (opened.notice_at, opened.abandoned_at);
        let owed = |payment: &OpenedPayment| {
            (payment.payment, OwedPayment::new(payment, notice_at, abandoned_at, at))
        };
        Self {
            claim: opened.claim,
            policy: opened.policy,
            buyer: opened.buyer.clone(),
            provider: opened.provider.clone(),
            terms: opened.terms.clone(),
            country: opened.country,
            outcome: opened.outcome,
            cash: opened.cash.clone(),
            payments: opened.payments.iter().map(owed).collect(),
            work: None,
            is_repaired: false,
            is_appealed: false,
            is_closed: false,
        }
    }

    pub(super) fn evolve(&mut self, event: &SettlementEvent, at: Instant) {
        match event {
            SettlementEvent::Opened(_) => {}
            SettlementEvent::PaymentAdded(added) => self.added(added, at),
            SettlementEvent::PaymentPaid(paid) => self.paid(paid),
            SettlementEvent::PaymentFailed(failed) => {
                self.change(failed.payment, |payment| payment.failed(failed));
            }
            SettlementEvent::PaymentReversed(reversed) => {
                self.change(reversed.payment, |payment| payment.reversed(reversed));
                self.work = self.work.filter(|work| work.payment != reversed.payment);
                self.is_closed = false;
            }
            SettlementEvent::ReminderSent(sent) => {
                self.change(sent.payment, |payment| payment.is_reminded = true);
            }
            SettlementEvent::DeadlinePassed(passed) => self.passed(passed),
            SettlementEvent::CollectionStarted(started) => {
                self.change(started.payment, |payment| payment.in_collection = true);
            }
            SettlementEvent::WorkNoted(noted) => self.worked(noted),
            SettlementEvent::AppealNoted(noted) => self.appealed(noted),
            SettlementEvent::WrittenOff(fallen) => {
                for payment in &fallen.payments {
                    self.change(*payment, OwedPayment::written_off);
                }
                self.settled_as(fallen.outcome);
            }
            SettlementEvent::OutcomeChanged(changed) => self.settled_as(Some(changed.outcome)),
            SettlementEvent::Closed(_) => self.is_closed = true,
        }
    }

    fn change(&mut self, payment: PaymentId, change: impl FnOnce(&mut OwedPayment)) {
        if let Some(payment) = self.payments.get_mut(&payment) {
            change(payment);
        }
    }

    fn added(&mut self, added: &PaymentAdded, at: Instant) {
        let payment = OwedPayment::new(&added.payment, added.notice_at, added.abandoned_at, at);
        self.payments.insert(added.payment.payment, payment);
        self.is_closed = false;
        self.settled_as(added.outcome);
        if added.cash.is_some() {
            self.cash.clone_from(&added.cash);
        }
    }

    fn paid(&mut self, paid: &PaymentPaid) {
        self.change(paid.payment, |payment| payment.paid(paid));
        if let Some(by) = paid.work_by {
            let (payment, paid_at) = (paid.payment, paid.paid_at);
            self.work = Some(Work { payment, paid_at, by, is_late: false });
        }
    }

    fn passed(&mut self, passed: &DeadlinePassed) {
        match (passed.deadline, &mut self.work) {
            (Deadline::PaidRepair, Some(work)) => work.is_late = true,
            (Deadline::PaidRepair, None) => {}
            _ => self.change(passed.payment, |payment| payment.passed.push(passed.deadline)),
        }
    }

    /// M11: the deadlines of what the buyer still owes for the device start when the work is done.
    fn worked(&mut self, noted: &WorkNoted) {
        self.work = None;
        self.is_repaired = true;
        let (Some(notice_at), Some(abandoned_at)) = (noted.notice_at, noted.abandoned_at) else {
            return;
        };
        for payment in &noted.payments {
            self.change(*payment, |payment| {
                payment.due = Due::Held { notice_at, abandoned_at };
                payment.passed.clear();
            });
        }
    }

    /// C11: what the buyer owes has its full time again once the appeal is decided.
    fn appealed(&mut self, noted: &AppealNoted) {
        self.is_appealed = noted.open;
        for payment in noted.held.iter().chain(&noted.others) {
            self.change(*payment, |payment| payment.appealed(noted));
        }
    }

    fn settled_as(&mut self, outcome: Option<Outcome>) {
        self.outcome = outcome.or(self.outcome);
        // M11: the price of the repair is returned, so the shop no longer owes it.
        self.work = self.work.filter(|_| self.outcome == Some(Outcome::RepairedAtBuyersCost));
    }

    /// The parties whose names it knows.
    pub(crate) fn parties(&self) -> Parties<'_> {
        Parties { buyer: &self.buyer, provider: self.provider.as_str() }
    }

    /// The number of the next payment that is added.
    pub fn next_payment(&self) -> u32 {
        self.payments.last_key_value().map_or(1, |(last, _)| last.payment.saturating_add(1))
    }

    /// Whether nothing is due any more, except what is in collection.
    pub fn is_settled(&self) -> bool {
        !self.payments.values().any(OwedPayment::is_awaited)
    }

    /// Whether nothing is owed any more by the buyer or to the buyer, whatever others still owe:
    /// the claim need not wait. Amounts in collection do not count.
    pub fn buyer_is_settled(&self) -> bool {
        let mut awaited = self.payments.values().filter(|payment| payment.is_awaited());
        !awaited.any(OwedPayment::is_of_the_buyer)
    }

    /// The payments that the buyer still has to make, without those in collection.
    pub fn awaited_from_buyer(&self) -> impl Iterator<Item = (PaymentId, &OwedPayment)> {
        let payments = self.payments.iter().map(|(id, payment)| (*id, payment));
        payments.filter(|(_, owed)| owed.owed.from == Party::Buyer && owed.is_awaited())
    }

    /// The payments that the buyer has to make before the device that the shop holds can go.
    pub fn awaited_for_the_device(&self) -> impl Iterator<Item = (PaymentId, &OwedPayment)> {
        self.awaited_from_buyer().filter(|(_, payment)| payment.is_for_a_held_device())
    }

    /// Whether the buyer has paid for a repair, or has to before it is done.
    pub fn has_a_paid_repair(&self) -> bool {
        let mut payments = self.payments.values().filter(|payment| payment.is_owed_or_paid());
        payments.any(|payment| payment.owed.kind == PaymentKind::PaidRepair)
    }

    /// M12: the balance, one per currency.
    pub fn totals(&self) -> Vec<Totals> {
        let mut totals: BTreeMap<Currency, Totals> = BTreeMap::new();
        for payment in self.payments.values() {
            let Money { amount, currency } = payment.owed.amount;
            let sum = totals.entry(currency).or_insert_with(|| nothing(currency));
            let add = |sum: &mut i64| *sum = sum.saturating_add(amount);
            add(&mut sum.owed);
            for _ in &payment.reversals {
                add(&mut sum.paid);
                add(&mut sum.reversed);
            }
            match payment.stage {
                PaymentStage::Owed { .. } => add(&mut sum.due),
                PaymentStage::Paid { .. } => add(&mut sum.paid),
                PaymentStage::WrittenOff => add(&mut sum.written_off),
            }
            if payment.in_collection {
                add(&mut sum.in_collection);
            }
        }
        totals.into_values().collect()
    }

    /// M8: the total that was written off, one sum per currency.
    pub fn everything_written_off(&self) -> Vec<Money> {
        let fallen = self.payments.values().filter(|payment| !payment.is_owed_or_paid());
        sums(fallen.map(|payment| payment.owed.amount))
    }

    /// The total that was paid and not reversed, one sum per currency.
    pub fn everything_paid(&self) -> Vec<Money> {
        let paid = self.payments.values().filter(|payment| payment.is_paid());
        sums(paid.map(|payment| payment.owed.amount))
    }
}

fn nothing(currency: Currency) -> Totals {
    Totals { currency, owed: 0, paid: 0, reversed: 0, due: 0, in_collection: 0, written_off: 0 }
}

/// M6: sums by currency; nothing is ever converted. Saturates at the largest representable amount,
/// which no payment reaches.
pub(crate) fn sums(amounts: impl IntoIterator<Item = Money>) -> Vec<Money> {
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for money in amounts {
        let sum = sums.entry(money.currency).or_default();
        *sum = sum.saturating_add(money.amount);
    }
    sums.into_iter().map(|(currency, amount)| Money::new(amount, currency)).collect()
}
