//! Stage 1, submission: the buyer files the claim (C1, C2, C4, C6, C8, T2, T7, T10, S2).
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
use super::in_time::{coverage_has_started, coverage_was_not_cancelled, policy_still_covers};
use super::rejection::LeftBy;
use super::replacement::Replacement;
use super::requester::only_the_buyer;
use super::time::{DecideWithin, DecisionClock};
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage, pinned};

// ---------------------------------------------------------------- events (stored permanently)

/// A claim was filed, in time and complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filed {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// The policy that the claim is filed under.
    pub policy: PolicyId,
    /// Order id, `ord_…`.
    pub order: OrderId,
    /// Device id: one unit of an order line.
    pub device: DeviceId,
    /// Provider that handles the claim.
    pub provider: Provider,
    /// Kind of warranty: repair or exchange.
    pub program: Program,
    /// Buyer's country, from the form.
    pub country: Country,
    /// Buyer's city, from the form.
    pub city: String,
    /// Pseudonym of the buyer; names are never stored in plaintext.
    pub buyer: String,
    /// Serial number or IMEI of the device, from the form.
    pub serial: Serial,
    /// Remedy that the buyer requests.
    pub requested_remedy: RequestedRemedy,
    /// Buyer's description of the defect, sealed.
    pub defect: Sealed,
    /// Buyer's name, email and phone number, sealed.
    pub contact: Sealed,
    /// Photos of the defect, by hash.
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// Position in the chain of claims for one returning defect (T6, M1).
    pub chain: Chain,
    /// Earlier repairs of this defect elsewhere, as the buyer reported them (T6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_repairs: Vec<EarlierRepair>,
    /// Which of their receipts count, by SHA-256 (T6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipts_that_count: Option<Vec<String>>,
    /// When the claim was filed.
    pub filed_at: Instant,
    /// Time limit of the decision, if the terms count it from the filing (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_within: Option<DecideWithin>,
    /// When the decision is due if the clock is never paused (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Instant>,
    /// Whether verification waits for a dispute with the seller (C8).
    #[serde(default)]
    pub waits_for_dispute: bool,
    /// Whether the claim is made under a replacement's own warranty (T7).
    #[serde(default)]
    pub under_replacement: bool,
    /// Version of the terms that governs the claim until it closes (C9).
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// What a buyer can request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedRemedy {
    /// A repair of the device.
    Repair,
    /// A replacement.
    Replacement,
    /// Cash.
    Refund,
}

/// A photo that was stored before the filing. The log holds only its identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// SHA-256 of the stored bytes, in hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
    /// Media type, always `image/jpeg` (C2).
    pub media_type: String,
}

// ---------------------------------------------------------------- evolve

impl Claim {
    /// A new claim from its filing.
    pub fn filed(event: &Filed) -> Self {
        let clock = event.decide_within.clone();
        // Filings of an earlier release did not carry the list: every receipt counted.
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

/// Files a claim (C2). The edge has checked and sealed the texts of the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// The policy to claim under.
    pub policy: PolicyId,
    /// Serial number or IMEI of the device, from the form.
    pub serial: Serial,
    /// Remedy that the buyer requests.
    pub requested_remedy: RequestedRemedy,
    /// Buyer's country, from the form.
    pub country: Country,
    /// Buyer's city, from the form.
    pub city: String,
    /// Buyer's description of the defect, sealed.
    pub defect: Sealed,
    /// Buyer's name, email and phone number, sealed.
    pub contact: Sealed,
    /// Photos of the defect, stored before the filing.
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// The claim whose defect has returned, if it is a returning one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<ClaimId>,
    /// Earlier repairs of this defect elsewhere, as the buyer reported them (T6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_repairs: Vec<EarlierRepair>,
}

/// Files a claim if no rule refuses it. Every rule is evaluated, so that the buyer gets all
/// objections at once.
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
        policy_still_covers(coverage, replacement.as_ref(), cx.now),
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
        under_replacement: replacement.is_some_and(|replacement| replacement.is_running_at(cx.now)),
        terms: coverage.terms.clone(),
        findings,
    }))])
}

// ---------------------------------------------------------------- rules

/// T10: a claim needs a completed order: the buyer confirmed the receipt, or the marketplace
/// reported it.
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

/// M7, M9: a device that was paid in cash, or abandoned because the buyer never paid what was owed
/// for it (M8), belongs to the provider, and no second claim can be filed for it.
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

/// How the device came to belong to the provider, without a replacement that could be claimed for.
fn left_by(claim: &Claim, terms: &Terms) -> Option<LeftBy> {
    if claim.abandoned.is_some() {
        return Some(LeftBy::Abandoned);
    }
    let settled = claim.settled_as.as_ref().filter(|_| claim.outcome() == Some(Outcome::Refunded));
    let owed = payments(terms, &settled?.facts).unwrap_or_default();
    owed.iter().any(|payment| payment.kind == PaymentKind::DeviceCash).then_some(LeftBy::Cash)
}

/// C2: the number of photos is within the limits of the terms, without duplicates, JPEG only.
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

/// C6: if the terms require registration, the first accepted form registers the device, and every
/// later claim must be for that same device. T7, M9: after a replacement, whatever the terms
/// require, a claim must be for the replacement. Any spelling of the IMEI names a device, and so
/// does either of two IMEIs.
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
        return Ok(Finding::passed("T7", "the serial is that of the last replacement")
            .fact("took_the_place_of", &replacement.replaced_serials));
    }
    if !terms.claim.registration {
        let finding = Finding::passed("C6", "the terms require no registration");
        return Ok(rests_on(finding, registration));
    }
    let mut visits = purchase.claims_of(form.policy).filter_map(|claim| claim.visit.as_ref());
    let was_inspected = visits.any(|visit| visit.is_of_the_device(&form.serial));
    let accepted = purchase.claims_of(form.policy).find(|claim| claim.visit.is_some());
    match accepted.map(|claim| &claim.serial) {
        Some(registered) if !was_inspected && !registered.names_the_device_of(&form.serial) => {
            Err(ClaimRejection::NotTheRegisteredDevice)
        }
        Some(_) => {
            let finding = Finding::passed("C6", "the serial is the registered one");
            Ok(rests_on(finding, registration))
        }
        None => {
            let finding = Finding::passed("C6", "the form registers the serial once accepted");
            Ok(rests_on(finding, registration))
        }
    }
}

/// S2: under an exchange policy the buyer may ask for a repair only if the terms allow it.
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
        "the requested remedy fits the program"
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

/// S5, C7: the provider handles claims in the countries of its terms; elsewhere it has no shop.
fn program_is_carried_out_in(country: Country, terms: &Terms) -> Result<Finding, ClaimRejection> {
    if terms.is_offered_in(&country) {
        let finding =
            Finding::passed("S5", "the provider handles claims there").fact("country", country);
        return Ok(rests_on(finding, &[&format!("countries.{country}")]));
    }
    let served = terms.countries.iter().map(ToString::to_string).collect();
    Err(ClaimRejection::CountryNotServed { country, served })
}

/// C8: while a dispute with the seller is undecided, a claim is accepted for filing but its
/// verification waits.
fn verification_waits_for_the_dispute(waits: bool) -> Option<Finding> {
    waits.then(|| {
        let outcome = "a dispute with the seller is undecided: verification waits for it";
        Finding::passed("C8", outcome)
    })
}

/// T3: the number of counted days within which the claim is decided, if they count from the filing.
fn decision_is_due(within: &DecideWithin) -> Finding {
    let finding =
        Finding::passed("T3", format!("a decision is due within {} counted days", within.days));
    rests_on(finding, &["remedy.within_days", "remedy.counted_from", "remedy.clock_stops"])
}
