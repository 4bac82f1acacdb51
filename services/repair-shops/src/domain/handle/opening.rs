//! A claim was accepted: a job is opened and routed to a shop (C7).

use recourse_kernel::Finding;
use recourse_terms::terms::RemedyBasis;
use recourse_terms::{Outcome, Program, Routed, Terms};

use crate::domain::events::{Due, JobEvent, JobShop, Opened, PhotoReference, RoutingFailed};
use crate::domain::rules::dates::halfway;
use crate::domain::rules::routing::pinned;
use crate::domain::state::Jobs;
use crate::domain::{Cx, Decision};
use crate::foreign::{ClaimAccepted, ClaimPhoto};

/// A claim was accepted: the device goes to a branch in the buyer's own city if there is one, else
/// to the country's main centre (C7).
pub(super) fn open(jobs: &Jobs, accepted: &ClaimAccepted, cx: &Cx<'_>) -> Decision {
    if jobs.jobs.contains_key(&accepted.job) {
        return Ok(Vec::new());
    }
    let terms = pinned(accepted.terms.digest, cx)?;
    let routed = cx.reference.shop_for(&accepted.provider, &accepted.country, &accepted.city);
    Ok(vec![match routed {
        Some(routed) => JobEvent::Opened(Box::new(opened(accepted, terms, &routed, cx))),
        None => JobEvent::RoutingFailed(RoutingFailed {
            job: accepted.job,
            claim: accepted.claim,
            detail: format!("{} lists no shop in {}", accepted.provider, accepted.country),
        }),
    }])
}

fn opened(accepted: &ClaimAccepted, terms: &Terms, routed: &Routed<'_>, cx: &Cx<'_>) -> Opened {
    let because = routed.because.to_string();
    let from_receipt = terms.remedy.counted_from == RemedyBasis::ReceiptAtShop;
    let finding = Finding::passed("C7", because.clone())
        .fact("city", &accepted.city)
        .fact("country", accepted.country)
        .fact("shop", &routed.shop.id);
    let by = cx.reference.after(terms, &accepted.country, cx.now, terms.waits.hand_over);
    Opened {
        job: accepted.job,
        claim: accepted.claim,
        policy: accepted.policy,
        order: accepted.order,
        device: accepted.device,
        provider: accepted.provider.clone(),
        program: accepted.program,
        buyer: accepted.buyer.clone(),
        marketplace: accepted.marketplace.clone(),
        seller: accepted.seller.clone(),
        kind: accepted.kind.clone(),
        serial: accepted.serial.clone(),
        country: accepted.country,
        city: accepted.city.clone(),
        defect: accepted.defect.clone(),
        contact: accepted.contact.clone(),
        photos: accepted.photos.iter().map(photo).collect(),
        shop: JobShop::from(routed.shop),
        routed_because: because,
        terms: accepted.terms.clone(),
        repair_within_days: from_receipt.then(|| terms.remedy.within_days.into()),
        beyond_repair_after_days: terms.beyond_repair.after_counted_days.map(u32::from),
        beyond_repair_after_repairs: repairs_that_are_enough(terms),
        declare_within_days: Some(terms.beyond_repair.days_to_declare().into()),
        send_within_days: Some(terms.remedy.days_to_send().into()),
        repair_under_exchange_within_days: (terms.program == Program::Exchange)
            .then(|| terms.remedy.days_to_repair_under_exchange().into()),
        old_device_goes_back: !terms.provider_keeps_device(Outcome::Refunded),
        clock_stops: terms.remedy.clock_stops.clone(),
        parts_at_most_days: Some(terms.waits.parts_at_most_days.into()),
        opened_at: cx.now,
        hand_over: Due { by, remind_at: halfway(cx.now, by) },
        findings: vec![finding],
    }
}

fn photo(photo: &ClaimPhoto) -> PhotoReference {
    let ClaimPhoto { sha256, size, media_type } = photo.clone();
    PhotoReference { sha256, size, media_type }
}

/// T6: where visits count, the visit that finds the defect again is one of them.
fn repairs_that_are_enough(terms: &Terms) -> Option<u32> {
    let repairs = terms.beyond_repair.after_unsuccessful_repairs.map(u32::from)?;
    Some(repairs.saturating_sub(u32::from(terms.beyond_repair.visits_count)))
}
