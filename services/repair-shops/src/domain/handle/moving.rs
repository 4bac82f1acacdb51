//! A job moves to another shop because the first one refuses it or closes. This costs the buyer
//! nothing.

use recourse_kernel::{Instant, Tried};

use crate::domain::commands::Move;
use crate::domain::events::{JobEvent, JobShop, Moved};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::{known, works_on};
use crate::domain::rules::dates::after;
use crate::domain::rules::device::{is_open, not_ended, not_finished, not_proposed};
use crate::domain::rules::routing::{another_shop, taken_over};
use crate::domain::rules::text::{MAX_NOTE_LENGTH, text_if_given};
use crate::domain::rules::time::{not_before, reported_after};
use crate::domain::state::{Device, Job, Jobs};
use crate::domain::{Cx, Decision};

/// C7, M8: the job moves to another listed shop. If a shop already has the device, the provider
/// forwards it at its own cost.
pub(super) fn move_job(jobs: &Jobs, request: &Move, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    let note = text_if_given("a note", request.note.as_deref(), MAX_NOTE_LENGTH);
    let moved_at = moved_at(job, request, cx);
    let shop = another_shop(job, request.to.as_deref(), cx);
    let found = shop.as_ref().map(|shop| taken_over(job, shop, request.because));
    let mut rules = Tried::default();
    rules.check(&is_open(job));
    rules.check(&not_ended(job));
    rules.check(&not_proposed(job));
    if let Device::OnBench(bench) = &job.device {
        rules.check(&not_finished(bench));
    }
    rules.check(&note);
    rules.check(&moved_at);
    rules.all([found.map_err(Clone::clone)]);
    let findings = rules.passed()?;
    let device_in = match job.receipt() {
        Some(_) => Some(job.opened.shop.city.clone()),
        None => job.forwarded_from.clone(),
    };
    Ok(vec![JobEvent::Moved(Box::new(Moved {
        job: request.job,
        claim: job.opened.claim,
        from: job.opened.shop.id.clone(),
        shop: JobShop::from(shop?),
        because: request.because,
        note: note?,
        send_by: match device_in {
            Some(_) => after(job, moved_at.clone()?, |waits| waits.dispatch, cx),
            None => None,
        },
        device_in,
        moved_at: moved_at?,
        reported_at: cx.now,
        findings,
    }))])
}

fn moved_at(job: &Job, request: &Move, cx: &Cx<'_>) -> Result<Instant, JobRejection> {
    let accepted_at = job.opened.opened_at;
    let moved_at = reported_after(request.moved_at, cx.now, "the acceptance", accepted_at)?;
    match job.receipt() {
        Some(receipt) => not_before(moved_at, "the receipt", receipt.at),
        None => Ok(moved_at),
    }
}
