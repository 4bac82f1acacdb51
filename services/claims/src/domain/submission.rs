//! Stage 1, submission: the buyer files the complaint (C1, C2, C4, C6, C8, T2, T7, T10, S2).
//!
//! Long because a form has many fields and a filing many rules, which read as one list.

use chrono_tz::Tz;
use recourse_kernel::{
    ClaimId, DeviceId, Finding, Findings, Instant, OrderId, PolicyId, Sealed, Tried,
};
use recourse_terms::coverage::local_day;
use recourse_terms::{
    Country, Outcome, PauseReason, PaymentKind, Program, Provider, Serial, Terms, TermsRef,
    payments,
};
use serde::{Deserialize, Serialize};

use super::chain::{
    Chain, EarlierRepair, chain, receipts_of, receipts_that_count, returning_from, what_went_before,
};
use super::explanation::rests_on;
use super::in_time::{coverage_has_started, coverage_was_not_cancelled, policy_answers_still};
use super::rejection::LeftBy;
use super::replacement::Replacement;
use super::requester::only_the_buyer;
use super::time::{DecideWithin, DecisionClock};
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage, pinned};

// ---------------------------------------------------------------- events (formats, kept for ever)

/// A claim was filed, in time and complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filed {
    /// The claim.
    pub claim: ClaimId,
    /// The policy that it is made under.
    pub policy: PolicyId,
    /// The order.
    pub order: OrderId,
    /// The device.
    pub device: DeviceId,
    /// Who will work it.
    pub provider: Provider,
    /// Repair or exchange.
    pub program: Program,
    /// Where the buyer is.
    pub country: Country,
    /// The buyer's city.
    pub city: String,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The device's serial or IMEI.
    pub serial: Serial,
    /// What the buyer wants.
    pub requested_remedy: RequestedRemedy,
    /// What is wrong, in detail.
    pub defect: Sealed,
    /// Name, e-mail and telephone.
    pub contact: Sealed,
    /// The photos.
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// The chain of claims for the same returning defect.
    pub chain: Chain,
    /// Repairs of the defect elsewhere, before the claim (T6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_repairs: Vec<EarlierRepair>,
    /// Which of their receipts count, by their SHA-256 (T6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipts_that_count: Option<Vec<String>>,
    /// When it was filed.
    pub filed_at: Instant,
    /// How long the decision may take, where the terms count from the filing (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_within: Option<DecideWithin>,
    /// When the decision is due, if the clock never stands still (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Instant>,
    /// Whether the verification waits for a dispute with the seller (C8).
    #[serde(default)]
    pub waits_for_dispute: bool,
    /// Whether it is made under the warranty of a replacement (T7).
    #[serde(default)]
    pub under_replacement: bool,
    /// The terms by which it is judged to its end (C9).
    pub terms: TermsRef,
    /// The rules that were tried.
    pub findings: Findings,
}

/// What a buyer can want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedRemedy {
    /// The device mended.
    Repair,
    /// Another device.
    Replacement,
    /// Cash.
    Refund,
}

/// A photo that was stored before the filing. The log holds only what identifies it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// SHA-256 of the stored bytes, in hexadecimal.
    pub sha256: String,
    /// How many bytes.
    pub size: u64,
    /// Always `image/jpeg` (C2).
    pub media_type: String,
}

// ---------------------------------------------------------------- evolve

impl Claim {
    /// A claim as it was filed.
    pub fn filed(event: &Filed) -> Self {
        let clock = event.decide_within.clone();
        // Filings of an earlier release did not tell it: every receipt counted.
        let reported = event.receipts_that_count.clone();
        let receipts = reported.unwrap_or_else(|| receipts_of(&event.earlier_repairs));
        let mut claim = Self {
            id: event.claim,
            policy: event.policy,
            order: event.order,
            device: event.device,
            buyer: event.buyer.clone(),
            provider: event.provider.clone(),
            program: event.program,
            terms: event.terms.clone(),
            country: event.country,
            city: event.city.clone(),
            serial: event.serial.clone(),
            requested_remedy: event.requested_remedy,
            chain: event.chain.clone(),
            filed_at: event.filed_at,
            under_replacement: event.under_replacement,
            stage: Stage::Verification,
            clock: clock.map(|within| DecisionClock::started(within, event.filed_at)),
            questions: Vec::new(),
            visit: None,
            offers: Vec::new(),
            appeal: None,
            escalated: false,
            abandoned: None,
            defects: 1,
            repairs_elsewhere: u32::try_from(receipts.len()).unwrap_or(u32::MAX),
            receipts,
            decisions: 1,
            accepted_as: None,
            settled_as: None,
            reviews: Vec::new(),
        };
        if event.waits_for_dispute {
            claim.stage = Stage::Submission;
            claim.stop_clock(PauseReason::Dispute, event.filed_at);
        }
        claim
    }
}

// ---------------------------------------------------------------- decide

/// The form (C2). Its texts were checked and sealed by the edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// The policy to claim under.
    pub policy: PolicyId,
    /// The device's serial or IMEI.
    pub serial: Serial,
    /// What the buyer wants.
    pub requested_remedy: RequestedRemedy,
    /// Where the buyer is.
    pub country: Country,
    /// The buyer's city.
    pub city: String,
    /// What is wrong, in detail.
    pub defect: Sealed,
    /// Name, e-mail and telephone.
    pub contact: Sealed,
    /// The photos, stored before.
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// The claim whose defect has returned, if it is one that returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<ClaimId>,
    /// Repairs of the defect elsewhere, before the claim (T6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_repairs: Vec<EarlierRepair>,
}

/// Files a claim, when every rule lets it pass. Each is tried, so that a buyer reads at once all that stands against
/// the filing.
pub(super) fn file(purchase: &Purchase, form: &File, cx: &Cx<'_>) -> Decision {
    let coverage = purchase.coverage(form.policy)?;
    let terms = pinned(&coverage.terms, cx.reference)?;
    only_the_buyer(&coverage.buyer, cx)?;

    let returning = returning_from(purchase, form);
    let replacement = Replacement::of(purchase, form.policy, terms, coverage);
    let mut rules = Tried::default();
    rules.all(returning.as_ref().err().cloned().map(Err));
    rules.all([
        order_is_completed(purchase),
        coverage_was_not_cancelled(coverage),
        coverage_has_started(coverage, terms, cx.now),
        policy_answers_still(coverage, replacement.as_ref(), cx.now),
        no_other_claim_is_open(purchase, form.policy),
        device_is_not_the_providers(purchase, form.policy, terms),
        photos_are_enough(form, terms),
        serial_is_the_registered_one(purchase, form, replacement.as_ref(), terms),
        requested_remedy_fits_the_program(form, terms),
        program_is_carried_out_in(form.country, terms),
    ]);
    let mut findings = rules.passed()?;
    let previous = returning?;
    let number = purchase.claims_of(form.policy).last().map_or(0, |last| last.id.claim) + 1;
    let claim = form.policy.claim(number);
    let zone = coverage.zone.unwrap_or(Tz::UTC);
    let received_on = match &replacement {
        Some(replacement) => Some(local_day(replacement.since(), zone)),
        None => {
            coverage.delivered_at.map(|at| local_day(at, coverage.delivery_zone.unwrap_or(zone)))
        }
    };
    let filed_on = local_day(cx.now, zone);
    let receipts = receipts_that_count(purchase, form, previous, received_on, filed_on);
    let elsewhere = u32::try_from(receipts.len()).unwrap_or(u32::MAX);
    let chain = chain(purchase, claim, previous, elsewhere, cx.now);
    findings.extend(what_went_before(form, &chain, receipts.len()));
    let waits_for_dispute = purchase.has_open_dispute(coverage.device);
    findings.extend(verification_waits_for_the_dispute(waits_for_dispute));

    let decide_within = DecideWithin::of(terms);
    let clock = decide_within.clone().map(|within| DecisionClock::started(within, cx.now));
    findings.extend(decide_within.as_ref().map(decision_is_due));
    Ok(vec![ClaimEvent::Filed(Box::new(Filed {
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
        contact: form.contact.clone(),
        photos: form.photos.clone(),
        chain,
        earlier_repairs: form.earlier_repairs.clone(),
        receipts_that_count: (!form.earlier_repairs.is_empty()).then_some(receipts),
        filed_at: cx.now,
        decide_by: clock.as_ref().and_then(DecisionClock::due),
        decide_within,
        waits_for_dispute,
        under_replacement: replacement.is_some_and(|replacement| replacement.answers_at(cx.now)),
        terms: coverage.terms.clone(),
        findings,
    }))])
}

// ---------------------------------------------------------------- rules

/// T10: a claim needs a completed order: the buyer confirmed the receipt, or the marketplace says so.
fn order_is_completed(purchase: &Purchase) -> Result<Finding, ClaimRejection> {
    match purchase.completed_at {
        Some(at) => Ok(Finding::passed("T10", "the order is completed").fact("completed_at", at)),
        None => Err(ClaimRejection::OrderNotCompleted),
    }
}

/// C4: one open claim per policy.
fn no_other_claim_is_open(
    purchase: &Purchase,
    policy: PolicyId,
) -> Result<Finding, ClaimRejection> {
    match purchase.claims_of(policy).find(|claim| claim.is_open()) {
        Some(open) => Err(ClaimRejection::AnotherClaimIsOpen { open: open.id }),
        None => Ok(Finding::passed("C4", "no other claim is open under the policy")),
    }
}

/// M7, M9: a device that was paid in cash, or was left to the provider because its buyer never paid what was owed
/// for it (M8), is the provider's, and no second claim is made for it.
fn device_is_not_the_providers(
    purchase: &Purchase,
    policy: PolicyId,
    terms: &Terms,
) -> Result<Finding, ClaimRejection> {
    let gone =
        purchase.claims_of(policy).find_map(|claim| Some((claim.id, left_by(claim, terms)?)));
    match gone {
        Some((by, how)) => Err(ClaimRejection::DeviceIsTheProviders { by, how }),
        None => Ok(Finding::passed("M9", "the device was neither paid in cash nor abandoned")),
    }
}

/// How the device became the provider's by a claim, with nothing in its place that could be claimed for.
fn left_by(claim: &Claim, terms: &Terms) -> Option<LeftBy> {
    if claim.abandoned.is_some() {
        return Some(LeftBy::Abandoned);
    }
    let settled = claim.settled_as.as_ref().filter(|_| claim.outcome() == Some(Outcome::Refunded));
    let owed = payments(terms, &settled?.facts).unwrap_or_default();
    owed.iter().any(|payment| payment.kind == PaymentKind::DeviceCash).then_some(LeftBy::Cash)
}

/// C2: at least as many photos as the terms ask for, at most as many as they allow, each once, JPEG only.
fn photos_are_enough(form: &File, terms: &Terms) -> Result<Finding, ClaimRejection> {
    let (least, most) = (terms.claim.photos_at_least, terms.claim.photos_at_most);
    let given = form.photos.len();
    if given < usize::from(least) {
        return Err(ClaimRejection::TooFewPhotos { given, least });
    }
    let mut hashes: Vec<_> = form.photos.iter().map(|photo| &photo.sha256).collect();
    hashes.sort_unstable();
    hashes.dedup();
    if given > usize::from(most) || hashes.len() < given {
        return Err(ClaimRejection::TooManyPhotos { given, most });
    }
    if form.photos.iter().any(|photo| photo.media_type != "image/jpeg") {
        return Err(ClaimRejection::PhotoIsNotJpeg);
    }
    let finding = Finding::passed("C2", "the form is complete")
        .fact("photos", given)
        .fact("asked_for", least);
    Ok(rests_on(finding, &["claim.photos_at_least", "claim.photos_at_most"]))
}

/// C6: where the terms demand registration, the first accepted form is it, and every later claim must be for
/// that very device. T7, M9: after a replacement, whatever the terms demand, only for what replaced it. A device is
/// named by any spelling of its IMEI, and by either of two.
fn serial_is_the_registered_one(
    purchase: &Purchase,
    form: &File,
    replacement: Option<&Replacement>,
    terms: &Terms,
) -> Result<Finding, ClaimRejection> {
    let registration = &["claim.registration"];
    if let Some(replacement) = replacement {
        if !replacement.is_named_by(&form.serial) {
            return Err(if terms.claim.registration {
                ClaimRejection::NotTheRegisteredDevice
            } else {
                ClaimRejection::NotTheReplacement
            });
        }
        return Ok(Finding::passed("T7", "the serial is that of the device that was sent last")
            .fact("took_the_place_of", &replacement.took_the_place_of));
    }
    if !terms.claim.registration {
        let finding = Finding::passed("C6", "the terms demand no registration");
        return Ok(rests_on(finding, registration));
    }
    let mut visits = purchase.claims_of(form.policy).filter_map(|claim| claim.visit.as_ref());
    let borne = visits.any(|visit| visit.is_of_the_device(&form.serial));
    let accepted = purchase.claims_of(form.policy).find(|claim| claim.visit.is_some());
    match accepted.map(|claim| &claim.serial) {
        Some(registered) if !borne && !registered.names_the_device_of(&form.serial) => {
            Err(ClaimRejection::NotTheRegisteredDevice)
        }
        Some(_) => {
            let finding = Finding::passed("C6", "the serial is the registered one");
            Ok(rests_on(finding, registration))
        }
        None => {
            let finding = Finding::passed("C6", "the form, once accepted, registers the serial");
            Ok(rests_on(finding, registration))
        }
    }
}

/// S2: under an exchange policy the buyer may ask for a repair only where the terms allow it.
fn requested_remedy_fits_the_program(
    form: &File,
    terms: &Terms,
) -> Result<Finding, ClaimRejection> {
    let repair_of_exchange =
        terms.program == Program::Exchange && form.requested_remedy == RequestedRemedy::Repair;
    if repair_of_exchange && !terms.remedy.repair_under_exchange {
        return Err(ClaimRejection::NoRepairUnderExchange);
    }
    let outcome = if repair_of_exchange {
        "the terms allow a repair under an exchange policy"
    } else {
        "the wish fits the program"
    };
    let finding = Finding::passed("S2", outcome)
        .fact("requested_remedy", form.requested_remedy)
        .fact("program", terms.program);
    Ok(if repair_of_exchange {
        rests_on(finding, &["remedy.repair_under_exchange"])
    } else {
        finding
    })
}

/// S5, C7: the provider works claims in the countries of its terms; elsewhere there is no shop to go to.
fn program_is_carried_out_in(country: Country, terms: &Terms) -> Result<Finding, ClaimRejection> {
    if terms.is_offered_in(&country) {
        let finding =
            Finding::passed("S5", "the provider works claims there").fact("country", country);
        return Ok(rests_on(finding, &[&format!("countries.{country}")]));
    }
    let served = terms.countries.iter().map(ToString::to_string).collect();
    Err(ClaimRejection::CountryNotServed { country, served })
}

/// C8: a dispute with the seller that is still undecided: the claim is taken, its verification waits.
fn verification_waits_for_the_dispute(waits: bool) -> Option<Finding> {
    waits.then(|| {
        let outcome = "a dispute with the seller is undecided: verification waits for it";
        Finding::passed("C8", outcome)
    })
}

/// T3: within how many counted days the claim is decided, where they count from the filing.
fn decision_is_due(within: &DecideWithin) -> Finding {
    let finding =
        Finding::passed("T3", format!("a decision is due in {} counted days", within.days));
    rests_on(finding, &["remedy.within_days", "remedy.counted_from", "remedy.clock_stops"])
}
