//! Facts of other services as commands, translated by [`crate::reactions`]; never on a topic.

use chrono::NaiveDate;
use chrono_tz::Tz;
use recourse_kernel::{
    ClaimId, DeviceId, DisputeId, Instant, JobId, Money, OrderId, PolicyId, Principal, SettlementId,
};
use recourse_terms::{Cause, Serial, Verdict};
use serde::{Deserialize, Serialize};

use crate::domain::events::{
    CoverageChange, CoverageEnd, DisputeState, MoneyProgress, PolicyCoverage, Progress, Shipment,
};

/// A fact about a policy, reported by warranty-sales.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteCoverage {
    /// Policy id, `pol_…`.
    pub policy: PolicyId,
    /// The fact.
    pub fact: CoverageFact,
}

/// Facts about a policy from warranty-sales.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageFact {
    /// The policy was sold.
    Sold(Box<PolicyCoverage>),
    /// Its coverage dates are known.
    Scheduled {
        /// The dates.
        #[serde(flatten)]
        days: CoverageDates,
        /// Whether this corrects earlier dates.
        corrected: bool,
    },
    /// Coverage started.
    Started,
    /// Total that the seller has refunded of the device's price so far.
    Refunded(Money),
    /// The policy was cancelled.
    Cancelled(CoverageEnd),
    /// The policy ended.
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
    /// Order id, `ord_…`.
    pub order: OrderId,
    /// When the order was completed.
    pub completed_at: Instant,
}

/// A fact about a dispute, reported by order-intake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteDispute {
    /// Dispute id, `dsp_…`.
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
    /// What happened.
    pub what: Progress,
    /// The shipment concerned.
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
    /// When it happened.
    pub at: Instant,
}

/// The shop's findings, reported by repair-shops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordVerdict {
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    /// The verdict.
    pub verdict: Verdict,
    /// Cause of the defect, as the shop found it.
    pub cause: Cause,
    /// Who found it.
    pub by: Principal,
    /// When the shop found it.
    pub found_at: Instant,
    /// Further defects found during the inspection (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_found: Vec<Cause>,
}

/// A fact about a claim's settlement, reported by refunds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteSettlement {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Settlement id, `stl_…`.
    pub settlement: SettlementId,
    /// What happened to the payments.
    pub what: MoneyProgress,
    /// When it happened.
    pub at: Instant,
}
