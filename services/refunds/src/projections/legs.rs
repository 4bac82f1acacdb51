//! The table `legs`: one row an amount, and what became of it.

use recourse_kernel::{Instant, LegId, Money, Record, SettlementId};
use recourse_runtime::projector::Table;
use recourse_terms::{LegKind, Party};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::domain::SettlementEvent;
use crate::domain::events::{Deadline, Opened, OpenedLeg};

/// The table.
pub struct Legs;

/// An amount as it is read. This is a format: `GET /v1/legs` answers with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LegRow {
    /// The leg.
    pub leg: LegId,
    /// Its settlement.
    pub settlement: SettlementId,
    /// What it is for.
    pub kind: LegKind,
    /// Who pays.
    pub from: Party,
    /// Who is paid.
    pub to: Party,
    /// How much.
    pub amount: Money,
    /// The rule that asks for it.
    pub rule: String,
    /// What it is, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether it is paid.
    pub state: LegState,
    /// When it came to be owed.
    pub owed_since: Instant,
    /// How often it was tried in vain, and why last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<FailedRow>,
    /// The deadlines that have passed (M8).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deadlines_passed: Vec<Deadline>,
    /// The gateway's reference of the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Instant>,
}

/// The last failed attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedRow {
    /// Which attempt it was.
    pub attempts: u32,
    /// Why.
    pub reason: String,
    /// When.
    pub failed_at: Instant,
}

/// Whether an amount is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegState {
    /// Not paid yet.
    Owed,
    /// Paid.
    Paid,
    /// Owed no more: the device that it was owed for counts as abandoned (M8), or the claim was settled anew.
    WrittenOff,
}

impl LegState {
    /// The word in the table and in queries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Paid => "paid",
            Self::WrittenOff => "written_off",
        }
    }
}

impl LegRow {
    fn opened(opened: &Opened, key: &str, at: Instant) -> Option<Self> {
        let leg = opened.legs.iter().find(|leg| leg.leg.to_string() == key)?;
        Some(Self::owed(leg, at))
    }

    fn owed(leg: &OpenedLeg, at: Instant) -> Self {
        Self {
            leg: leg.leg,
            settlement: leg.leg.settlement(),
            kind: leg.kind,
            from: leg.from,
            to: leg.to,
            amount: leg.amount,
            rule: leg.rule.clone(),
            note: leg.note.clone(),
            state: LegState::Owed,
            owed_since: at,
            failed: None,
            deadlines_passed: Vec::new(),
            reference: None,
            paid_at: None,
        }
    }
}

impl Table for Legs {
    const NAME: &'static str = "legs";
    const KEY: &'static str = "leg";
    type Event = SettlementEvent;
    type Row = LegRow;

    fn key(event: &SettlementEvent, _record: &Record) -> Option<String> {
        match event {
            SettlementEvent::LegAdded(added) => Some(added.leg.leg.to_string()),
            SettlementEvent::LegPaid(paid) => Some(paid.leg.to_string()),
            SettlementEvent::LegFailed(failed) => Some(failed.leg.to_string()),
            SettlementEvent::DeadlinePassed(passed) => Some(passed.leg.to_string()),
            SettlementEvent::Opened(_)
            | SettlementEvent::WrittenOff(_)
            | SettlementEvent::Closed(_) => None,
        }
    }

    fn keys(event: &SettlementEvent, record: &Record) -> Vec<String> {
        match event {
            SettlementEvent::Opened(opened) => {
                opened.legs.iter().map(|leg| leg.leg.to_string()).collect()
            }
            SettlementEvent::WrittenOff(fallen) => {
                fallen.legs.iter().map(ToString::to_string).collect()
            }
            _ => Self::key(event, record).into_iter().collect(),
        }
    }

    fn evolve(row: Option<LegRow>, event: &SettlementEvent, _record: &Record) -> Option<LegRow> {
        let mut row = row?;
        match event {
            SettlementEvent::LegPaid(paid) => {
                row.state = LegState::Paid;
                row.reference = Some(paid.reference.clone());
                row.paid_at = Some(paid.paid_at);
            }
            SettlementEvent::LegFailed(failed) => {
                row.failed = Some(FailedRow {
                    attempts: failed.attempt,
                    reason: failed.reason.clone(),
                    failed_at: failed.failed_at,
                });
            }
            SettlementEvent::DeadlinePassed(passed) => row.deadlines_passed.push(passed.deadline),
            SettlementEvent::WrittenOff(_) => row.state = LegState::WrittenOff,
            SettlementEvent::Opened(_)
            | SettlementEvent::LegAdded(_)
            | SettlementEvent::Closed(_) => return None,
        }
        Some(row)
    }

    fn evolve_key(
        key: &str,
        row: Option<LegRow>,
        event: &SettlementEvent,
        record: &Record,
    ) -> Option<LegRow> {
        match event {
            SettlementEvent::Opened(opened) => LegRow::opened(opened, key, record.time),
            SettlementEvent::LegAdded(added) => Some(LegRow::owed(&added.leg, record.time)),
            _ => Self::evolve(row, event, record),
        }
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, LegRow)>> {
        let rows: Vec<(String, Json<LegRow>)> =
            sqlx::query_as("select leg, document from legs where leg = any($1)")
                .bind(keys)
                .fetch_all(connection)
                .await?;
        Ok(rows.into_iter().map(|(key, Json(row))| (key, row)).collect())
    }

    async fn save(connection: &mut PgConnection, rows: &[(String, LegRow)]) -> sqlx::Result<()> {
        sqlx::query(
            "insert into legs (leg, settlement, state, document)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::jsonb[])
             on conflict (leg) do update set
                 settlement = excluded.settlement, state = excluded.state,
                 document = excluded.document",
        )
        .bind(rows.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| row.settlement.to_string()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| row.state.name()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| Json(row)).collect::<Vec<_>>())
        .execute(connection)
        .await?;
        Ok(())
    }
}
