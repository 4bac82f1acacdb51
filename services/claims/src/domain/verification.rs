//! Stage 2, verification: the provider's staff check the documents, and accept or reject the claim
//! (C3, C6, C8, C9).

use chrono::TimeDelta;
use recourse_kernel::{
    ClaimId, DeviceId, Finding, Findings, Instant, JobId, OrderId, PolicyId, Principal, Sealed,
    Tried,
};
use recourse_terms::{
    Country, DeviceKind, Exclusion, Outcome, PauseReason, Program, Provider, Serial, Terms,
    TermsRef,
};
use serde::{Deserialize, Serialize};

use super::disputes::{Dispute, DisputeEnding, DisputeState};
use super::explanation::rests_on;
use super::facts::CoverageEnd;
use super::inspection::Visit;
use super::rejection::Action;
use super::requester::only_the_provider;
use super::review::AcceptedAs;
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage, pinned, settlement};

// ---------------------------------------------------------------- events (stored permanently)

/// The documents are in order: the device can go to a repair shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Policy id, `pol_…`.
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
    /// Buyer's city, which selects the repair shop.
    pub city: String,
    /// Pseudonym of the buyer; names are never stored in plaintext.
    pub buyer: String,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// Serial to expect at the shop; if the terms require registration, the registered one (C6).
    pub serial: Serial,
    /// Kind of device: phone or tablet.
    pub kind: DeviceKind,
    /// Number of the shop visit under this claim, from 1.
    pub visit: u32,
    /// The job to open, `job_…`.
    pub job: JobId,
    /// Version of the terms that this decision follows.
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// The provider rejected the claim after checking the documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Who rejected it; an appeal goes to another reviewer.
    pub by: Principal,
    /// Ground of the rejection.
    pub code: Ground,
    /// Exclusion that applies, if the ground is `excluded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
    /// The provider's explanation, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
    /// First instant at which an appeal is too late; absent if the terms have no appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<Instant>,
    /// Version of the terms that this decision follows.
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// Grounds of a rejection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// An exclusion of the terms.
    Excluded,
    /// The documents are incomplete, even after a question.
    DocumentsIncomplete,
    /// The serial does not match the device that was sold.
    SerialDoesNotMatch,
}

// ---------------------------------------------------------------- evolve

impl Claim {
    pub(super) fn accepted(&mut self, event: &Accepted, at: Instant) {
        self.stage = Stage::Inspection;
        self.accepted_as = Some(AcceptedAs { decision: self.decisions, at });
        if self.visit.as_ref().is_none_or(|visit| visit.job != event.job) {
            self.visit = Some(Visit::expected(event.job));
        }
        if let Some(clock) = &mut self.clock {
            // A rejection that was overturned on appeal had stopped it.
            clock.clock.stopped = None;
        }
        self.stop_clock(PauseReason::HandOver, at);
    }

    pub(super) fn rejected(&mut self, event: &Rejected, at: Instant) {
        self.end_clock(at);
        if let Some(appeal_until) = event.appeal_until {
            self.stage = Stage::Rejected { by: event.by.clone(), appeal_until };
        }
    }
}

// ---------------------------------------------------------------- decide

/// Accepts the documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accept {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
}

/// Accepts the documents and opens the visit to a shop.
pub(super) fn accept(purchase: &Purchase, command: &Accept, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    documents_are_being_checked(claim)?;
    let mut rules = Tried::default();
    rules.all([
        no_dispute_is_open(purchase, claim),
        no_answer_is_awaited(claim),
        seller_has_not_compensated(purchase, claim),
        Ok(policy_as_it_was_when_filed(claim)),
        Ok(form_is_the_registration(claim, terms)),
    ]);
    Ok(vec![accepted(purchase, claim, rules.passed()?)?])
}

/// The event that accepts the documents, now or on appeal.
pub(super) fn accepted(
    purchase: &Purchase,
    claim: &Claim,
    findings: Findings,
) -> Result<ClaimEvent, ClaimRejection> {
    let coverage = purchase.coverage(claim.policy)?;
    let visit = match &claim.visit {
        None => 1,
        // The device that arrived instead is still at that shop, which has to resolve the mismatch.
        Some(visit) if visit.quarantined.is_some() => visit.job.visit,
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
        serial: claim.serial.clone(),
        kind: coverage.kind.clone(),
        visit,
        job: claim.id.job(visit),
        terms: claim.terms.clone(),
        findings,
    })))
}

/// Rejects the claim after checking the documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reject {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Ground of the rejection.
    pub code: Ground,
    /// Exclusion that applies, if the ground is `excluded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
    /// The provider's explanation, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
}

/// Rejects the claim; it closes at once only if the terms have no appeal.
pub(super) fn reject(purchase: &Purchase, command: &Reject, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    if !another_device_came(claim, command) {
        documents_are_being_checked(claim)?;
    }
    let mut rules = Tried::default();
    rules.all([
        no_dispute_is_open(purchase, claim),
        no_answer_is_awaited(claim),
        ground_is_named(command),
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
        settlement::end_without_remedy(purchase, claim, Outcome::Rejected, cx.now, vec![why])
    };
    Ok(std::iter::once(rejected).chain(appeal_until.is_none().then(closed)).collect())
}

// ---------------------------------------------------------------- rules

const JUDGING: Action = Action {
    sentence: "the documents can be accepted or rejected",
    possible_in: &["verification"],
};

fn documents_are_being_checked(claim: &Claim) -> Result<(), ClaimRejection> {
    match claim.stage {
        // C8 gives a better refusal than the stage does.
        Stage::Verification | Stage::Submission => Ok(()),
        _ => Err(ClaimRejection::wrong_stage(claim, &JUDGING)),
    }
}

/// C6: another device arrived at the shop instead of the claimed one and is in quarantine: the
/// claim can be rejected for that, and the device is returned.
fn another_device_came(claim: &Claim, command: &Reject) -> bool {
    let is_quarantined = claim.visit.as_ref().is_some_and(|visit| visit.quarantined.is_some());
    claim.stage == Stage::Inspection && is_quarantined && command.code == Ground::SerialDoesNotMatch
}

/// C8: while a dispute with the seller is undecided, verification waits.
fn no_dispute_is_open(purchase: &Purchase, claim: &Claim) -> Result<Finding, ClaimRejection> {
    if purchase.has_open_dispute(claim.device) {
        return Err(ClaimRejection::DisputeIsOpen { device: claim.device });
    }
    Ok(Finding::passed("C8", "no dispute with the seller is open"))
}

/// C3: documents are not judged while an answer about them is awaited.
pub(super) fn no_answer_is_awaited(claim: &Claim) -> Result<Finding, ClaimRejection> {
    claim.no_answer_is_awaited()?;
    Ok(Finding::passed("C3", "no answer is awaited").fact("questions", claim.questions.len()))
}

/// `compensated_by_seller`: a device that the seller refunded in full or exchanged is not repaired
/// at the provider's cost. Partial refunds are recorded for the staff to judge.
pub(super) fn seller_has_not_compensated(
    purchase: &Purchase,
    claim: &Claim,
) -> Result<Finding, ClaimRejection> {
    let endings: Vec<DisputeEnding> = purchase
        .disputes_about(claim.device)
        .filter_map(|dispute| match dispute.state {
            DisputeState::Decided { ending, .. } => Some(ending),
            DisputeState::Open => None,
        })
        .collect();
    let whole = |ending: &&DisputeEnding| {
        matches!(ending, DisputeEnding::FullRefund | DisputeEnding::Exchange)
    };
    let coverage = purchase.coverage(claim.policy)?;
    let reimbursed = match coverage.ended {
        Some(
            CoverageEnd::RefundedInFull
            | CoverageEnd::ExchangedBySeller
            | CoverageEnd::Returned
            | CoverageEnd::OrderCancelled,
        ) => true,
        // C9: the end of the policy meanwhile changes nothing; what the seller refunds after the
        // end does.
        Some(
            CoverageEnd::CancelledBeforeCoverage
            | CoverageEnd::Expired
            | CoverageEnd::CoverageReplaced,
        )
        | None => coverage.is_refunded_in_full(),
    };
    if reimbursed || endings.iter().find(whole).is_some() {
        return Err(ClaimRejection::SellerCompensated);
    }
    let outcome = "the seller has neither refunded the device in full nor exchanged it";
    Ok(Finding::passed("C8", outcome).fact("disputes", endings))
}

/// C9: a claim that was filed in time is judged by the policy as it was then.
fn policy_as_it_was_when_filed(claim: &Claim) -> Finding {
    Finding::passed("C9", "filed in time; judged by the policy as it was then")
        .fact("filed_at", claim.filed_at)
        .fact("terms", &claim.terms)
}

/// C6: if the terms require registration with the provider, the accepted form is that registration.
fn form_is_the_registration(claim: &Claim, terms: &Terms) -> Finding {
    let finding = if terms.claim.registration {
        Finding::passed("C6", "the accepted form registers the serial")
            .fact("serial", &claim.serial)
    } else {
        Finding::passed("C6", "the terms require no registration")
    };
    rests_on(finding, &["claim.registration"])
}

/// C8: whether a dispute was open and undecided when the documents were accepted.
pub(super) fn no_dispute_was_open_at(
    known: &Purchase,
    claim: &Claim,
    accepted_at: Instant,
) -> Result<(), ClaimRejection> {
    let was_open = |dispute: &Dispute| dispute.was_open_at(accepted_at);
    if known.disputes_about(claim.device).any(was_open) {
        return Err(ClaimRejection::DisputeIsOpen { device: claim.device });
    }
    Ok(())
}

/// An exclusion is named if and only if the ground is `excluded`.
fn ground_is_named(command: &Reject) -> Result<Finding, ClaimRejection> {
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

/// C9: `expired` applies only when a claim is filed, never later.
fn expired_is_never_judged_later(command: &Reject) -> Result<Finding, ClaimRejection> {
    if command.exclusion == Some(Exclusion::Expired) {
        return Err(ClaimRejection::ExpiredIsJudgedAtFiling);
    }
    Ok(Finding::passed("C9", "the claim was filed in time"))
}

/// `force_majeure`: the provider must name the event.
fn force_majeure_names_the_event(command: &Reject) -> Result<Finding, ClaimRejection> {
    if command.exclusion == Some(Exclusion::ForceMajeure) && command.explanation.is_none() {
        return Err(ClaimRejection::EventNotNamed);
    }
    Ok(Finding::passed("exclusions", "an event of force majeure is named if that is the ground"))
}

/// `unauthorized_repair`: a repair that the seller agreed to in a dispute does not count as one.
fn the_repair_was_not_agreed_to(
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
