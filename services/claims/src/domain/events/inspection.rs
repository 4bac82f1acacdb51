//! Stage 3, inspection: what happened to the device at the shop or in transit, and the verdict.

use recourse_kernel::{ClaimId, Findings, Instant, JobId, Money, Principal, ShipmentId};
use recourse_terms::{Cause, Serial, ShipmentFact, TermsRef, Verdict};
use serde::{Deserialize, Serialize};

/// Something happened to the device at the shop or in transit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobNoted {
    pub claim: ClaimId,
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    pub what: Progress,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<Shipment>,
    /// Id of the shop, if the job was opened there or moved there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// Serial number or IMEI of a replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    /// Serials read from the device at the shop: one, or both of its IMEIs (C6).
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
    /// Until when the provider chooses a remedy, or compensates a loss (M8, T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_by: Option<Instant>,
}

/// What can happen to a device at the shop or in transit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// A shop was found for the job.
    Opened,
    /// No shop was found for the job.
    RoutingFailed,
    /// The job moved to another shop.
    Moved,
    ShipmentBooked,
    ShipmentPickedUp,
    ShipmentDelivered,
    ShipmentLost,
    /// The receipt of a shipment was added (M13).
    ReceiptAdded,
    /// The booking was cancelled before the shipment was picked up (M13).
    ShipmentCancelled,
    /// The device was damaged in transit (M8).
    ShipmentDamaged,
    /// The shop received the device.
    Received,
    /// The shop received a device whose serial is not the claim's.
    SerialMismatch,
    Repaired,
    /// The device is beyond repair (T5, T6).
    BeyondRepair,
    /// A later report corrects the end of a shipment that was presumed (T11, M8).
    ShipmentCorrected,
    /// The buyer did not hand the device over in time (T11).
    NotHandedOver,
    /// A part is overdue, so the buyer may withdraw free of charge (T9).
    PartsOverdue,
    /// The buyer cancelled a repair that was paid for and not done, or whose parts are late (M11,
    /// T9).
    RepairCancelled,
    /// The repaired or returned device left the shop for the buyer.
    HandedOver,
    /// The buyer did not collect the device, or did not pay, so it counts as abandoned (M8).
    Abandoned,
    /// A replacement was sent to the buyer.
    ReplacementSent,
}

/// How a shipment ended, as a later report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentEnd {
    Delivered,
    Lost,
    /// It came back to where it was sent from, or to the shop.
    Arrived,
}

/// One shipment, by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    pub id: ShipmentId,
    /// Its details; present only when it was booked.
    #[serde(flatten)]
    pub fact: Option<ShipmentFact>,
}

/// The verdict of one of several defects (C4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefectVerdict {
    /// Number of the defect in the claim; the one on the form is 1.
    pub defect: u32,
    /// Cause of this defect, if the shop named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    pub verdict: Verdict,
}

/// The shop found the defect and its cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictRecorded {
    pub claim: ClaimId,
    /// Job id of the shop visit, `job_…`.
    pub job: JobId,
    pub verdict: Verdict,
    /// Cause of the defect, as the shop found it.
    pub cause: Cause,
    /// The verdicts of single defects, if they differ from it (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<DefectVerdict>,
    /// Who found it; an appeal goes to another reviewer.
    pub by: Principal,
    /// When the shop found it.
    pub found_at: Instant,
    /// Whether the earlier repairs put the device beyond repair (T6).
    #[serde(default)]
    pub third_unsuccessful: bool,
    /// From when the buyer's days for an appeal count: when the verdict was recorded, however early
    /// the shop found it (T12). Absent if there is nothing to appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_from: Option<Instant>,
    /// First instant at which an appeal is too late; absent if there is nothing to appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<Instant>,
    /// Until when the provider chooses the remedy or, for a verdict against the buyer, makes an
    /// offer (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_by: Option<Instant>,
    /// Version of the terms that this decision follows.
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}
