//! Processes facts from claims and settlements: opens and routes jobs, and keeps them up to date.

use chrono::TimeDelta;
use recourse_kernel::{Finding, Instant};
use recourse_terms::terms::RemedyBasis;
use recourse_terms::{Outcome, Program, Routed, Shop, Terms};

use super::commands::{NoteChain, NoteQuestion, NoteRemedy, OfClaim};
use super::endings::ended_with_a_lost_shipment;
use super::events::{
    AnswerAwaited, AnswerNoted, ChainNoted, JobEvent, JobShop, Opened, PaymentAwaited,
    PaymentNoted, Remedy, RemedyNoted, RepairAgreed, RoutingFailed,
};
use super::job::{Device, Job, Jobs};
use super::rejection::JobRejection;
use super::rules::Cx;
use crate::foreign::ClaimAccepted;

type Decision = Result<Vec<JobEvent>, JobRejection>;

/// A claim was accepted: the device goes to a branch in the buyer's own city if there is one, else
/// to the country's main centre (C7).
pub fn open(jobs: &Jobs, accepted: &ClaimAccepted, cx: &Cx<'_>) -> Decision {
    if jobs.jobs.contains_key(&accepted.job) {
        return Ok(Vec::new());
    }
    let digest = accepted.terms.digest;
    let terms = cx.reference.by_digest(&digest).ok_or(JobRejection::TermsNotKnown(digest))?;
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
        shop: job_shop(routed.shop),
        routed_because: because,
        terms: accepted.terms.clone(),
        repair_within_days: from_receipt.then(|| terms.remedy.within_days.into()),
        beyond_repair_after_days: terms.beyond_repair.after_counted_days.map(u32::from),
        beyond_repair_after_repairs: terms.beyond_repair.after_unsuccessful_repairs.map(u32::from),
        declare_within_days: Some(terms.beyond_repair.days_to_declare().into()),
        send_within_days: Some(terms.remedy.days_to_send().into()),
        repair_under_exchange_within_days: (terms.program == Program::Exchange)
            .then(|| terms.remedy.days_to_repair_under_exchange().into()),
        old_device_goes_back: !terms.provider_keeps_device(Outcome::Refunded),
        clock_stops: terms.remedy.clock_stops.clone(),
        opened_at: cx.now,
        findings: vec![finding],
    }
}

/// A snapshot of a shop from the directory.
pub fn job_shop(shop: &Shop) -> JobShop {
    JobShop {
        id: shop.id.clone(),
        name: shop.name.clone(),
        city: shop.city.clone(),
        address: shop.address.clone(),
        phone: shop.phone.clone(),
        zone: shop.zone.name().to_owned(),
        main_centre: shop.main_centre,
    }
}

/// T6: the claim continues an earlier one, or its defect was repaired elsewhere before.
pub fn note_chain(jobs: &Jobs, noted: &NoteChain) -> Decision {
    let NoteChain { claim, first, position, repairs } = *noted;
    let known = jobs.claims.get(&claim);
    if known.is_some_and(|notes| (notes.chain, notes.repairs) == (Some((first, position)), repairs))
    {
        return Ok(Vec::new());
    }
    Ok(vec![JobEvent::ChainNoted(ChainNoted { claim, first, position, repairs })])
}

/// T4, C3: an answer by the buyer is awaited.
pub fn note_question(jobs: &Jobs, request: &NoteQuestion) -> Decision {
    let NoteQuestion { claim, question, at } = *request;
    let notes = jobs.claims.get(&claim);
    if notes.is_some_and(|notes| notes.questions.contains_key(&question)) {
        return Ok(Vec::new());
    }
    Ok(vec![JobEvent::AnswerAwaited(AnswerAwaited { claim, question, since: at })])
}

/// T4, C3: the buyer answered.
pub fn note_answer(jobs: &Jobs, answered: &NoteQuestion) -> Decision {
    let NoteQuestion { claim, question, at } = *answered;
    let span = jobs.claims.get(&claim).and_then(|notes| notes.questions.get(&question));
    if span.is_none_or(|span| span.until.is_some()) {
        return Ok(Vec::new());
    }
    Ok(vec![JobEvent::AnswerNoted(AnswerNoted { claim, question, at })])
}

/// Records the claim's decision about the device. M3: if the buyer has to pay, the terms say
/// whether before the device is returned; a paid repair is always paid first.
pub fn note_remedy(jobs: &Jobs, noted: &NoteRemedy, cx: &Cx<'_>) -> Decision {
    let job = jobs.latest_job_of(noted.claim);
    let before_dispatch = jobs
        .jobs
        .get(&job)
        .and_then(|job| cx.reference.by_digest(&job.opened.terms.digest))
        .is_none_or(|terms| terms.shipments.paid_before_dispatch);
    let must_be_paid_first = match noted.remedy {
        Remedy::Repair | Remedy::Replacement | Remedy::Cash => false,
        Remedy::PaidRepair => true,
        Remedy::ReturnUnrepaired => before_dispatch,
    };
    Ok(remedy_if_new(jobs, noted, must_be_paid_first, cx.now))
}

/// The claim was withdrawn: a device at the shop is returned unrepaired at the buyer's cost (C3);
/// one in transit is returned when it arrives.
pub fn note_withdrawal(jobs: &Jobs, withdrawn: &OfClaim, cx: &Cx<'_>) -> Decision {
    let job = jobs.latest_job_of(withdrawn.claim);
    let goes_back =
        NoteRemedy { claim: withdrawn.claim, remedy: Remedy::ReturnUnrepaired, at: Some(cx.now) };
    match jobs.jobs.get(&job) {
        None => Ok(Vec::new()),
        // A device that never arrives has no settlement, so there is no payment to wait for. If it
        // does arrive, a settlement follows and states what must be paid first.
        Some(known) if known.device == Device::Awaited => {
            Ok(remedy_if_new(jobs, &goes_back, false, cx.now))
        }
        Some(_) => note_remedy(jobs, &goes_back, cx),
    }
}

fn remedy_if_new(
    jobs: &Jobs,
    noted: &NoteRemedy,
    must_be_paid_first: bool,
    now: Instant,
) -> Vec<JobEvent> {
    let (id, remedy) = (jobs.latest_job_of(noted.claim), noted.remedy);
    let job = jobs.jobs.get(&id);
    let is_reported = jobs.notes(id).remedy == Some((remedy, must_be_paid_first));
    if is_reported && !job.is_some_and(|job| is_lost_and_due_again(job, remedy)) {
        return Vec::new();
    }
    let chosen_at = noted.at.unwrap_or(now);
    vec![JobEvent::RemedyNoted(RemedyNoted {
        job: id,
        remedy,
        must_be_paid_first,
        chosen_at: Some(chosen_at),
        send_by: job.and_then(|job| send_by(job, remedy, chosen_at)),
        repair_by: job.and_then(|job| repair_by(job, remedy, chosen_at)),
    })]
}

/// M8: a replacement was lost in transit, and another one was chosen to compensate for it.
fn is_lost_and_due_again(job: &Job, remedy: Remedy) -> bool {
    remedy == Remedy::Replacement && ended_with_a_lost_shipment(job) && job.dispatch.is_none()
}

/// T3, T8: by when a replacement must be sent. It never waits for the buyer: it is not paid first,
/// and the old device is at the shop or was lost by the provider.
fn send_by(job: &Job, remedy: Remedy, chosen_at: Instant) -> Option<Instant> {
    let days = job.opened.send_within_days.filter(|_| remedy == Remedy::Replacement)?;
    chosen_at.checked_add_signed(TimeDelta::days(days.into()))
}

/// T3, T8: when a repair under an exchange policy is due if the clock is never paused.
fn repair_by(job: &Job, remedy: Remedy, chosen_at: Instant) -> Option<Instant> {
    let days = job.opened.repair_under_exchange_within_days;
    let days = days.filter(|_| remedy == Remedy::Repair)?;
    chosen_at.checked_add_signed(TimeDelta::days(days.into()))
}

/// M3: the buyer owes nothing more, so the device does not wait for what the provider owes. A job
/// that ends with cash waits for the full settlement (M9).
pub fn note_buyers_payment(jobs: &Jobs, paid: &OfClaim) -> Decision {
    let notes = jobs.notes(jobs.latest_job_of(paid.claim));
    if matches!(notes.remedy, Some((Remedy::Cash, _))) {
        return Ok(Vec::new());
    }
    Ok(paid_for(jobs, paid, true))
}

/// M3: the settlement was paid in full. M8: an abandoned device is not paid for, so it records no
/// payment.
pub fn note_payment(jobs: &Jobs, paid: &OfClaim) -> Decision {
    Ok(paid_for(jobs, paid, false))
}

fn paid_for(jobs: &Jobs, paid: &OfClaim, by_buyer: bool) -> Vec<JobEvent> {
    let job = jobs.latest_job_of(paid.claim);
    let is_abandoned = jobs.jobs.get(&job).is_some_and(|job| job.abandoned.is_some());
    if is_abandoned || jobs.notes(job).is_paid {
        return Vec::new();
    }
    vec![JobEvent::PaymentNoted(PaymentNoted { job, by_buyer })]
}

/// M3: the buyer owes a further amount. A device that has left is not recalled.
pub fn note_debt(jobs: &Jobs, owed: &OfClaim) -> Decision {
    let job = jobs.latest_job_of(owed.claim);
    let is_here = jobs.jobs.get(&job).is_some_and(|job| job.ending.is_none() && !job.is_closed);
    if !is_here || !jobs.notes(job).is_paid {
        return Ok(Vec::new());
    }
    Ok(vec![JobEvent::PaymentAwaited(PaymentAwaited { job })])
}

/// The seller agreed to a repair elsewhere: recorded whether or not there is a job yet.
pub fn note_agreed_repair(jobs: &Jobs, agreed: &RepairAgreed) -> Decision {
    if jobs.agreed_repairs.contains_key(&agreed.device) {
        return Ok(Vec::new());
    }
    Ok(vec![JobEvent::RepairAgreed(agreed.clone())])
}
