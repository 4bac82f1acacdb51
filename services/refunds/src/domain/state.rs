//! The settlements of one purchase, as far as decisions need them: a fold of their events.

use std::collections::BTreeMap;

use recourse_kernel::{
    ClaimId, Currency, Instant, Money, OrderId, PaymentId, PolicyId, SettlementId,
};
use recourse_terms::Party;
use serde::{Deserialize, Serialize};

use super::events::{
    CashBasis, Deadline, Opened, OpenedPayment, Payee, PaymentFailed, SettlementEvent,
};

/// All settlements of a purchase. Cached under `Refunds::FOLD_VERSION`; raise it whenever this
/// changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RefundsState {
    settlements: BTreeMap<SettlementId, Settlement>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settlement {
    /// The claim that it settles; none when a policy's price is refunded.
    pub claim: Option<ClaimId>,
    /// The policy that the claim or the refund belongs to.
    pub policy: PolicyId,
    /// The buyer's pseudonym.
    #[serde(default)]
    pub buyer: String,
    /// The provider's slug.
    #[serde(default)]
    pub provider: String,
    /// What the cash for the device was calculated from, if any is paid (M1, M7).
    pub cash: Option<CashBasis>,
    pub payments: BTreeMap<PaymentId, OwedPayment>,
    /// Whether every payment was paid or written off.
    pub is_closed: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwedPayment {
    /// What is owed, and by whom.
    pub owed: OpenedPayment,
    pub stage: PaymentStage,
    /// When a buyer who has not paid it gets a notice (M8).
    pub notice_at: Option<Instant>,
    /// When the device of a buyer who has not paid it counts as abandoned (M8).
    pub abandoned_at: Option<Instant>,
    /// The deadlines that were already reported as missed.
    pub passed: Vec<Deadline>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStage {
    Owed {
        /// The attempts that failed, by their number, as they were reported last.
        failures: BTreeMap<u32, Failure>,
    },
    /// Paid; no second payment is accepted (M7).
    Paid {
        /// The gateway's reference of the transfer.
        reference: String,
    },
    /// No longer owed: the device that it was for counts as abandoned (M8), or the claim was
    /// settled again.
    WrittenOff,
}

/// A failed attempt. Attempts differ in their time; the rest may be corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub code: Option<String>,
    pub reason: Option<String>,
    pub failed_at: Instant,
}

impl RefundsState {
    /// A state with this settlement only.
    pub(super) fn with(id: SettlementId, settlement: Settlement) -> Self {
        Self { settlements: BTreeMap::from([(id, settlement)]) }
    }

    /// A settlement, if it was opened.
    pub fn settlement(&self, settlement: SettlementId) -> Option<&Settlement> {
        self.settlements.get(&settlement)
    }

    /// Every settlement of the purchase.
    pub fn settlements(&self) -> impl Iterator<Item = (SettlementId, &Settlement)> {
        self.settlements.iter().map(|(id, settlement)| (*id, settlement))
    }

    pub fn payment(&self, payment: PaymentId) -> Option<(&Settlement, &OwedPayment)> {
        let settlement = self.settlement(payment.settlement())?;
        Some((settlement, settlement.payments.get(&payment)?))
    }

    /// Applies one event. Cannot fail.
    pub fn evolve(&mut self, event: &SettlementEvent) {
        if let SettlementEvent::Opened(opened) = event {
            self.settlements.insert(opened.settlement, Settlement::opened(opened));
            return;
        }
        let Some(settlement) = self.settlements.get_mut(&event.settlement()) else { return };
        match event {
            SettlementEvent::Opened(_) => {}
            SettlementEvent::PaymentAdded(added) => {
                let payment = OwedPayment::new(&added.payment, added.notice_at, added.abandoned_at);
                settlement.payments.insert(added.payment.payment, payment);
                settlement.is_closed = false;
                if added.cash.is_some() {
                    settlement.cash.clone_from(&added.cash);
                }
            }
            SettlementEvent::PaymentPaid(paid) => {
                if let Some(payment) = settlement.payments.get_mut(&paid.payment) {
                    payment.stage = PaymentStage::Paid { reference: paid.reference.clone() };
                }
            }
            SettlementEvent::PaymentFailed(failed) => {
                if let Some(payment) = settlement.payments.get_mut(&failed.payment) {
                    payment.failed(failed);
                }
            }
            SettlementEvent::DeadlinePassed(passed) => {
                if let Some(payment) = settlement.payments.get_mut(&passed.payment) {
                    payment.passed.push(passed.deadline);
                }
            }
            SettlementEvent::WrittenOff(fallen) => {
                for payment in &fallen.payments {
                    if let Some(payment) = settlement.payments.get_mut(payment) {
                        payment.stage = PaymentStage::WrittenOff;
                    }
                }
            }
            SettlementEvent::Closed(_) => settlement.is_closed = true,
        }
    }
}

/// The two parties of a settlement whose names it knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parties<'a> {
    /// The buyer's pseudonym.
    pub(crate) buyer: &'a str,
    /// The provider's slug.
    pub(crate) provider: &'a str,
}

impl Parties<'_> {
    /// Whom a payment to this party is for.
    pub(crate) fn payee(self, to: Party, settlement: SettlementId) -> Payee {
        let reference = match to {
            Party::Buyer => Some(self.buyer),
            Party::Provider => Some(self.provider),
            Party::Seller | Party::Marketplace | Party::Carrier => None,
        };
        // A settlement of an earlier fold does not know its parties.
        let reference = reference.filter(|name| !name.is_empty()).map(str::to_owned);
        Payee { reference, order: OrderId::new(settlement.key) }
    }
}

impl Settlement {
    fn opened(opened: &Opened) -> Self {
        let (notice_at, abandoned_at) = (opened.notice_at, opened.abandoned_at);
        let owed = |payment: &OpenedPayment| {
            (payment.payment, OwedPayment::new(payment, notice_at, abandoned_at))
        };
        Self {
            claim: opened.claim,
            policy: opened.policy,
            buyer: opened.buyer.clone(),
            provider: opened.provider.to_string(),
            cash: opened.cash.clone(),
            payments: opened.payments.iter().map(owed).collect(),
            is_closed: false,
        }
    }

    /// The parties whose names it knows.
    pub(super) fn parties(&self) -> Parties<'_> {
        Parties { buyer: &self.buyer, provider: &self.provider }
    }

    pub fn next_payment(&self) -> u32 {
        self.payments.last_key_value().map_or(1, |(last, _)| last.payment.saturating_add(1))
    }

    /// Whether everything was paid or written off.
    pub fn is_settled(&self) -> bool {
        self.payments.values().all(OwedPayment::is_over)
    }

    /// The payments that the buyer still has to make.
    pub fn awaited_from_buyer(&self) -> impl Iterator<Item = (PaymentId, &OwedPayment)> {
        let payments = self.payments.iter().map(|(id, payment)| (*id, payment));
        payments.filter(|(_, payment)| payment.is_awaited_from_buyer())
    }

    /// M8: the total that was written off, one sum per currency.
    pub fn everything_written_off(&self) -> Vec<Money> {
        let fallen = self.payments.values().filter(|payment| !payment.is_owed_or_paid());
        sums(fallen.map(|payment| payment.owed.amount))
    }

    /// The total that is owed or was paid, one sum per currency; excludes what was written off.
    pub fn everything_owed(&self) -> Vec<Money> {
        let owed = self.payments.values().filter(|payment| payment.is_owed_or_paid());
        sums(owed.map(|payment| payment.owed.amount))
    }
}

impl OwedPayment {
    fn new(
        payment: &OpenedPayment,
        notice_at: Option<Instant>,
        abandoned_at: Option<Instant>,
    ) -> Self {
        Self {
            owed: payment.clone(),
            stage: PaymentStage::Owed { failures: BTreeMap::new() },
            notice_at,
            abandoned_at,
            passed: Vec::new(),
        }
    }

    /// A new failure, or a correction of the one with the same number.
    fn failed(&mut self, failed: &PaymentFailed) {
        let PaymentStage::Owed { failures } = &mut self.stage else { return };
        let failure = Failure {
            code: failed.code.clone(),
            reason: failed.reason.clone(),
            failed_at: failed.failed_at,
        };
        failures.insert(failed.attempt, failure);
    }

    /// When this deadline is due if the buyer does not pay (M8).
    pub fn due(&self, deadline: Deadline) -> Option<Instant> {
        match deadline {
            Deadline::Notice => self.notice_at,
            Deadline::Abandoned => self.abandoned_at,
        }
    }

    /// Whether it was paid or written off.
    pub fn is_over(&self) -> bool {
        !matches!(self.stage, PaymentStage::Owed { .. })
    }

    /// Whether it counts towards the total: it is owed or was paid.
    pub fn is_owed_or_paid(&self) -> bool {
        self.stage != PaymentStage::WrittenOff
    }

    /// Whether it is owed by the buyer, and not over.
    fn is_awaited_from_buyer(&self) -> bool {
        self.owed.from == Party::Buyer && !self.is_over()
    }
}

/// M6: sums by currency; nothing is ever converted. Saturates at the largest representable amount,
/// which no payment reaches.
pub(super) fn sums(amounts: impl IntoIterator<Item = Money>) -> Vec<Money> {
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for money in amounts {
        let sum = sums.entry(money.currency).or_default();
        *sum = sum.saturating_add(money.amount);
    }
    sums.into_iter().map(|(currency, amount)| Money::new(amount, currency)).collect()
}
