//! What a shop or a carrier records besides what the rules need: work and parts, photos,
//! acknowledgements, scans. Every field is optional; nothing is decided by them yet.

use recourse_kernel::{Instant, Sealed};
use recourse_terms::Party;
use serde::{Deserialize, Serialize};

use super::rejection::JobRejection;
use super::rules::text;

/// How many entries a list may have.
const MAX_ENTRIES: usize = 50;
/// The maximum length of a code, a number or a name, in characters.
const MAX_LENGTH: usize = 100;

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

/// A part that was built in. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedPart {
    /// The manufacturer's part number.
    pub number: String,
    /// The part's name.
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
    /// When.
    pub at: Instant,
    /// What proves it, such as the number of a signed slip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A carrier's scan of a parcel. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// When it was scanned.
    pub at: Instant,
    /// The carrier's code or status.
    pub code: String,
    /// Where: a city or a depot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

impl Work {
    /// Checks that codes and parts are short enough to keep.
    pub(super) fn checked(&self) -> Result<Self, JobRejection> {
        let codes = [&self.symptom_code, &self.defect_code, &self.repair_code];
        for code in codes.into_iter().flatten() {
            text("a code", code, MAX_LENGTH)?;
        }
        few("parts", self.parts.len())?;
        for part in &self.parts {
            text("a part number", &part.number, MAX_LENGTH)?;
            for words in [&part.name, &part.serial].into_iter().flatten() {
                text("a part", words, MAX_LENGTH)?;
            }
        }
        Ok(self.clone())
    }
}

/// Checks that references to photos are ones.
pub(super) fn photos(photos: &[PhotoReference]) -> Result<Vec<PhotoReference>, JobRejection> {
    few("photos", photos.len())?;
    for photo in photos {
        let is_hash =
            photo.sha256.len() == 64 && photo.sha256.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hash {
            return Err(JobRejection::NotASha256);
        }
        text("a media type", &photo.media_type, MAX_LENGTH)?;
    }
    Ok(photos.to_vec())
}

/// Checks an acknowledgement.
pub(super) fn acknowledged(
    acknowledgement: Option<&Acknowledgement>,
) -> Result<Option<Acknowledgement>, JobRejection> {
    if let Some(reference) = acknowledgement.and_then(|given| given.reference.as_deref()) {
        text("a reference", reference, MAX_LENGTH)?;
    }
    Ok(acknowledgement.cloned())
}

/// Checks a carrier's scans.
pub(super) fn scans(scans: &[Scan]) -> Result<Vec<Scan>, JobRejection> {
    few("scans", scans.len())?;
    for scan in scans {
        text("a scan's code", &scan.code, MAX_LENGTH)?;
        if let Some(location) = &scan.location {
            text("a location", location, MAX_LENGTH)?;
        }
    }
    Ok(scans.to_vec())
}

/// Checks a tracking number.
pub(super) fn tracking_number(number: Option<&str>) -> Result<Option<String>, JobRejection> {
    number.map(|number| text("a tracking number", number, MAX_LENGTH)).transpose()
}

fn few(what: &'static str, count: usize) -> Result<(), JobRejection> {
    let most = MAX_ENTRIES;
    if count <= most { Ok(()) } else { Err(JobRejection::TooMany { what, most, given: count }) }
}
