//! Stage 1: what a filing needs (C2, C4, C6, C8, S2, S5, T3, T10, M7, M9). Whether it is in time
//! is in [`super::in_time`].

use recourse_kernel::{Finding, PolicyId};
use recourse_terms::{Country, Outcome, PaymentKind, Program, Terms, payments};

use super::replacement::Replacement;
use super::rests_on;
use crate::domain::commands::File;
use crate::domain::events::{Admitted, DecideWithin, EarlierRepair, RequestedRemedy};
use crate::domain::rejection::{ClaimRejection, LeftBy};
use crate::domain::state::{Claim, Purchase, Stage};

/// T10: a claim needs a completed order: the buyer confirmed the receipt, the marketplace reported
/// it, or the days after the delivery have passed.
pub(crate) fn order_is_completed(
    purchase: &Purchase,
    policy: PolicyId,
) -> Result<Finding, ClaimRejection> {
    let order = policy.device().order();
    let at = purchase.completed_at.ok_or(ClaimRejection::OrderNotCompleted { order })?;
    Ok(Finding::passed("T10", "the order is completed").fact("completed_at", at))
}

/// C4: one open claim per policy.
pub(crate) fn no_other_claim_is_open(
    purchase: &Purchase,
    policy: PolicyId,
) -> Result<Finding, ClaimRejection> {
    match purchase.claims_of(policy).find(|claim| claim.is_open()) {
        Some(open) => Err(ClaimRejection::AnotherClaimIsOpen { open: open.id }),
        None => Ok(Finding::passed("C4", "no other claim is open under the policy")),
    }
}

/// C10: after a withdrawal the buyer may file again, as often as the terms say.
pub(crate) fn not_withdrawn_too_often(
    purchase: &Purchase,
    policy: PolicyId,
    terms: &Terms,
) -> Result<Finding, ClaimRejection> {
    let withdrawn = purchase
        .claims_of(policy)
        .filter(|claim| claim.outcome() == Some(Outcome::Withdrawn))
        .count();
    let most = terms.claim.filings_after_withdrawal();
    if withdrawn > usize::from(most) {
        return Err(ClaimRejection::WithdrawnTooOften { withdrawn, most });
    }
    let finding = Finding::passed("C10", "the buyer may file again after a withdrawal")
        .fact("withdrawn_before", withdrawn);
    Ok(rests_on(finding, &["claim.filings_after_withdrawal"]))
}

/// C10: after a rejection a new claim needs something new: a photo, a document or a defect code
/// that no rejected claim had since the last one that was decided otherwise. A claim that was
/// withdrawn decided nothing.
pub(crate) fn something_is_new(
    purchase: &Purchase,
    form: &File,
) -> Result<Finding, ClaimRejection> {
    let claims: Vec<&Claim> = purchase.claims_of(form.policy).collect();
    let is_rejected = |claim: &&&Claim| {
        matches!(
            claim.stage,
            Stage::Rejected { .. } | Stage::Closed { outcome: Outcome::Rejected, .. }
        )
    };
    let was_decided = |claim: &&&Claim| claim.outcome() != Some(Outcome::Withdrawn);
    let undecided_left_out = claims.iter().rev().filter(was_decided);
    let rejected: Vec<&&Claim> = undecided_left_out.take_while(is_rejected).collect();
    let Some(last) = rejected.first() else {
        return Ok(Finding::passed("C10", "the last claim was not rejected"));
    };
    let shown = |sha256: &String| rejected.iter().any(|claim| claim.shown.contains(sha256));
    let receipts = EarlierRepair::receipts(&form.earlier_repairs);
    let mut photos = form.photos.iter().map(|photo| &photo.sha256).chain(&receipts);
    let is_new_code = form
        .defect_code
        .is_some_and(|code| rejected.iter().all(|claim| claim.defect_code != Some(code)));
    if photos.all(shown) && !is_new_code {
        return Err(ClaimRejection::NothingNew { rejected: last.id });
    }
    Ok(Finding::passed("C10", "the form shows something that the rejected claim did not")
        .fact("rejected", last.id))
}

/// M10: the review of an earlier refusal admitted the filing as of its date.
pub(crate) fn was_admitted(admitted: &Admitted) -> Finding {
    Finding::passed("M10", "a review admitted the claim as of the date of the refused filing")
        .fact("review", admitted.review)
        .fact("as_of", admitted.as_of)
}

/// M7, M9: a device that was paid in cash, or abandoned because the buyer never paid what was owed
/// for it (M8), belongs to the provider, and no second claim can be filed for it.
pub(crate) fn device_is_not_the_providers(
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
pub(crate) fn photos_are_enough(form: &File, terms: &Terms) -> Result<Finding, ClaimRejection> {
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
pub(crate) fn serial_is_the_registered_one(
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
pub(crate) fn requested_remedy_fits_the_program(
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
pub(crate) fn program_is_carried_out_in(
    country: Country,
    terms: &Terms,
) -> Result<Finding, ClaimRejection> {
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
pub(crate) fn verification_waits_for_the_dispute(waits: bool) -> Option<Finding> {
    waits.then(|| {
        let outcome = "a dispute with the seller is undecided: verification waits for it";
        Finding::passed("C8", outcome)
    })
}

/// T3: the number of counted days within which the claim is decided, if they count from the filing.
pub(crate) fn decision_is_due(within: &DecideWithin) -> Finding {
    let finding =
        Finding::passed("T3", format!("a decision is due within {} counted days", within.days));
    rests_on(finding, &["remedy.within_days", "remedy.counted_from", "remedy.clock_stops"])
}
