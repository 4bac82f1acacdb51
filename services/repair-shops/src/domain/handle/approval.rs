//! T11: only the provider declares a device beyond repair, so it approves what a partner shop
//! declares.

use recourse_kernel::{Role, Tried};

use crate::domain::commands::{ApproveBeyondRepair, DeclineBeyondRepair};
use crate::domain::events::{Approval, BeyondRepairDeclined, DeclaredBeyondRepair, JobEvent};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::{known, works_on};
use crate::domain::rules::text::{MAX_NOTE_LENGTH, text_if_given};
use crate::domain::state::{Job, Jobs, Proposed};
use crate::domain::{Cx, Decision};

/// The provider approves the declaration of a partner shop.
pub(super) fn approve(jobs: &Jobs, request: &ApproveBeyondRepair, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    let proposed = proposed_to(job, cx)?;
    Ok(vec![declared(job, proposed, Approval::ByPrincipal(cx.principal.clone()), cx)])
}

/// The provider declines it, and the repair continues.
pub(super) fn decline(jobs: &Jobs, request: &DeclineBeyondRepair, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    proposed_to(job, cx)?;
    let note = text_if_given("a note", request.note.as_deref(), MAX_NOTE_LENGTH);
    let mut rules = Tried::default();
    rules.check(&note);
    rules.passed()?;
    Ok(vec![JobEvent::BeyondRepairDeclined(BeyondRepairDeclined {
        job: request.job,
        claim: job.opened.claim,
        by: cx.principal.clone(),
        at: cx.now,
        note: note?,
    })])
}

fn proposed_to<'a>(job: &'a Job, cx: &Cx<'_>) -> Result<&'a Proposed, JobRejection> {
    works_on(job, cx.principal)?;
    if cx.principal.role != Role::Adjuster {
        return Err(JobRejection::NotAllowed);
    }
    job.proposed.as_ref().ok_or(JobRejection::NothingToApprove)
}

/// The declaration counts from its approval.
pub(super) fn declared(
    job: &Job,
    proposed: &Proposed,
    approved: Approval,
    cx: &Cx<'_>,
) -> JobEvent {
    let at = match approved {
        Approval::BySilence => proposed.approve_by,
        Approval::ByPrincipal(_) => cx.now,
    };
    JobEvent::DeclaredBeyondRepair(DeclaredBeyondRepair {
        job: job.opened.job,
        claim: job.opened.claim,
        because: proposed.because,
        at,
        approved: Some(approved),
        findings: proposed.findings.clone(),
    })
}
