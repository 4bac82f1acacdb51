//! When a reported fact happened.

use recourse_kernel::Instant;
use recourse_kernel::record::to_micros;

use crate::domain::rejection::JobRejection;

/// The reported time of a fact, which defaults to now and must not be in the future.
pub fn reported(at: Option<Instant>, now: Instant) -> Result<Instant, JobRejection> {
    let reported = to_micros(at.unwrap_or(now));
    if reported > now { Err(JobRejection::InTheFuture { reported, now }) } else { Ok(reported) }
}

/// A fact must not be earlier than what it depends on.
pub fn not_before(
    reported: Instant,
    what: &'static str,
    at: Instant,
) -> Result<Instant, JobRejection> {
    if reported < at { Err(JobRejection::OutOfOrder { reported, what, at }) } else { Ok(reported) }
}

/// The reported time of a fact that depends on an earlier one.
pub fn reported_after(
    at: Option<Instant>,
    now: Instant,
    what: &'static str,
    earlier: Instant,
) -> Result<Instant, JobRejection> {
    not_before(reported(at, now)?, what, earlier)
}
