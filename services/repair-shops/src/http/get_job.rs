//! `GET /v1/jobs/{job}`: one job, for its shop, its buyer, the provider, adjusters, auditors and
//! operators.

use recourse_edge::{Call, Caller, Json, Problem};
use recourse_kernel::{JobId, Role};

use super::READERS;
use super::view::{JobView, whole};
use crate::queries::jobs::{self, KnownJob};

pub(super) async fn answer(call: Call<JobId>) -> Result<Json<JobView>, Problem> {
    let (caller, job) = (&call.caller, call.path);
    caller.only(&[READERS, &[Role::Buyer]].concat())?;
    let known = jobs::one(call.pool(), job).await?;
    let KnownJob { row, notes, shipments } =
        known.filter(|known| may_see(caller, known)).ok_or_else(|| unknown(job))?;
    let inspectors_notes = match &row.notes {
        Some(sealed) => Some(call.open_text(sealed).await?),
        None => None,
    };
    let view = whole(&row, &notes, shipments, inspectors_notes, call.clock().now());
    view.map(Json).ok_or_else(|| unknown(job))
}

/// A job that the caller may not see is reported as not found.
pub(super) fn may_see(caller: &Caller, known: &KnownJob) -> bool {
    let subject = &caller.principal.subject;
    known.row.job.as_ref().is_some_and(|job| match caller.role() {
        Role::Buyer => job.opened.buyer == *subject,
        Role::Shop => job.opened.shop.id == *subject,
        _ => true,
    })
}

fn unknown(job: JobId) -> Problem {
    Problem::not_found("job", job)
}
