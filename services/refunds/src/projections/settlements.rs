//! The table `settlements`: one row per settlement. Its payments are in `payments`.

use recourse_kernel::{ClaimId, Findings, Instant, Money, PolicyId, Record, SettlementId};
use recourse_runtime::projector::{Column, Columns, PgTable};
use recourse_terms::{Country, Outcome, Provider, TermsRef};
use serde::{Deserialize, Serialize};

use super::PaymentRow;
use crate::domain::SettlementEvent;
use crate::domain::events::{Deadline, Opened, SettlementReason};
use crate::domain::state::{Settlement, Work};

pub struct Settlements;

/// A settlement as it is read. This is the format of `GET /v1/settlements/{settlement}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementRow {
    pub settlement: SettlementId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    /// The policy that the claim or the refund belongs to.
    pub policy: PolicyId,
    pub provider: Provider,
    /// The buyer's pseudonym.
    pub buyer: String,
    pub reason: SettlementReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The terms that the amounts were calculated from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsRef>,
    pub opened_at: Instant,
    /// When a buyer who has not paid gets a notice (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Instant>,
    /// When the device of a buyer who has not paid counts as abandoned (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Instant>,
    /// The country of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The repair that was paid for and is not done yet (M11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
    /// When the shop had done the repair that the buyer pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repaired_at: Option<Instant>,
    /// Whether an appeal against the verdict is open, which pauses the buyer's deadlines (C11).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub appealed: bool,
    /// When nothing was due any more, except what is in collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Instant>,
    /// The total that was paid when it was closed, one sum per currency; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Vec<Money>>,
    /// The rules that were checked when it was opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

impl SettlementRow {
    /// Whether something is still due, apart from what is in collection.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    fn opened(opened: &Opened, at: Instant) -> Self {
        Self {
            settlement: opened.settlement,
            claim: opened.claim,
            policy: opened.policy,
            provider: opened.provider.clone(),
            buyer: opened.buyer.clone(),
            reason: opened.reason,
            outcome: opened.outcome,
            terms: opened.terms.clone(),
            opened_at: at,
            notice_at: opened.notice_at,
            abandoned_at: opened.abandoned_at,
            country: opened.country,
            work: None,
            repaired_at: None,
            appealed: false,
            closed_at: None,
            paid: None,
            findings: opened.findings.clone(),
        }
    }

    /// The settlement as the domain knows it, for what it waits for and for totals.
    pub(crate) fn as_settlement(&self, payments: &[PaymentRow]) -> Settlement {
        let payments = payments.iter().map(|row| (row.payment, row.as_owed()));
        Settlement {
            claim: self.claim,
            policy: self.policy,
            buyer: self.buyer.clone(),
            provider: self.provider.clone(),
            terms: self.terms.clone(),
            country: self.country,
            outcome: self.outcome,
            cash: None,
            payments: payments.collect(),
            work: self.work,
            is_repaired: self.repaired_at.is_some(),
            is_appealed: self.appealed,
            is_closed: !self.is_open(),
        }
    }

    fn reopened(self) -> Self {
        Self { closed_at: None, paid: None, ..self }
    }

    /// M11: a claim that ends otherwise owes no repair.
    fn settled_as(self, outcome: Option<Outcome>) -> Self {
        let outcome = outcome.or(self.outcome);
        let work = self.work.filter(|_| outcome == Some(Outcome::RepairedAtBuyersCost));
        Self { outcome, work, ..self }
    }
}

impl PgTable for Settlements {
    const NAME: &'static str = "settlements";
    const KEY: &'static str = "settlement";
    type Event = SettlementEvent;
    type Row = SettlementRow;
    const COLUMNS: Columns<SettlementRow> = Columns::with_document(&[
        Column::nullable_text("claim", |row| Some(row.claim?.to_string())),
        Column::owned_text("policy", |row| row.policy.to_string()),
        Column::text("buyer", |row| &row.buyer),
        Column::boolean("is_open", SettlementRow::is_open),
    ]);

    fn key(event: &SettlementEvent, _record: &Record) -> Option<String> {
        match event {
            SettlementEvent::PaymentFailed(_)
            | SettlementEvent::ReminderSent(_)
            | SettlementEvent::CollectionStarted(_) => None,
            _ => Some(event.settlement().to_string()),
        }
    }

    fn evolve(
        row: Option<SettlementRow>,
        event: &SettlementEvent,
        record: &Record,
    ) -> Option<SettlementRow> {
        if let SettlementEvent::Opened(opened) = event {
            return Some(SettlementRow::opened(opened, record.time));
        }
        let mut row = row?;
        Some(match event {
            // An added payment opens it again, and so does a reversed one.
            SettlementEvent::PaymentAdded(added) => SettlementRow {
                notice_at: added.notice_at.or(row.notice_at),
                abandoned_at: added.abandoned_at.or(row.abandoned_at),
                ..row.reopened().settled_as(added.outcome)
            },
            SettlementEvent::PaymentReversed(reversed) => {
                row.work = row.work.filter(|work| work.payment != reversed.payment);
                row.reopened()
            }
            SettlementEvent::PaymentPaid(paid) => {
                let (payment, paid_at) = (paid.payment, paid.paid_at);
                let work = paid.work_by.map(|by| Work { payment, paid_at, by, is_late: false });
                SettlementRow { work: work.or(row.work), ..row }
            }
            SettlementEvent::DeadlinePassed(passed) => {
                let is_work = passed.deadline == Deadline::PaidRepair;
                let late = |work: Work| Work { is_late: work.is_late || is_work, ..work };
                SettlementRow { work: row.work.map(late), ..row }
            }
            SettlementEvent::WorkNoted(noted) => SettlementRow {
                work: None,
                repaired_at: Some(noted.repaired_at),
                notice_at: noted.notice_at.or(row.notice_at),
                abandoned_at: noted.abandoned_at.or(row.abandoned_at),
                ..row
            },
            SettlementEvent::AppealNoted(noted) => SettlementRow {
                appealed: noted.open,
                notice_at: noted.notice_at.or(row.notice_at),
                abandoned_at: noted.abandoned_at.or(row.abandoned_at),
                ..row
            },
            SettlementEvent::WrittenOff(fallen) => row.settled_as(fallen.outcome),
            SettlementEvent::OutcomeChanged(changed) => row.settled_as(Some(changed.outcome)),
            SettlementEvent::Closed(closed) => SettlementRow {
                closed_at: Some(closed.closed_at),
                paid: Some(closed.paid.clone()),
                ..row
            },
            _ => row,
        })
    }
}
