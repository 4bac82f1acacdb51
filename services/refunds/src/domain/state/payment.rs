//! One payment of a settlement.

use std::collections::BTreeMap;

use recourse_kernel::{Instant, Owner};
use recourse_terms::Party;
use serde::{Deserialize, Serialize};

use crate::domain::events::{
    AppealNoted, Deadline, OpenedPayment, PaymentFailed, PaymentPaid, PaymentReversed,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwedPayment {
    /// What is owed, and by whom.
    pub owed: OpenedPayment,
    /// Since when: since it was opened, added or reversed.
    pub since: Instant,
    pub stage: PaymentStage,
    /// By when it is to be paid, and what follows if it is not.
    pub due: Due,
    /// Whether it was handed to collection.
    pub in_collection: bool,
    /// The deadlines that were already recorded as missed, and reminders that were sent.
    pub passed: Vec<Deadline>,
    /// Whether the buyer was reminded of a payment for which no device is held.
    pub is_reminded: bool,
    /// The transfers that the gateway took back, in order.
    pub reversals: Vec<Reversal>,
}

/// By when a payment is to be made, and what follows if it is not. Copied from events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// The provider or a carrier owes it. If it is late, it stays owed.
    Provider { pay_by: Instant },
    /// The buyer owes it, and the shop holds a device until it is paid (M8).
    Held { notice_at: Instant, abandoned_at: Instant },
    /// The buyer owes it, and no device is held: in the end it is handed to collection.
    Recovery { remind_at: Option<Instant>, pay_by: Instant },
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
        paid_at: Instant,
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

/// A transfer that the gateway took back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// The gateway's reference of the transfer.
    pub reference: String,
    pub reversed_at: Instant,
}

impl OwedPayment {
    pub(crate) fn new(
        payment: &OpenedPayment,
        notice_at: Option<Instant>,
        abandoned_at: Option<Instant>,
        since: Instant,
    ) -> Self {
        Self {
            owed: payment.clone(),
            since,
            stage: PaymentStage::Owed { failures: BTreeMap::new() },
            due: Due::of(payment, notice_at, abandoned_at),
            in_collection: false,
            passed: Vec::new(),
            is_reminded: false,
            reversals: Vec::new(),
        }
    }

    pub(super) fn paid(&mut self, paid: &PaymentPaid) {
        let (reference, paid_at) = (paid.reference.clone(), paid.paid_at);
        self.stage = PaymentStage::Paid { reference, paid_at };
        self.in_collection = false;
    }

    /// A new failure, or a correction of the one with the same number.
    pub(super) fn failed(&mut self, failed: &PaymentFailed) {
        let PaymentStage::Owed { failures } = &mut self.stage else { return };
        let failure = Failure {
            code: failed.code.clone(),
            reason: failed.reason.clone(),
            failed_at: failed.failed_at,
        };
        failures.insert(failed.attempt, failure);
    }

    /// Owed again, with deadlines of its own.
    pub(super) fn reversed(&mut self, reversed: &PaymentReversed) {
        let (reference, reversed_at) = (reversed.reference.clone(), reversed.reversed_at);
        self.reversals.push(Reversal { reference, reversed_at });
        self.stage = PaymentStage::Owed { failures: BTreeMap::new() };
        self.owed.pay_by = reversed.pay_by;
        self.owed.remind_at = reversed.remind_at;
        self.since = reversed_at;
        self.due = Due::of(&self.owed, reversed.notice_at, reversed.abandoned_at);
        self.passed.clear();
        self.is_reminded = false;
    }

    /// C11: its deadlines start again when the appeal is decided.
    pub(crate) fn appealed(&mut self, noted: &AppealNoted) {
        let AppealNoted { notice_at, abandoned_at, remind_at, pay_by, .. } = *noted;
        self.due = match (self.due, notice_at.zip(abandoned_at), pay_by) {
            (Due::Held { .. }, Some((notice_at, abandoned_at)), _) => {
                Due::Held { notice_at, abandoned_at }
            }
            (Due::Recovery { .. }, _, Some(pay_by)) => Due::Recovery { remind_at, pay_by },
            _ => return,
        };
        (self.owed.pay_by, self.owed.remind_at) = match self.due {
            Due::Held { notice_at, abandoned_at } => (abandoned_at, Some(notice_at)),
            Due::Recovery { remind_at, pay_by } => (pay_by, remind_at),
            Due::Provider { pay_by } => (pay_by, None),
        };
        self.since = noted.at;
        self.passed.clear();
        self.is_reminded = false;
    }

    pub(super) fn written_off(&mut self) {
        self.stage = PaymentStage::WrittenOff;
        self.in_collection = false;
    }

    /// Whether it still has to be paid, in collection or not.
    pub fn is_owed(&self) -> bool {
        matches!(self.stage, PaymentStage::Owed { .. })
    }

    /// Whether it keeps the settlement open: it has to be paid, and was not handed to collection.
    pub fn is_awaited(&self) -> bool {
        self.is_owed() && !self.in_collection
    }

    /// Whether it was paid, and not reversed since.
    pub fn is_paid(&self) -> bool {
        matches!(self.stage, PaymentStage::Paid { .. })
    }

    /// Whether it counts towards the total: it is owed or was paid.
    pub fn is_owed_or_paid(&self) -> bool {
        self.stage != PaymentStage::WrittenOff
    }

    /// Whether the buyer has to pay it before a device that the shop holds can go (M8).
    pub fn is_for_a_held_device(&self) -> bool {
        matches!(self.due, Due::Held { .. })
    }

    /// Whether it is paid by the buyer, or to the buyer.
    pub fn is_of_the_buyer(&self) -> bool {
        [self.owed.from, self.owed.to].contains(&Party::Buyer)
    }

    /// Who has to pay it.
    pub fn owner(&self) -> Owner {
        match self.owed.from {
            Party::Buyer => Owner::Buyer,
            Party::Provider => Owner::Provider,
            Party::Seller => Owner::Seller,
            Party::Marketplace => Owner::Marketplace,
            Party::Carrier => Owner::Carrier,
        }
    }
}

impl Due {
    fn of(
        payment: &OpenedPayment,
        notice_at: Option<Instant>,
        abandoned_at: Option<Instant>,
    ) -> Self {
        let OpenedPayment { from, pay_by, remind_at, .. } = *payment;
        match (from, notice_at, abandoned_at) {
            (Party::Buyer, Some(notice_at), Some(abandoned_at)) => {
                Self::Held { notice_at, abandoned_at }
            }
            (Party::Buyer, ..) => Self::Recovery { remind_at, pay_by },
            _ => Self::Provider { pay_by },
        }
    }
}
