//! Stage 2, verification: the provider's staff check the papers, and accept or reject (C3, C6, C8, C9).

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
use super::requester::only_the_provider;
use super::review::AcceptedAs;
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage, pinned, settlement};

// ---------------------------------------------------------------- events (formats, kept for ever)

/// The papers are in order: the device can go to a repair shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// The claim.
    pub claim: ClaimId,
    /// The policy.
    pub policy: PolicyId,
    /// The order.
    pub order: OrderId,
    /// The device.
    pub device: DeviceId,
    /// Who works it.
    pub provider: Provider,
    /// Repair or exchange.
    pub program: Program,
    /// Where the buyer is.
    pub country: Country,
    /// The buyer's city, which decides the shop.
    pub city: String,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The serial to expect; where the terms demand registration, the registered one (C6).
    pub serial: Serial,
    /// What the device is.
    pub kind: DeviceKind,
    /// Which visit to a shop under this claim it will be.
    pub visit: u32,
    /// The job to open.
    pub job: JobId,
    /// The terms.
    pub terms: TermsRef,
    /// The rules that were tried.
    pub findings: Findings,
}

/// The provider said no, on the papers alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    /// The claim.
    pub claim: ClaimId,
    /// Who said no; an appeal goes to somebody else.
    pub by: Principal,
    /// On what ground.
    pub code: Ground,
    /// Which exclusion, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
    /// Why, in the provider's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
    /// The first moment at which an appeal is too late; none where the terms have no appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<Instant>,
    /// The terms.
    pub terms: TermsRef,
    /// The rules that were tried.
    pub findings: Findings,
}

/// On what ground papers are rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// An exclusion of the terms.
    Excluded,
    /// The papers are not complete, also after asking.
    DocumentsIncomplete,
    /// The serial is not that of the device that was sold.
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
            // A rejection that was turned on appeal had stopped it.
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

/// Accepts the papers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accept {
    /// The claim.
    pub claim: ClaimId,
}

/// Accepts the papers and opens the visit to a shop.
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
        Ok(policy_as_it_stood_when_filed(claim)),
        Ok(form_is_the_registration(claim, terms)),
    ]);
    Ok(vec![accepted(purchase, claim, rules.passed()?)?])
}

/// That the papers are accepted, now or on appeal.
pub(super) fn accepted(
    purchase: &Purchase,
    claim: &Claim,
    findings: Findings,
) -> Result<ClaimEvent, ClaimRejection> {
    let coverage = purchase.coverage(claim.policy)?;
    let visit = match &claim.visit {
        None => 1,
        // What came in the device's place is still at that shop, whose doubt is to be settled there.
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
        serial: claim.serial.clone(),
        kind: coverage.kind.clone(),
        visit,
        job: claim.id.job(visit),
        terms: claim.terms.clone(),
        findings,
    })))
}

/// Rejects the papers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reject {
    /// The claim.
    pub claim: ClaimId,
    /// On what ground.
    pub code: Ground,
    /// Which exclusion, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
    /// Why, in the provider's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
}

/// Rejects the papers; the claim closes at once only where the terms have no appeal.
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
        force_majeure_says_which(command),
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
        let why = Finding::passed("appeal", "the terms have no appeal");
        let why = rests_on(why, &["claim.appeal_within_days"]);
        settlement::end_without_remedy(purchase, claim, Outcome::Rejected, cx.now, vec![why])
    };
    Ok(std::iter::once(rejected).chain(appeal_until.is_none().then(closed)).collect())
}

// ---------------------------------------------------------------- rules

fn documents_are_being_checked(claim: &Claim) -> Result<(), ClaimRejection> {
    match claim.stage {
        // C8 says it better than the stage does.
        Stage::Verification | Stage::Submission => Ok(()),
        _ => Err(ClaimRejection::wrong_stage(claim, "its papers can be accepted or rejected")),
    }
}

/// C6: a device that came to the shop in the place of the claimed one, and is in quarantine there: the claim can
/// end with that, and it goes back.
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

/// C3: papers are not judged while an answer about them is awaited.
pub(super) fn no_answer_is_awaited(claim: &Claim) -> Result<Finding, ClaimRejection> {
    claim.no_answer_is_awaited()?;
    Ok(Finding::passed("C3", "no answer is awaited").fact("questions", claim.questions.len()))
}

/// `compensated_by_seller`: a device whose price the seller gave back, or which the seller exchanged, is not
/// repaired at the provider's cost. What the seller paid in part is for the staff to weigh, and is on record.
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
        // C9: a policy that merely ends meanwhile changes nothing; what the seller refunds after its end does.
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

/// C9: a claim that was filed in time is judged by the policy as it stood then.
fn policy_as_it_stood_when_filed(claim: &Claim) -> Finding {
    Finding::passed("C9", "filed in time; judged by the policy as it stood then")
        .fact("filed_at", claim.filed_at)
        .fact("terms", &claim.terms)
}

/// C6: where the terms demand registration with the provider, the accepted form is that registration.
fn form_is_the_registration(claim: &Claim, terms: &Terms) -> Finding {
    let finding = if terms.claim.registration {
        Finding::passed("C6", "the accepted form registers the serial")
            .fact("serial", &claim.serial)
    } else {
        Finding::passed("C6", "the terms demand no registration")
    };
    rests_on(finding, &["claim.registration"])
}

/// C8: whether a dispute had been opened, and was undecided, when the papers were accepted.
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

/// An exclusion is named exactly where the ground is one.
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
            Ok(Finding::failed("C2", "the papers are not complete"))
        }
        (Ground::SerialDoesNotMatch, None) => {
            Ok(Finding::failed("C6", "the serial is not that of the device that was sold"))
        }
    }
}

/// C9: `expired` is judged when a claim is filed, never later.
fn expired_is_never_judged_later(command: &Reject) -> Result<Finding, ClaimRejection> {
    if command.exclusion == Some(Exclusion::Expired) {
        return Err(ClaimRejection::ExpiredIsJudgedAtFiling);
    }
    Ok(Finding::passed("C9", "the claim was filed in time"))
}

/// `force_majeure`: the provider must say which event it was.
fn force_majeure_says_which(command: &Reject) -> Result<Finding, ClaimRejection> {
    if command.exclusion == Some(Exclusion::ForceMajeure) && command.explanation.is_none() {
        return Err(ClaimRejection::EventNotNamed);
    }
    Ok(Finding::passed(
        "exclusions",
        "an event outside anyone's control is named, where one is meant",
    ))
}

/// `unauthorized_repair`: one that the seller agreed to in a dispute is not meant.
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
        "a repair that the seller agreed to is not held against the buyer",
    )
    .fact("seller_agreed_to_a_repair", agreed))
}
