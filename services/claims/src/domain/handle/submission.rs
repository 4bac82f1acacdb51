//! Stage 1, submission: the buyer files the claim (C1, C2, C4, C6, C8, T2, T7, T10, S2).

use chrono::NaiveDate;
use chrono_tz::Tz;
use recourse_kernel::{Findings, Instant, Tried};
use recourse_terms::Terms;
use recourse_terms::coverage::local_day;

use crate::domain::commands::File;
use crate::domain::events::{
    Admitted, CheckWithin, ClaimEvent, DecideWithin, Filed, PolicyCoverage, carried_out_within_days,
};
use crate::domain::rules::chain::{chain, receipts_that_count, returning_from, what_went_before};
use crate::domain::rules::in_time::{
    coverage_has_started, coverage_was_not_cancelled, policy_still_covers,
};
use crate::domain::rules::pinned;
use crate::domain::rules::replacement::Replacement;
use crate::domain::rules::requester::only_the_buyer;
use crate::domain::rules::submission::{
    decision_is_due, device_is_not_the_providers, no_other_claim_is_open, not_withdrawn_too_often,
    order_is_completed, photos_are_enough, program_is_carried_out_in,
    requested_remedy_fits_the_program, serial_is_the_registered_one, something_is_new,
    verification_waits_for_the_dispute, was_admitted,
};
use crate::domain::state::{Claim, DecisionClock, Purchase};
use crate::domain::{Cx, Decision};

/// Files a claim if no rule refuses it. Every rule is evaluated, so that the buyer gets all
/// objections at once.
pub(super) fn file(purchase: &Purchase, form: &File, cx: &Cx<'_>) -> Decision {
    let coverage = purchase.coverage(form.policy)?;
    let terms = pinned(&coverage.terms, cx.reference)?;
    only_the_buyer(&coverage.buyer, cx)?;

    let admitted = purchase.admission(form.policy);
    // M10: the date that a review admitted counts.
    let date = admitted.map_or(cx.now, |admitted| admitted.as_of);
    let returning = returning_from(purchase, form);
    let replacement = Replacement::last(purchase, form.policy, terms, coverage);
    let mut rules = Tried::default();
    rules.all(returning.as_ref().err().cloned().map(Err));
    rules.all([
        order_is_completed(purchase, form.policy),
        coverage_was_not_cancelled(coverage),
        coverage_has_started(coverage, terms, date),
        policy_still_covers(coverage, replacement.as_ref(), date),
        something_is_new(purchase, form),
        no_other_claim_is_open(purchase, form.policy),
        device_is_not_the_providers(purchase, form.policy, terms),
        not_withdrawn_too_often(purchase, form.policy, terms),
        photos_are_enough(form, terms),
        serial_is_the_registered_one(purchase, form, replacement.as_ref(), terms),
        requested_remedy_fits_the_program(form, terms),
        program_is_carried_out_in(form.country, terms),
    ]);
    let findings = rules.passed()?;
    let (previous, replacement) = (returning?, replacement.as_ref());
    let filing = Filing { form, coverage, terms, previous, replacement, admitted, date };
    Ok(vec![ClaimEvent::Filed(Box::new(filing.filed(purchase, findings, cx.now)))])
}

/// A filing that no rule refuses.
struct Filing<'a> {
    form: &'a File,
    coverage: &'a PolicyCoverage,
    terms: &'a Terms,
    /// The claim whose defect has returned (T6).
    previous: Option<&'a Claim>,
    replacement: Option<&'a Replacement>,
    /// The review that admitted it (M10).
    admitted: Option<Admitted>,
    /// The date that counts for C1 and M1.
    date: Instant,
}

impl Filing<'_> {
    fn filed(&self, purchase: &Purchase, mut findings: Findings, now: Instant) -> Filed {
        let Self { form, coverage, terms, previous, replacement, admitted, date } = *self;
        let number = purchase.claims_of(form.policy).last().map_or(0, |last| last.id.claim) + 1;
        let claim = form.policy.claim(number);
        let filed_on = local_day(now, coverage.zone.unwrap_or(Tz::UTC));
        let receipts = receipts_that_count(purchase, form, previous, self.received_on(), filed_on);
        let elsewhere = u32::try_from(receipts.len()).unwrap_or(u32::MAX);
        let chain = chain(purchase, claim, previous, elsewhere, (date, terms));
        findings.extend(admitted.as_ref().map(was_admitted));
        findings.extend(what_went_before(form, &chain, receipts.len()));
        let waits_for_dispute = purchase.has_open_dispute(coverage.device);
        findings.extend(verification_waits_for_the_dispute(waits_for_dispute));
        let decide_within = DecideWithin::from_terms(terms);
        let clock = decide_within.clone().map(|within| DecisionClock::started(within, now));
        findings.extend(decide_within.as_ref().map(decision_is_due));
        Filed {
            claim,
            policy: form.policy,
            order: coverage.order,
            device: coverage.device,
            provider: coverage.provider.clone(),
            program: coverage.program,
            country: form.country,
            city: form.city.clone(),
            buyer: coverage.buyer.clone(),
            serial: form.serial.clone(),
            requested_remedy: form.requested_remedy,
            defect: form.defect.clone(),
            defect_code: form.defect_code,
            contact: form.contact.clone(),
            photos: form.photos.clone(),
            chain,
            earlier_repairs: form.earlier_repairs.clone(),
            receipts_that_count: (!form.earlier_repairs.is_empty()).then_some(receipts),
            filed_at: now,
            admitted,
            check_within: CheckWithin::from_terms(terms),
            carried_out_within_days: carried_out_within_days(terms),
            decide_by: clock.as_ref().and_then(DecisionClock::due),
            decide_within,
            waits_for_dispute,
            under_replacement: replacement.is_some_and(|sent| sent.is_running_at(now)),
            terms: coverage.terms.clone(),
            findings,
        }
    }

    /// T6: the day on which the buyer received this very device, if known.
    fn received_on(&self) -> Option<NaiveDate> {
        let zone = self.coverage.zone.unwrap_or(Tz::UTC);
        if let Some(replacement) = self.replacement {
            return Some(local_day(replacement.since(), zone));
        }
        let delivered_at = self.coverage.delivered_at?;
        Some(local_day(delivered_at, self.coverage.delivery_zone.unwrap_or(zone)))
    }
}
