//! Facts of other services as commands, translated by [`crate::reactions`]; never on a topic.

use chrono::NaiveDate;
use chrono_tz::Tz;
use recourse_kernel::{
    ClaimId, DeviceId, DisputeId, Instant, JobId, Money, OrderId, PolicyId, Principal, SettlementId,
};
use recourse_terms::{Cause, Outcome, Serial, Verdict};
use serde::{Deserialize, Serialize};

use crate::domain::events::{
    CoverageChange, CoverageEnd, DefectVerdict, DisputeState, MoneyProgress, PolicyCoverage,
    Progress, Shipment, ShipmentEnd,
};

/// A fact about a policy, reported by warranty-sales.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteCoverage {
    pub policy: PolicyId,
    pub fact: CoverageFact,
}

/// Facts about a policy from warranty-sales.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageFact {
    Sold(Box<PolicyCoverage>),
    /// Its coverage dates are known.
    Scheduled {
        #[serde(flatten)]
        days: CoverageDates,
        /// Whether this corrects earlier dates.
        corrected: bool,
    },
    Started,
    /// Total that the seller has refunded of the device's price so far.
    Refunded(Money),
    Cancelled(CoverageEnd),
    Ended(CoverageEnd),
}

/// Coverage dates of a policy, as warranty-sales calculated them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CoverageDates {
    /// The date from which its months count.
    pub counted_from: NaiveDate,
    /// First instant of coverage.
    pub starts: Instant,
    /// First instant after coverage.
    pub ends: Instant,
    /// Time zone in which the policy's days are counted.
    pub zone: Tz,
    /// When the device was delivered, if known.
    #[serde(default)]
    pub delivered_at: Option<Instant>,
    /// Time zone of the place of delivery.
    #[serde(default)]
    pub delivery_zone: Option<Tz>,
}

impl CoverageFact {
    /// The kind of change that the fact is.
    pub(crate) fn change(&self) -> CoverageChange {
        match self {
            Self::Sold(_) => CoverageChange::Sold,
            Self::Scheduled { .. } => CoverageChange::Scheduled,
            Self::Started => CoverageChange::Started,
            Self::Refunded(_) => CoverageChange::Changed,
            Self::Cancelled(_) => CoverageChange::Cancelled,
            Self::Ended(_) => CoverageChange::Ended,
        }
    }
}

/// The order was completed, as reported by order-intake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteOrder {
    pub order: OrderId,
    /// When the order was completed.
    pub completed_at: Instant,
}

/// A fact about a dispute, reported by order-intake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteDispute {
    pub dispute: DisputeId,
    /// Device id: one unit of an order line.
    pub device: DeviceId,
    /// Open, or decided with an outcome.
    pub state: DisputeState,
    /// When it was opened or decided.
    pub at: Instant,
}

/// A fact about a job, reported by repair-shops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteJob {
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    pub what: Progress,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<Shipment>,
    /// Id of the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// Serial number or IMEI of a replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    /// Serials read from the device at the shop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<Serial>,
    /// How a shipment ended after all, if a later report corrects what was presumed (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<ShipmentEnd>,
    /// The amount on the receipt of a shipment that the buyer paid (M13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Money>,
    pub at: Instant,
    /// From when it counts for the provider's clocks, if the buyer reported it after it happened:
    /// when it was recorded (T12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts_from: Option<Instant>,
}

/// The shop's findings, reported by repair-shops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordVerdict {
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    pub verdict: Verdict,
    /// Cause of the defect, as the shop found it.
    pub cause: Cause,
    pub by: Principal,
    /// When the shop found it.
    pub found_at: Instant,
    /// Further defects found during the inspection (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_found: Vec<Cause>,
    /// Verdicts of single defects, if they differ (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<DefectVerdict>,
}

/// A fact about a claim's settlement, reported by refunds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteSettlement {
    pub claim: ClaimId,
    pub settlement: SettlementId,
    /// What happened to the payments.
    pub what: MoneyProgress,
    /// The outcome by refunds, if it is over (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    pub at: Instant,
}
