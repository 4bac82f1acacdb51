//! What a shop learns about the buyer, and when it was read (A2). These are stable formats.

use recourse_kernel::{ClaimId, Instant, JobId, Principal, Sealed};
use serde::{Deserialize, Serialize};

/// The shop that holds the job asked for personal data of the claim. Written before the data is
/// shown, once for each access.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disclosed {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// The shop that reads it.
    pub by: Principal,
    /// When it asked.
    pub at: Instant,
    /// What it reads.
    pub what: Vec<Personal>,
    /// The photo that it reads, by SHA-256, if it reads one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
}

/// A kind of personal data that a shop may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// What the buyer wrote about the defects.
    Defect,
    /// The buyer's name, email, phone number and return address.
    Contact,
    /// One of the photos of the form.
    Photo,
}

/// The buyer reported another defect, which the shop can read like the one on the form (C4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefectNoted {
    /// The claim that the defect joined.
    pub claim: ClaimId,
    /// The defect's number within the claim; the one on the form is 1.
    pub defect: u32,
    /// The buyer's description, sealed with the buyer's key.
    pub text: Sealed,
    /// When it joined the claim.
    pub at: Instant,
}
