//! What people and carriers write: bounds of texts and lists. Nothing is decided by their content.

use crate::domain::events::{Acknowledgement, PhotoReference, Scan, Work};
use crate::domain::rejection::JobRejection;

/// The maximum length of a note, a condition or a reason, in characters.
pub const MAX_NOTE_LENGTH: usize = 1000;
/// The maximum length of a name, a code or a number, in characters.
pub const MAX_NAME_LENGTH: usize = 100;
/// How many entries a list may have.
const MAX_ENTRIES: usize = 50;

/// Text entered by a person: trimmed, not empty, at most `most` characters, no control characters.
pub fn text(what: &'static str, text: &str, most: usize) -> Result<String, JobRejection> {
    let text = text.trim();
    let given = text.chars().count();
    if !(1..=most).contains(&given) || text.chars().any(char::is_control) {
        return Err(JobRejection::TextOutOfBounds { what, most, given });
    }
    Ok(text.to_owned())
}

/// The same for a text that may be absent.
pub fn text_if_given(
    what: &'static str,
    given: Option<&str>,
    most: usize,
) -> Result<Option<String>, JobRejection> {
    given.map(|words| text(what, words, most)).transpose()
}

/// The work as reported, with short enough codes and parts.
pub fn work(work: &Work) -> Result<Work, JobRejection> {
    let codes = [&work.symptom_code, &work.defect_code, &work.repair_code];
    for code in codes.into_iter().flatten() {
        text("a code", code, MAX_NAME_LENGTH)?;
    }
    few("parts", work.parts.len())?;
    for part in &work.parts {
        text("a part number", &part.number, MAX_NAME_LENGTH)?;
        for words in [&part.name, &part.serial].into_iter().flatten() {
            text("a part", words, MAX_NAME_LENGTH)?;
        }
    }
    Ok(work.clone())
}

/// References to photos, which are named by their hash.
pub fn photos(photos: &[PhotoReference]) -> Result<Vec<PhotoReference>, JobRejection> {
    few("photos", photos.len())?;
    for photo in photos {
        let is_hash =
            photo.sha256.len() == 64 && photo.sha256.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hash {
            return Err(JobRejection::NotASha256);
        }
        text("a media type", &photo.media_type, MAX_NAME_LENGTH)?;
    }
    Ok(photos.to_vec())
}

/// The other party's confirmation, with a short enough reference.
pub fn acknowledged(
    given: Option<&Acknowledgement>,
) -> Result<Option<Acknowledgement>, JobRejection> {
    let reference = given.and_then(|given| given.reference.as_deref());
    text_if_given("a reference", reference, MAX_NAME_LENGTH)?;
    Ok(given.cloned())
}

pub fn scans(scans: &[Scan]) -> Result<Vec<Scan>, JobRejection> {
    few("scans", scans.len())?;
    for scan in scans {
        text("a scan's code", &scan.code, MAX_NAME_LENGTH)?;
        text_if_given("a location", scan.location.as_deref(), MAX_NAME_LENGTH)?;
    }
    Ok(scans.to_vec())
}

fn few(what: &'static str, count: usize) -> Result<(), JobRejection> {
    let most = MAX_ENTRIES;
    if count <= most { Ok(()) } else { Err(JobRejection::TooMany { what, most, given: count }) }
}
