//! The table `payments`: one row per payment, with its state.

use recourse_kernel::{Instant, Money, PaymentId, Record, SettlementId};
use recourse_runtime::projector::{Column, Columns, PgTable};
use recourse_terms::{Party, PaymentKind};
use serde::{Deserialize, Serialize};

use crate::domain::SettlementEvent;
use crate::domain::events::{
    AppealNoted, Deadline, Opened, OpenedPayment, Payee, PaymentAdded, PaymentFailed,
    PaymentReversed,
};
use crate::domain::state::{Due, OwedPayment, PaymentStage, Reversal};

pub struct Payments;

/// A payment as it is read. This is the format of `GET /v1/payments`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentRow {
    pub payment: PaymentId,
    pub settlement: SettlementId,
    pub kind: PaymentKind,
    pub from: Party,
    pub to: Party,
    /// Whom the money is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<Payee>,
    /// The amount, in its own currency.
    pub amount: Money,
    /// The rule that requires it.
    pub rule: String,
    /// A description for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub state: PaymentState,
    /// Since when it has been owed: since it was opened, added or reversed.
    pub owed_since: Instant,
    /// The first instant at which paying is too late (T11).
    pub pay_by: Instant,
    /// When a buyer who has not paid is reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Instant>,
    /// When a buyer who has not paid for a device that the shop holds gets a notice (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Instant>,
    /// When that device counts as abandoned (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Instant>,
    /// Whether the buyer was reminded of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reminded: bool,
    /// The number of failed attempts, and why the last one failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<FailedRow>,
    /// The deadlines that were missed (M8, T8).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deadlines_passed: Vec<Deadline>,
    /// The gateway's reference of the transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Instant>,
    /// The transfers that the gateway took back, in order (M12).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reversals: Vec<Reversal>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedRow {
    /// The number of attempts so far.
    pub attempts: u32,
    /// The gateway's code for why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why, in the gateway's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub failed_at: Instant,
}

impl FailedRow {
    /// The same after another report. An attempt that failed earlier may be reported later, or
    /// corrected; what is shown is the last one that failed.
    fn after(before: Option<Self>, failed: &PaymentFailed) -> Self {
        let attempts = before.as_ref().map_or(0, |before| before.attempts).max(failed.attempt);
        match before {
            Some(before) if before.failed_at > failed.failed_at => Self { attempts, ..before },
            _ => Self {
                attempts,
                code: failed.code.clone(),
                reason: failed.reason.clone(),
                failed_at: failed.failed_at,
            },
        }
    }
}

/// Whether a payment was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    Owed,
    /// Not paid yet, and the last attempt failed.
    Failed,
    /// Handed to collection; still owed.
    InCollection,
    /// Paid by its payer, or collected.
    Paid,
    /// No longer owed: the device that it was for counts as abandoned (M8), or the claim was
    /// settled again.
    WrittenOff,
}

impl PaymentState {
    /// The name in the table and in queries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Failed => "failed",
            Self::InCollection => "in_collection",
            Self::Paid => "paid",
            Self::WrittenOff => "written_off",
        }
    }
}

impl PaymentRow {
    fn opened(opened: &Opened, key: &str, at: Instant) -> Option<Self> {
        let payment = opened.payments.iter().find(|payment| payment.payment.to_string() == key)?;
        Some(Self::owed(payment, (opened.notice_at, opened.abandoned_at), at))
    }

    fn added(added: &PaymentAdded, at: Instant) -> Self {
        Self::owed(&added.payment, (added.notice_at, added.abandoned_at), at)
    }

    fn owed(
        payment: &OpenedPayment,
        (notice_at, abandoned_at): (Option<Instant>, Option<Instant>),
        at: Instant,
    ) -> Self {
        let is_held = payment.from == Party::Buyer;
        Self {
            payment: payment.payment,
            settlement: payment.payment.settlement(),
            kind: payment.kind,
            from: payment.from,
            to: payment.to,
            payee: payment.payee.clone(),
            amount: payment.amount,
            rule: payment.rule.clone(),
            note: payment.note.clone(),
            state: PaymentState::Owed,
            owed_since: at,
            pay_by: payment.pay_by,
            remind_at: payment.remind_at,
            notice_at: notice_at.filter(|_| is_held),
            abandoned_at: abandoned_at.filter(|_| is_held),
            reminded: false,
            failed: None,
            deadlines_passed: Vec::new(),
            reference: None,
            paid_at: None,
            reversals: Vec::new(),
        }
    }

    /// It is owed again.
    fn reversed(&mut self, reversed: &PaymentReversed) {
        let (reference, reversed_at) = (reversed.reference.clone(), reversed.reversed_at);
        self.reversals.push(Reversal { reference, reversed_at });
        self.state = PaymentState::Owed;
        self.owed_since = reversed_at;
        self.pay_by = reversed.pay_by;
        self.remind_at = reversed.remind_at;
        self.notice_at = reversed.notice_at;
        self.abandoned_at = reversed.abandoned_at;
        self.reminded = false;
        self.failed = None;
        self.deadlines_passed.clear();
        self.reference = None;
        self.paid_at = None;
    }

    /// Its deadlines start again when the appeal is decided.
    fn appealed(&mut self, noted: &AppealNoted) {
        let mut owed = self.as_owed();
        owed.appealed(noted);
        if let Due::Held { notice_at, abandoned_at } = owed.due {
            (self.notice_at, self.abandoned_at) = (Some(notice_at), Some(abandoned_at));
        }
        (self.pay_by, self.remind_at) = (owed.owed.pay_by, owed.owed.remind_at);
        self.owed_since = owed.since;
        self.reminded = owed.is_reminded;
        self.deadlines_passed = owed.passed;
    }

    /// The same as the domain knows it, for what it waits for and for totals.
    pub(crate) fn as_owed(&self) -> OwedPayment {
        let payment = OpenedPayment {
            payment: self.payment,
            kind: self.kind,
            from: self.from,
            to: self.to,
            payee: self.payee.clone(),
            amount: self.amount,
            rule: self.rule.clone(),
            note: self.note.clone(),
            pay_by: self.pay_by,
            remind_at: self.remind_at,
        };
        let mut owed =
            OwedPayment::new(&payment, self.notice_at, self.abandoned_at, self.owed_since);
        owed.in_collection = self.state == PaymentState::InCollection;
        owed.passed.clone_from(&self.deadlines_passed);
        owed.is_reminded = self.reminded;
        owed.reversals.clone_from(&self.reversals);
        match (self.state, &self.reference, self.paid_at) {
            (PaymentState::Paid, Some(reference), Some(paid_at)) => {
                owed.stage = PaymentStage::Paid { reference: reference.clone(), paid_at };
            }
            (PaymentState::WrittenOff, ..) => owed.stage = PaymentStage::WrittenOff,
            _ => {}
        }
        owed
    }
}

impl PgTable for Payments {
    const NAME: &'static str = "payments";
    const KEY: &'static str = "payment";
    type Event = SettlementEvent;
    type Row = PaymentRow;
    const COLUMNS: Columns<PaymentRow> = Columns::with_document(&[
        Column::owned_text("settlement", |row| row.settlement.to_string()),
        Column::text("state", |row| row.state.name()),
    ]);

    fn key(event: &SettlementEvent, _record: &Record) -> Option<String> {
        match event {
            SettlementEvent::PaymentAdded(added) => Some(added.payment.payment.to_string()),
            SettlementEvent::PaymentPaid(paid) => Some(paid.payment.to_string()),
            SettlementEvent::PaymentFailed(failed) => Some(failed.payment.to_string()),
            SettlementEvent::DeadlinePassed(passed) => Some(passed.payment.to_string()),
            SettlementEvent::PaymentReversed(reversed) => Some(reversed.payment.to_string()),
            SettlementEvent::ReminderSent(sent) => Some(sent.payment.to_string()),
            SettlementEvent::CollectionStarted(started) => Some(started.payment.to_string()),
            SettlementEvent::Opened(_)
            | SettlementEvent::WorkNoted(_)
            | SettlementEvent::AppealNoted(_)
            | SettlementEvent::WrittenOff(_)
            | SettlementEvent::OutcomeChanged(_)
            | SettlementEvent::Closed(_) => None,
        }
    }

    fn keys(event: &SettlementEvent, record: &Record) -> Vec<String> {
        match event {
            SettlementEvent::Opened(opened) => {
                opened.payments.iter().map(|payment| payment.payment.to_string()).collect()
            }
            SettlementEvent::WrittenOff(fallen) => {
                fallen.payments.iter().map(ToString::to_string).collect()
            }
            SettlementEvent::WorkNoted(noted) => {
                noted.payments.iter().map(ToString::to_string).collect()
            }
            SettlementEvent::AppealNoted(noted) => {
                noted.held.iter().chain(&noted.others).map(ToString::to_string).collect()
            }
            _ => Self::key(event, record).into_iter().collect(),
        }
    }

    fn evolve(
        row: Option<PaymentRow>,
        event: &SettlementEvent,
        _record: &Record,
    ) -> Option<PaymentRow> {
        let mut row = row?;
        match event {
            SettlementEvent::PaymentPaid(paid) => {
                row.state = PaymentState::Paid;
                row.reference = Some(paid.reference.clone());
                row.paid_at = Some(paid.paid_at);
            }
            SettlementEvent::PaymentFailed(failed) => {
                if row.state != PaymentState::InCollection {
                    row.state = PaymentState::Failed;
                }
                row.failed = Some(FailedRow::after(row.failed.take(), failed));
            }
            SettlementEvent::DeadlinePassed(passed) => row.deadlines_passed.push(passed.deadline),
            SettlementEvent::PaymentReversed(reversed) => row.reversed(reversed),
            SettlementEvent::ReminderSent(_) => row.reminded = true,
            SettlementEvent::WorkNoted(noted) => {
                row.notice_at = noted.notice_at;
                row.abandoned_at = noted.abandoned_at;
                row.deadlines_passed.clear();
            }
            SettlementEvent::AppealNoted(noted) => row.appealed(noted),
            SettlementEvent::CollectionStarted(_) => row.state = PaymentState::InCollection,
            SettlementEvent::WrittenOff(_) => row.state = PaymentState::WrittenOff,
            SettlementEvent::Opened(_)
            | SettlementEvent::PaymentAdded(_)
            | SettlementEvent::OutcomeChanged(_)
            | SettlementEvent::Closed(_) => return None,
        }
        Some(row)
    }

    fn evolve_key(
        key: &str,
        row: Option<PaymentRow>,
        event: &SettlementEvent,
        record: &Record,
    ) -> Option<PaymentRow> {
        match event {
            SettlementEvent::Opened(opened) => PaymentRow::opened(opened, key, record.time),
            SettlementEvent::PaymentAdded(added) => Some(PaymentRow::added(added, record.time)),
            _ => Self::evolve(row, event, record),
        }
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::OrderId;

    use super::*;

    #[test]
    fn the_attempt_that_failed_last_is_shown_whatever_is_reported_later() {
        let settlement = OrderId::new("WD3YT8B7PZJCNBKJJ8ZYR0QTJ0".parse().unwrap());
        let settlement = settlement.device(1, 1).settlement(1);
        let failed = |attempt, code: &str, at: &str| PaymentFailed {
            settlement,
            payment: settlement.payment(1),
            attempt,
            code: Some(code.to_owned()),
            reason: None,
            failed_at: at.parse().unwrap(),
        };
        let (early, middle, late) =
            ("2025-06-01T00:00:00Z", "2025-06-02T00:00:00Z", "2025-06-03T00:00:00Z");
        let mut row = None;
        for (reported, attempts, code) in [
            (failed(1, "a", middle), 1, "a"),
            (failed(2, "b", late), 2, "b"),
            (failed(1, "corrected", middle), 2, "b"),
            (failed(3, "c", early), 3, "b"),
            (failed(2, "corrected", late), 3, "corrected"),
        ] {
            let shown = FailedRow::after(row.take(), &reported);
            assert_eq!((shown.attempts, shown.code.as_deref()), (attempts, Some(code)));
            row = Some(shown);
        }
    }
}
