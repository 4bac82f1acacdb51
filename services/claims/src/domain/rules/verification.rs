//! Stage 2: what accepting or rejecting the documents needs (C2, C6, C8, C9).

use recourse_kernel::Finding;
use recourse_terms::{Exclusion, Terms};

use super::rests_on;
use crate::domain::commands::Reject;
use crate::domain::events::{AsksFor, Ground};
use crate::domain::rejection::{Action, ClaimRejection};
use crate::domain::state::{Claim, Purchase, Question, Stage};

const JUDGING: Action = Action {
    sentence: "the documents can be accepted or rejected",
    possible_in: &["verification"],
};

pub(crate) fn documents_are_being_checked(claim: &Claim) -> Result<(), ClaimRejection> {
    match claim.stage {
        // C8 gives a better refusal than the stage does.
        Stage::Verification | Stage::Submission => Ok(()),
        _ => Err(claim.wrong_stage(&JUDGING)),
    }
}

/// C6: another device arrived at the shop instead of the claimed one and is in quarantine: the
/// claim can be rejected for that, and the device is returned.
pub(crate) fn another_device_came(claim: &Claim, command: &Reject) -> bool {
    let is_quarantined = claim.visit.as_ref().is_some_and(|visit| visit.quarantined.is_some());
    claim.stage == Stage::Inspection && is_quarantined && command.code == Ground::SerialDoesNotMatch
}

/// C8: while a dispute with the seller is undecided, verification waits.
pub(crate) fn no_dispute_is_open(
    purchase: &Purchase,
    claim: &Claim,
) -> Result<Finding, ClaimRejection> {
    if purchase.has_open_dispute(claim.device) {
        return Err(ClaimRejection::DisputeIsOpen { device: claim.device });
    }
    Ok(Finding::passed("C8", "no dispute with the seller is open"))
}

/// C9: a claim that was filed in time is judged by the policy as it was then.
pub(crate) fn policy_as_it_was_when_filed(claim: &Claim) -> Finding {
    Finding::passed("C9", "filed in time; judged by the policy as it was then")
        .fact("filed_at", claim.filed_at)
        .fact("terms", &claim.terms)
}

/// C6: if the terms require registration with the provider, the accepted form is that registration.
pub(crate) fn form_is_the_registration(claim: &Claim, terms: &Terms) -> Finding {
    let finding = if terms.claim.registration {
        Finding::passed("C6", "the accepted form registers the serial")
            .fact("serial", &claim.serial)
    } else {
        Finding::passed("C6", "the terms require no registration")
    };
    rests_on(finding, &["claim.registration"])
}

/// An exclusion is named if and only if the ground is `excluded`.
pub(crate) fn ground_is_named(command: &Reject) -> Result<Finding, ClaimRejection> {
    match (command.code, command.exclusion) {
        (Ground::Excluded, None) => Err(ClaimRejection::ExclusionNotNamed),
        (Ground::DocumentsIncomplete | Ground::SerialDoesNotMatch, Some(_)) => {
            Err(ClaimRejection::ExclusionWithoutNeed)
        }
        (Ground::Excluded, Some(exclusion)) => {
            Ok(Finding::failed("C9", exclusion.reason()).fact("exclusion", exclusion))
        }
        (Ground::DocumentsIncomplete, None) => {
            Ok(Finding::failed("C2", "the documents are incomplete"))
        }
        (Ground::SerialDoesNotMatch, None) => {
            Ok(Finding::failed("C6", "the serial does not match the device that was sold"))
        }
    }
}

/// C3: documents count as incomplete only after the buyer was asked for one in writing and did not
/// send it, or if the rejection says why what was sent is not sufficient.
pub(crate) fn missing_documents_were_asked_for(
    claim: &Claim,
    command: &Reject,
) -> Result<Finding, ClaimRejection> {
    if command.code != Ground::DocumentsIncomplete {
        return Ok(Finding::passed("C3", "the documents are not said to be incomplete"));
    }
    let is_for_a_document = |question: &&Question| question.asks_for == Some(AsksFor::Document);
    let asked = claim.questions.iter().rev().find(is_for_a_document);
    let asked = asked.ok_or(ClaimRejection::NotAsked)?;
    if asked.photos > 0 && command.explanation.is_none() {
        return Err(ClaimRejection::SentWhatWasAskedFor { question: asked.number });
    }
    Ok(Finding::passed("C3", "the buyer was asked for what is missing")
        .fact("question", asked.number)
        .fact("photos_sent", asked.photos))
}

/// C9: `expired` applies only when a claim is filed, never later.
pub(crate) fn expired_is_never_judged_later(command: &Reject) -> Result<Finding, ClaimRejection> {
    if command.exclusion == Some(Exclusion::Expired) {
        return Err(ClaimRejection::ExpiredIsJudgedAtFiling);
    }
    Ok(Finding::passed("C9", "the claim was filed in time"))
}

/// `force_majeure`: the provider must name the event.
pub(crate) fn force_majeure_names_the_event(command: &Reject) -> Result<Finding, ClaimRejection> {
    if command.exclusion == Some(Exclusion::ForceMajeure) && command.explanation.is_none() {
        return Err(ClaimRejection::EventNotNamed);
    }
    Ok(Finding::passed("exclusions", "an event of force majeure is named if that is the ground"))
}

/// `unauthorized_repair`: a repair that the seller agreed to in a dispute does not count as one.
pub(crate) fn the_repair_was_not_agreed_to(
    purchase: &Purchase,
    claim: &Claim,
    command: &Reject,
) -> Result<Finding, ClaimRejection> {
    let agreed = purchase.seller_agreed_to_a_repair(claim.device);
    if agreed && command.exclusion == Some(Exclusion::UnauthorizedRepair) {
        return Err(ClaimRejection::RepairWasAgreedTo);
    }
    Ok(Finding::passed(
        "exclusions",
        "a repair that the seller agreed to does not count against the buyer",
    )
    .fact("seller_agreed_to_a_repair", agreed))
}
