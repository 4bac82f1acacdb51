//! Work at the shop, from the receipt to the result. These are stable formats.

use chrono::NaiveDate;
use recourse_kernel::{ClaimId, Findings, Instant, JobId, Sealed};
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
    pub inspected_at: Instant,
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
    /// The rules that were checked.
    pub findings: Findings,
}
