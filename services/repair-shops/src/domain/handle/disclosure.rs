//! What the shop that holds the job may read about the buyer (A2).

use recourse_kernel::Tried;

use crate::domain::commands::{Disclose, NoteDefect};
use crate::domain::events::{DefectNoted, Disclosed, JobEvent, Personal};
use crate::domain::rules::access::known;
use crate::domain::rules::device::is_open;
use crate::domain::rules::disclosure::{has_the_photo, holds_the_job, still_needs_it};
use crate::domain::state::Jobs;
use crate::domain::{Cx, Decision};

/// A2: records that the shop reads personal data. The endpoint shows it only after this event.
pub(super) fn disclose(jobs: &Jobs, request: &Disclose, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    let mut rules = Tried::default();
    rules.check(&holds_the_job(job, cx.principal));
    rules.check(&is_open(job));
    rules.check(&still_needs_it(job));
    if let Some(photo) = &request.photo {
        rules.check(&has_the_photo(job, photo));
    }
    rules.passed()?;
    let what = match &request.photo {
        Some(_) => vec![Personal::Photo],
        None => vec![Personal::Defect, Personal::Contact],
    };
    Ok(vec![JobEvent::Disclosed(Disclosed {
        job: request.job,
        claim: job.opened.claim,
        by: cx.principal.clone(),
        at: cx.now,
        what,
        photo: request.photo.clone(),
    })])
}

/// C4: a further defect is noted once, whether or not the claim has a job yet.
pub(super) fn defect(jobs: &Jobs, noted: &NoteDefect) -> Vec<JobEvent> {
    let NoteDefect { claim, defect, ref text, at } = *noted;
    if jobs.claims.get(&claim).is_some_and(|notes| notes.defects.contains_key(&defect)) {
        return Vec::new();
    }
    vec![JobEvent::DefectNoted(DefectNoted { claim, defect, text: text.clone(), at })]
}
