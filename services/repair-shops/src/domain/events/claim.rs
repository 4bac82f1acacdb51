//! What the claim and its settlement report about the device. These are stable formats.

use recourse_kernel::{ClaimId, DeviceId, DisputeId, Instant, JobId};
use serde::{Deserialize, Serialize};

use super::bench::GoesBack;

/// The seller agreed to a repair elsewhere in a dispute, so that repair is no reason for an
/// exclusion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepairAgreed {
    pub dispute: DisputeId,
    pub device: DeviceId,
}

/// A claim continues an earlier one about the same defect (T6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainNoted {
    pub claim: ClaimId,
    pub first: ClaimId,
    /// The claim's position in the chain, starting with 1.
    pub position: u32,
    /// T6: the number of consecutive earlier repairs, here and elsewhere, that did not cure the
    /// defect, as counted by the claims service; absent if not reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repairs: Option<u32>,
}

/// The buyer was asked a question; this may pause the clock (T4, C3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerAwaited {
    /// The claim that the question belongs to.
    pub claim: ClaimId,
    /// The question's number within the claim.
    pub question: u32,
    pub since: Instant,
}

/// The buyer answered a question, or its days are over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerNoted {
    /// The claim that the question belongs to.
    pub claim: ClaimId,
    /// The question's number within the claim.
    pub question: u32,
    pub at: Instant,
    /// Whether the days passed without an answer; the work continues without it (T12).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lapsed: bool,
}

/// The buyer's answer to an offer is awaited, or no longer; this pauses the clock (T12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferNoted {
    pub claim: ClaimId,
    /// Whether the buyer has to answer now.
    pub awaited: bool,
    /// Since when.
    pub at: Instant,
}

/// What the buyer appealed against, as far as it concerns the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOf {
    /// While this is open, the device stays at the shop.
    Verdict,
    /// The chain of the claim (C12).
    Chain,
}

/// An appeal is open, or no longer; this pauses the clock and, if it is against the verdict, keeps
/// the device at the shop (C11, T12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppealNoted {
    /// The job that the event belongs to.
    pub job: JobId,
    pub claim: ClaimId,
    pub of: AppealOf,
    /// Whether it waits for its decision now.
    pub open: bool,
    /// Since when.
    pub at: Instant,
    /// By when what goes to the buyer leaves the shop, counted from the end of the appeal (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_back: Option<GoesBack>,
}

/// An appeal against the verdict was upheld: the defect is covered, what was decided about the
/// device no longer applies, and the count continues where it stopped (C11, T12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictOverturned {
    /// The job that the event belongs to.
    pub job: JobId,
    pub claim: ClaimId,
    /// When the appeal was decided.
    pub at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// The device is repaired at the provider's cost.
    Repair,
    Replacement,
    /// The buyer gets money; the device stays with the provider (M9).
    Cash,
    /// The device is repaired at the buyer's cost.
    PaidRepair,
    /// The device is returned as it came.
    ReturnUnrepaired,
}

impl Remedy {
    /// Name for people, as used in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Repair => "a repair",
            Self::Replacement => "a replacement",
            Self::Cash => "cash",
            Self::PaidRepair => "a repair at the buyer's cost",
            Self::ReturnUnrepaired => "the return of the device as it is",
        }
    }
}

/// The remedy to carry out, as decided by the claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemedyNoted {
    /// The job that the event belongs to.
    pub job: JobId,
    pub remedy: Remedy,
    /// Whether the device is kept until the buyer has paid what is owed (M3).
    pub must_be_paid_first: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_at: Option<Instant>,
    /// T3, T8: by when a replacement must be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_by: Option<Instant>,
    /// T3, T8: when a repair under an exchange policy is due if the clock is never paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_by: Option<Instant>,
    /// By when a device that goes back as it came leaves the shop (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_back: Option<GoesBack>,
}

/// The claim's settlement was paid in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentNoted {
    /// The job that the event belongs to.
    pub job: JobId,
    /// Whether only the buyer's share was paid, whatever others still owe.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_buyer: bool,
    /// When it was paid.
    pub at: Instant,
    /// By when a repair that was paid for is done if the clock is never paused (M11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_by: Option<Instant>,
    /// By when what waited for the payment leaves the shop (T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_back: Option<GoesBack>,
}

/// The buyer owes a further amount after everything was paid, for a shipment that was booked later
/// (M3), or because the bank took a payment back (M12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentAwaited {
    /// The job that the event belongs to.
    pub job: JobId,
    /// Since when.
    pub at: Instant,
    /// Whether it is the price of the repair, which then waits for it (M11).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_the_repair: bool,
}
