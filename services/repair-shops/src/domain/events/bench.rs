//! Work at the shop, from the receipt to the result. These are stable formats.

use chrono::NaiveDate;
use recourse_kernel::{ClaimId, Findings, Instant, JobId, Principal, Sealed};
use recourse_terms::{Cause, Serial, Verdict};
use serde::{Deserialize, Serialize};

use super::evidence::{Acknowledgement, PhotoReference, Work};

/// The shop received a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The shop's id.
    pub shop: String,
    /// The serial read from the device.
    pub serial: Serial,
    /// The device's second IMEI, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_serial: Option<Serial>,
    /// Whether one of the serials is the claimed one. If not, the device is in quarantine.
    pub serial_matches: bool,
    /// The device's condition, as described by the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    pub received_at: Instant,
    /// T4: when the repair is due if the clock is never paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_by: Option<Instant>,
    /// Until when the shop inspects it (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspect_by: Option<Instant>,
    /// Until when the provider resolves the quarantine (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_by: Option<Instant>,
    /// By when a device that goes back as it came leaves the shop (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_back: Option<GoesBack>,
    /// Photos taken then, in the provider's own store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoReference>,
    /// The other party's confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
}

/// A device in quarantine turned out to be the claimed one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SerialResolved {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The serial that is valid from now on.
    pub serial: Serial,
    /// How the serial was established.
    pub note: String,
    /// Until when the shop inspects the device (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspect_by: Option<Instant>,
}

/// How, and by when, something leaves the shop for its buyer (T11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoesBack {
    /// The shop sends it.
    Sent {
        /// The first instant at which sending it is too late.
        by: Instant,
    },
    /// The buyer, who lives nearby and brought it in person, collects it.
    Collected {
        /// The first instant at which collecting it is too late.
        by: Instant,
        /// When the buyer is reminded.
        remind_at: Instant,
        /// When it counts as abandoned (M8).
        abandoned_at: Instant,
    },
}

/// The kind of a defect. Coverage includes electrical and mechanical defects from normal use, and
/// visible manufacturing defects if the terms say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    Electrical,
    Mechanical,
    Visible,
    Other,
}

/// The verdict of one of the claim's defects (C4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefectFound {
    /// The number of the defect in the claim, from 1.
    pub defect: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspected {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    pub verdict: Verdict,
    /// The cause of the defect, as the shop's code or description.
    pub cause: Cause,
    /// The kind of defect, if the shop states it; coverage is limited to some kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<Nature>,
    /// Further defects found during the inspection; they join the claim (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_found: Vec<Cause>,
    /// The verdicts of single defects, if they differ (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<DefectFound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
    pub inspected_at: Instant,
    /// When it was reported; a verdict against the buyer pauses the clock from then on (T12).
    pub reported_at: Instant,
    /// The rules that were checked.
    pub findings: Findings,
}

/// The repair waits for a part, or waits longer than announced (T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartsAwaited {
    /// The job that the event belongs to.
    pub job: JobId,
    pub part: String,
    pub ordered_at: Instant,
    /// The expected arrival date, in the shop's time zone.
    pub expected_on: NaiveDate,
    /// The first date that was promised for this part.
    pub first_expected_on: NaiveDate,
    /// When it was reported; the clock is paused from then on.
    pub reported_at: Instant,
    /// Why there is a new date, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A part arrived (T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartsArrived {
    /// The job that the event belongs to.
    pub job: JobId,
    pub part: String,
    pub arrived_at: Instant,
    /// Why it arrived late, if it did (T9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repaired {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// When the repair was finished.
    pub repaired_at: Instant,
    /// T4: the counted time on the bench, in seconds.
    pub counted_seconds: i64,
    /// T3, T8: by when a device repaired under an exchange policy must be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_by: Option<Instant>,
    /// By when a device under another policy leaves the shop (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_back: Option<GoesBack>,
    /// What was done, in codes, and the parts used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
}

/// Why a device is beyond repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeyondRepairBecause {
    /// Too many counted days on the bench (T5).
    CountedDays,
    /// Repaired as often as the terms require, without a cure (T6).
    ThirdRepair,
    /// The inspection found that it cannot be repaired.
    FoundSo,
}

/// The provider declared the device beyond repair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclaredBeyondRepair {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    pub because: BeyondRepairBecause,
    pub at: Instant,
    /// Who approved the declaration of a partner shop; absent if none was needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Approval>,
    /// The rules that were checked.
    pub findings: Findings,
}

/// How the provider approved a declaration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    BySilence,
    ByPrincipal(Principal),
}

/// A partner shop declares the device beyond repair, which only the provider may do (T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BeyondRepairProposed {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    pub because: BeyondRepairBecause,
    pub by: Principal,
    pub at: Instant,
    /// Until when the provider answers; silence approves.
    pub approve_by: Instant,
    /// The rules that were checked.
    pub findings: Findings,
}

/// The provider declined the declaration of a partner shop; the repair continues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BeyondRepairDeclined {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    pub by: Principal,
    pub at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Why the buyer may cancel a repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelledBecause {
    /// It was paid for, and was not done within twice its days (M11).
    LatePaidRepair,
    /// A part is overdue (T9).
    LateParts,
}

/// The buyer cancelled a repair, free of charge (M11, T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepairCancelled {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    pub because: CancelledBecause,
    pub at: Instant,
    /// The rules that were checked.
    pub findings: Findings,
}
