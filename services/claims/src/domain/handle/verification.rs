//! Stage 2, verification: the provider's staff check the documents, and accept or reject the claim
//! (C3, C6, C8, C9).

use chrono::TimeDelta;
use recourse_kernel::{Finding, Findings, Tried};
use recourse_terms::Outcome;

use super::endings;
use crate::domain::commands::{Accept, Reject};
use crate::domain::events::{Accepted, ClaimEvent, Rejected};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::compensation::seller_has_not_compensated;
use crate::domain::rules::questions::no_answer_is_awaited;
use crate::domain::rules::requester::only_the_provider;
use crate::domain::rules::verification::{
    another_device_came, documents_are_being_checked, expired_is_never_judged_later,
    force_majeure_names_the_event, form_is_the_registration, ground_is_named,
    missing_documents_were_asked_for, no_dispute_is_open, policy_as_it_was_when_filed,
    the_repair_was_not_agreed_to,
};
use crate::domain::rules::{pinned, rests_on};
use crate::domain::state::{Claim, Purchase};
use crate::domain::{Cx, Decision};

/// Accepts the documents and opens the visit to a shop.
pub(super) fn accept(purchase: &Purchase, command: &Accept, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    rules.check(&documents_are_being_checked(claim));
    rules.all([
        no_dispute_is_open(purchase, claim),
        no_answer_is_awaited(claim),
        seller_has_not_compensated(purchase, claim),
        Ok(policy_as_it_was_when_filed(claim)),
        Ok(form_is_the_registration(claim, terms)),
    ]);
    Ok(vec![accepted(purchase, claim, false, rules.passed()?)?])
}

/// The event that accepts the documents: now, by the clock (T8), or on appeal.
pub(super) fn accepted(
    purchase: &Purchase,
    claim: &Claim,
    by_clock: bool,
    findings: Findings,
) -> Result<ClaimEvent, ClaimRejection> {
    let coverage = purchase.coverage(claim.policy)?;
    let visit = match &claim.visit {
        None => 1,
        // The device, or the one that arrived instead, is still at that shop or comes to it.
        Some(visit) if visit.has_the_device() => visit.job.visit,
        Some(visit) => visit.job.visit + 1,
    };
    Ok(ClaimEvent::Accepted(Box::new(Accepted {
        claim: claim.id,
        policy: claim.policy,
        order: claim.order,
        device: claim.device,
        provider: claim.provider.clone(),
        program: claim.program,
        country: claim.country,
        city: claim.city.clone(),
        buyer: claim.buyer.clone(),
        marketplace: coverage.marketplace.clone(),
        seller: coverage.seller.clone(),
        defect: claim.defect.clone(),
        contact: claim.contact.clone(),
        photos: claim.photos.clone(),
        serial: claim.serial.clone(),
        kind: coverage.kind.clone(),
        visit,
        job: claim.id.job(visit),
        by_clock,
        terms: claim.terms.clone(),
        findings,
    })))
}

/// Rejects the claim; it closes at once only if the terms have no appeal.
pub(super) fn reject(purchase: &Purchase, command: &Reject, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    if !another_device_came(claim, command) {
        rules.check(&documents_are_being_checked(claim));
    }
    rules.all([
        no_dispute_is_open(purchase, claim),
        no_answer_is_awaited(claim),
        ground_is_named(command),
        missing_documents_were_asked_for(claim, command),
        expired_is_never_judged_later(command),
        force_majeure_names_the_event(command),
        the_repair_was_not_agreed_to(purchase, claim, command),
    ]);
    let findings = rules.passed()?;
    let days = terms.claim.appeal_within_days;
    let appeal_until = days.map(|days| cx.now + TimeDelta::days(days.into()));
    let rejected = ClaimEvent::Rejected(Box::new(Rejected {
        claim: claim.id,
        by: cx.principal.clone(),
        code: command.code,
        exclusion: command.exclusion,
        explanation: command.explanation.clone(),
        appeal_until,
        terms: claim.terms.clone(),
        findings,
    }));
    let closed = || {
        let why = Finding::passed("appeal", "the terms do not provide for an appeal");
        let why = rests_on(why, &["claim.appeal_within_days"]);
        endings::end_without_remedy(purchase, claim, Outcome::Rejected, cx.now, vec![why])
    };
    Ok(std::iter::once(rejected).chain(appeal_until.is_none().then(closed)).collect())
}
