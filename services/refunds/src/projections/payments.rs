//! The table `payments`: one row per payment, with its state.

use recourse_kernel::{Instant, Money, PaymentId, Record, SettlementId};
use recourse_runtime::projector::{Column, Columns, PgTable};
use recourse_terms::{Party, PaymentKind};
use serde::{Deserialize, Serialize};

use crate::domain::SettlementEvent;
use crate::domain::events::{Deadline, Opened, OpenedPayment, Payee, PaymentFailed};

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
    /// Since when it has been owed.
    pub owed_since: Instant,
    /// The number of failed attempts, and why the last one failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<FailedRow>,
    /// The deadlines that were missed (M8).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deadlines_passed: Vec<Deadline>,
    /// The gateway's reference of the transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Instant>,
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
            Self::Paid => "paid",
            Self::WrittenOff => "written_off",
        }
    }
}

impl PaymentRow {
    fn opened(opened: &Opened, key: &str, at: Instant) -> Option<Self> {
        let payment = opened.payments.iter().find(|payment| payment.payment.to_string() == key)?;
        Some(Self::owed(payment, at))
    }

    fn owed(payment: &OpenedPayment, at: Instant) -> Self {
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
            failed: None,
            deadlines_passed: Vec::new(),
            reference: None,
            paid_at: None,
        }
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
            SettlementEvent::Opened(_)
            | SettlementEvent::WrittenOff(_)
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
                row.state = PaymentState::Failed;
                row.failed = Some(FailedRow::after(row.failed.take(), failed));
            }
            SettlementEvent::DeadlinePassed(passed) => row.deadlines_passed.push(passed.deadline),
            SettlementEvent::WrittenOff(_) => row.state = PaymentState::WrittenOff,
            SettlementEvent::Opened(_)
            | SettlementEvent::PaymentAdded(_)
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
            SettlementEvent::PaymentAdded(added) => {
                Some(PaymentRow::owed(&added.payment, record.time))
            }
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
