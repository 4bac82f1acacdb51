//! Commands that are derived from other services' facts. They never leave the process, but their
//! type names appear in `input_noted` and `command_refused`.

use recourse_kernel::{ClaimId, Instant, Sealed};
use serde::{Deserialize, Serialize};

use super::events::{AppealOf, Remedy};

/// A claim continues an earlier one about the same defect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteChain {
    pub claim: ClaimId,
    pub first: ClaimId,
    /// The claim's position in the chain, starting with 1.
    pub position: u32,
    /// The number of consecutive earlier repairs that did not cure the defect, if reported (T6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repairs: Option<u32>,
}

/// The buyer reported another defect of the device (C4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteDefect {
    pub claim: ClaimId,
    /// The defect's number within the claim; the one on the form is 1.
    pub defect: u32,
    /// The buyer's description, sealed with the buyer's key.
    pub text: Sealed,
    /// When it joined the claim.
    pub at: Instant,
}

/// The buyer was asked a question, or answered it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteQuestion {
    pub claim: ClaimId,
    /// The question's number within the claim.
    pub question: u32,
    /// When it was asked, answered, or lapsed.
    pub at: Instant,
    /// Whether its days passed without an answer.
    #[serde(default)]
    pub lapsed: bool,
}

/// The buyer has to answer an offer, or no longer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteOffer {
    pub claim: ClaimId,
    /// Whether the buyer's answer is awaited.
    pub awaited: bool,
    /// Since when.
    pub at: Instant,
}

/// An appeal was made, or it ended without changing the verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteAppeal {
    pub claim: ClaimId,
    pub of: AppealOf,
    /// Whether its decision is awaited.
    pub open: bool,
    /// Since when.
    pub at: Instant,
}

/// The bank took back what the buyer had paid (M12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteReversal {
    pub claim: ClaimId,
    /// Whether it was the price of the repair.
    pub for_the_repair: bool,
    /// When that was recorded.
    pub at: Instant,
}

/// An appeal against the verdict was upheld.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteOverturned {
    pub claim: ClaimId,
    /// When the appeal was decided.
    pub at: Instant,
}

/// The claim's decision about the device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteRemedy {
    pub claim: ClaimId,
    pub remedy: Remedy,
    /// When it was decided; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
}

/// The buyer has not paid for so long that the device counts as abandoned (M8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteAbandonment {
    /// The claim that was not paid for.
    pub claim: ClaimId,
    /// Since when the device counts as abandoned.
    pub at: Instant,
}

/// A fact about a whole claim, such as its withdrawal or the payment of its settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfClaim {
    pub claim: ClaimId,
    /// When the other service recorded it.
    pub at: Instant,
}
