//! S2: what a replacement may be.

use recourse_kernel::Finding;
use recourse_terms::terms::ReplacementClass;
use recourse_terms::{DeviceKind, Serial};

use crate::domain::commands::SendReplacement;
use crate::domain::events::Likeness;
use crate::domain::rejection::JobRejection;
use crate::domain::state::Job;

/// S2: the replacement must not be the original device.
pub fn is_another_device(job: &Job, serial: &Serial) -> Result<Finding, JobRejection> {
    let is_old = job.opened.serial.names_the_device_of(serial)
        || job.receipt().is_some_and(|receipt| receipt.serial.names_the_device_of(serial));
    if is_old {
        return Err(JobRejection::SameDevice);
    }
    Ok(Finding::passed("S2", "the replacement is another device").fact("serial", serial))
}

/// S2: a replacement is the same model or one with the same functions; a newer or more expensive
/// one only if the terms allow it. A smartphone is never replaced by a tablet, nor one operating
/// system by another.
pub fn fits_the_class(
    job: &Job,
    request: &SendReplacement,
    class: ReplacementClass,
) -> Result<Finding, JobRejection> {
    let old = &job.opened.kind;
    let new = request.kind.as_ref().unwrap_or(old);
    let likeness = request.likeness.unwrap_or(Likeness::SameModel);
    let is_named = request.kind.is_some() || likeness == Likeness::SameModel;
    let has_the_form = new.category == old.category && new.operating_system == old.operating_system;
    let is_that_model = likeness != Likeness::SameModel || is_same_model(old, new);
    if !is_named || !has_the_form || !is_that_model {
        return Err(JobRejection::ReplacementNotAlike { likeness });
    }
    if likeness == Likeness::Improved && class == ReplacementClass::SameOrSimilar {
        return Err(JobRejection::ReplacementImproved);
    }
    let outcome = match likeness {
        Likeness::SameModel => "the replacement is the same model",
        Likeness::SameFunctions => "the replacement has the same functions, according to the shop",
        Likeness::Improved => "the terms allow an improved replacement",
    };
    let finding = Finding::passed("S2", outcome).fact("class", class).fact("likeness", likeness);
    Ok(finding.fact("old", old).fact("new", new))
}

fn is_same_model(one: &DeviceKind, other: &DeviceKind) -> bool {
    let plain = |text: &str| text.to_lowercase().split_whitespace().collect::<String>();
    plain(&one.brand) == plain(&other.brand) && plain(&one.model) == plain(&other.model)
}
