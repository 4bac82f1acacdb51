//! C7: which shop takes the job, and under which terms.

use recourse_kernel::{Finding, Hash};
use recourse_terms::{Party, Shop, Terms};

use crate::domain::Cx;
use crate::domain::events::MovedBecause;
use crate::domain::rejection::JobRejection;
use crate::domain::state::Job;

/// The terms that the policy was sold under. If they are not known, they may only not have been
/// read yet.
pub fn pinned<'a>(digest: Hash, cx: &Cx<'a>) -> Result<&'a Terms, JobRejection> {
    let terms = cx.reference.by_digest(&digest).map(AsRef::as_ref);
    terms.ok_or(JobRejection::TermsNotKnown(digest))
}

/// C7: another listed shop of the provider in the buyer's country; only listed branches are
/// authorised. It is the named one, otherwise a branch in the buyer's own city, else one in its
/// district or region, else the country's main centre, else any other shop.
pub fn another_shop<'a>(
    job: &Job,
    named: Option<&str>,
    cx: &Cx<'a>,
) -> Result<&'a Shop, JobRejection> {
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
            .or_else(|| others().find(|shop| shop.is_near(&opened.city)))
            .or_else(|| others().find(|shop| shop.main_centre))
            .or_else(|| others().next()),
    };
    found.ok_or_else(|| JobRejection::NoOtherShop {
        provider: opened.provider.clone(),
        country: opened.country,
        named: named.map(str::to_owned),
    })
}

/// C7: what [`another_shop`] found. The move costs the buyer nothing.
pub fn taken_over(job: &Job, shop: &Shop, because: MovedBecause) -> Finding {
    Finding::passed("C7", "another listed shop of the provider takes the job")
        .fact("from", &job.opened.shop.id)
        .fact("to", &shop.id)
        .fact("because", because)
        .fact("at_whose_cost", Party::Provider)
}
