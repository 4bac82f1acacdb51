//! A1: who may act on a job.

use recourse_kernel::{JobId, Principal, Role};

use crate::domain::rejection::JobRejection;
use crate::domain::state::{Job, Jobs};

/// The job, if it exists. If not, it may only not have been read yet.
pub fn known(jobs: &Jobs, job: JobId) -> Result<&Job, JobRejection> {
    jobs.jobs.get(&job).ok_or(JobRejection::NotKnown(job))
}

/// A1: a shop may act only on its own jobs, adjusters on all jobs of their provider. A token
/// without a provider, which is issued only in development, passes for any provider.
pub fn works_on(job: &Job, principal: &Principal) -> Result<(), JobRejection> {
    match principal.role {
        Role::Shop if principal.subject == job.opened.shop.id => Ok(()),
        Role::Adjuster => match &principal.provider {
            Some(other) if other != job.opened.provider.as_str() => {
                Err(JobRejection::AnotherProviders { provider: job.opened.provider.clone() })
            }
            _ => Ok(()),
        },
        _ => Err(JobRejection::NotAllowed),
    }
}

/// A1: shipments may also be handled by the buyer who owns the device.
pub fn moves(job: &Job, principal: &Principal) -> Result<(), JobRejection> {
    match principal.role {
        Role::Buyer if principal.subject == job.opened.buyer => Ok(()),
        _ => works_on(job, principal),
    }
}

/// A1: only the buyer who owns the device may do this.
pub fn only_the_buyer(job: &Job, principal: &Principal) -> Result<(), JobRejection> {
    let is_own = principal.role == Role::Buyer && principal.subject == job.opened.buyer;
    if is_own { Ok(()) } else { Err(JobRejection::NotAllowed) }
}
