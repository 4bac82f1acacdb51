//! What a shop or a carrier records besides what the rules need: work and parts, photos,
//! acknowledgements, scans. Every field is optional; nothing is decided by them yet. These are
//! stable formats.

use recourse_kernel::{Instant, Money, Sealed};
use recourse_terms::Party;
use serde::{Deserialize, Serialize};

/// The work on a device, in the shop's or the manufacturer's codes. This is a stable format.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// What was done, in the technician's words, sealed with the technician's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Sealed>,
    /// What the buyer observed, as a code (such as IRIS).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symptom_code: Option<String>,
    /// What was defective, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defect_code: Option<String>,
    /// What was done about it, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_code: Option<String>,
    /// The parts that were replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<UsedPart>,
}

/// The receipt of what the buyer paid a carrier (M13). This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostageReceipt {
    /// The amount on it.
    pub amount: Money,
    /// The scan, stored as the photos of the claim are.
    pub photo: PhotoReference,
}

/// A part that was built in. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedPart {
    /// The manufacturer's part number.
    pub number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many; 1 if not stated.
    #[serde(default = "one")]
    pub quantity: u32,
    /// The serial of the new part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

fn one() -> u32 {
    1
}

/// A photo in the provider's own store. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoReference {
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type, such as `image/jpeg`.
    pub media_type: String,
}

/// The other party's confirmation of a receipt or a handover. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Who confirmed it: the buyer or the carrier.
    pub by: Party,
    pub at: Instant,
    /// What proves it, such as the number of a signed slip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A carrier's scan of a parcel. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    pub at: Instant,
    /// The carrier's code or status.
    pub code: String,
    /// Where: a city or a depot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}
