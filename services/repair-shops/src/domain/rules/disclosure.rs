//! A2: who may read personal data of a claim as its repair shop, and for how long.

use recourse_kernel::{Principal, Role};

use super::device::not_ended;
use crate::domain::rejection::JobRejection;
use crate::domain::state::Job;

/// A2: only the shop that the job is at, which after a move is the new one. The provider's staff
/// read the same in the claim.
pub fn holds_the_job(job: &Job, principal: &Principal) -> Result<(), JobRejection> {
    let holds_it = principal.role == Role::Shop && principal.subject == job.opened.shop.id;
    if holds_it { Ok(()) } else { Err(JobRejection::NotTheShopOfTheJob) }
}

/// A2: once the device or its replacement has left, the shop needs the data no longer, unless the
/// parcel was lost and another device is sent.
pub fn still_needs_it(job: &Job) -> Result<(), JobRejection> {
    if job.ended_with_a_lost_shipment() { Ok(()) } else { not_ended(job) }
}

/// The photo is one of the claim's.
pub fn has_the_photo(job: &Job, sha256: &str) -> Result<(), JobRejection> {
    let is_there = job.opened.photos.iter().any(|photo| photo.sha256 == sha256);
    if is_there { Ok(()) } else { Err(JobRejection::PhotoNotKnown) }
}
