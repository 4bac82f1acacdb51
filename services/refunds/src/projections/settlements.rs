//! The table `settlements`: one row per settlement. Its payments are in `payments`.

use recourse_kernel::{ClaimId, Findings, Instant, Money, PolicyId, Record, SettlementId};
use recourse_runtime::projector::{Column, Columns, PgTable};
use recourse_terms::{Outcome, Provider, TermsRef};
use serde::{Deserialize, Serialize};

use crate::domain::SettlementEvent;
use crate::domain::events::{Opened, SettlementReason};

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
    /// When everything was paid or written off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Instant>,
    /// The total that was paid, one sum per currency; absent while the settlement is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Vec<Money>>,
    /// The rules that were checked when it was opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

impl SettlementRow {
    /// Whether something is still owed.
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
            closed_at: None,
            paid: None,
            findings: opened.findings.clone(),
        }
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
            SettlementEvent::Opened(_)
            | SettlementEvent::PaymentAdded(_)
            | SettlementEvent::WrittenOff(_)
            | SettlementEvent::Closed(_) => Some(event.settlement().to_string()),
            _ => None,
        }
    }

    fn evolve(
        row: Option<SettlementRow>,
        event: &SettlementEvent,
        record: &Record,
    ) -> Option<SettlementRow> {
        match event {
            SettlementEvent::Opened(opened) => Some(SettlementRow::opened(opened, record.time)),
            // An added payment opens it again.
            SettlementEvent::PaymentAdded(added) => {
                let row = row?;
                Some(SettlementRow {
                    outcome: added.outcome.or(row.outcome),
                    closed_at: None,
                    paid: None,
                    notice_at: added.notice_at.or(row.notice_at),
                    abandoned_at: added.abandoned_at.or(row.abandoned_at),
                    ..row
                })
            }
            SettlementEvent::WrittenOff(fallen) => {
                let row = row?;
                Some(SettlementRow { outcome: fallen.outcome.or(row.outcome), ..row })
            }
            SettlementEvent::Closed(closed) => Some(SettlementRow {
                closed_at: Some(closed.closed_at),
                paid: Some(closed.paid.clone()),
                ..row?
            }),
            _ => None,
        }
    }
}
