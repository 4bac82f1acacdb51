//! A job moves to another shop because the first one refuses it or closes. This costs the buyer
//! nothing.

use recourse_kernel::Finding;
use recourse_terms::Shop;

use super::bench::not_finished;
use super::commands::Move;
use super::events::{JobEvent, Moved};
use super::job::{Device, Job, Jobs};
use super::opening::job_shop;
use super::rejection::JobRejection;
use super::rules::{Cx, is_open, known, not_before, not_ended, reported, text, works_on};

/// The maximum length of a note, in characters.
const MAX_NOTE_LENGTH: usize = 1000;

/// C7, M8: the job moves to another listed shop of the provider in the buyer's country; only listed
/// branches are authorised. If a shop already has the device, the provider forwards it at its own
/// cost.
pub fn move_job(jobs: &Jobs, request: &Move, cx: &Cx<'_>) -> Result<Vec<JobEvent>, JobRejection> {
    let job = known(jobs, request.job)?;
    works_on(job, cx.principal)?;
    is_open(job)?;
    not_ended(job)?;
    if let Device::OnBench(bench) = &job.device {
        not_finished(bench)?;
    }
    let note = request.note.as_deref();
    let note = note.map(|words| text("a note", words, MAX_NOTE_LENGTH)).transpose()?;
    let moved_at = reported(request.moved_at, cx.now)?;
    not_before(moved_at, "the acceptance", job.opened.opened_at)?;
    if let Some(receipt) = job.receipt() {
        not_before(moved_at, "the receipt", receipt.at)?;
    }
    let shop = another_shop(job, request.to.as_deref(), cx)?;
    let device_in = match job.receipt() {
        Some(_) => Some(job.opened.shop.city.clone()),
        None => job.forwarded_from.clone(),
    };
    let finding = Finding::passed("C7", "another listed shop of the provider takes the job")
        .fact("from", &job.opened.shop.id)
        .fact("to", &shop.id)
        .fact("because", request.because)
        .fact("at_whose_cost", recourse_terms::Party::Provider);
    Ok(vec![JobEvent::Moved(Box::new(Moved {
        job: request.job,
        claim: job.opened.claim,
        from: job.opened.shop.id.clone(),
        shop: job_shop(shop),
        because: request.because,
        note,
        device_in,
        moved_at,
        findings: vec![finding],
    }))])
}

/// The named shop. Otherwise a branch in the buyer's own city, else the country's main centre, else
/// any other shop in the country, never the current one.
fn another_shop<'a>(job: &Job, named: Option<&str>, cx: &Cx<'a>) -> Result<&'a Shop, JobRejection> {
    let opened = &job.opened;
    let directory = cx.reference.directory(&opened.provider);
    let others = || {
        let shops = directory.into_iter().flat_map(|directory| &directory.shops);
        shops.filter(|shop| shop.country == opened.country && shop.id != opened.shop.id)
    };
    let found = match named {
        Some(id) => others().find(|shop| shop.id == id),
        None => others()
            .find(|shop| shop.is_in(&opened.city))
            .or_else(|| others().find(|shop| shop.main_centre))
            .or_else(|| others().next()),
    };
    found.ok_or_else(|| JobRejection::NoOtherShop {
        provider: opened.provider.clone(),
        country: opened.country,
        named: named.map(str::to_owned),
    })
}
