//! The one appeal, of a rejection or of a verdict. Another reviewer decides it, never the person
//! who made the decision.

use chrono::TimeDelta;
use recourse_kernel::{ClaimId, Finding, Findings, Instant, Principal, Sealed, Tried};
use recourse_terms::{Outcome, Terms, Verdict};
use serde::{Deserialize, Serialize};

use super::chain::third_repair_did_not_cure;
use super::claim::Remedying;
use super::explanation::rests_on;
use super::inspection::VerdictRecorded;
use super::requester::{only_named_staff, only_the_buyer};
use super::{
    Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage, pinned, settlement,
    verification,
};

// ---------------------------------------------------------------- events (stored permanently)

/// The buyer appealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appealed {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// What is appealed.
    pub of: AppealOf,
    /// The buyer's grounds, sealed.
    pub grounds: Sealed,
    /// Deadline of the decision (T8): the reviewer has as many days as the buyer had for the
    /// appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Instant>,
}

/// What can be appealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOf {
    /// The rejection of the documents.
    Rejection,
    /// The shop's verdict.
    Verdict,
}

/// Another reviewer decided the appeal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppealDecided {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// What was appealed.
    pub of: AppealOf,
    /// Whether the buyer was right, which overturns the rejection or the verdict.
    pub upheld: bool,
    /// Who decided the appeal.
    pub by: Principal,
    /// The reviewer's explanation, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

// ---------------------------------------------------------------- state

/// The one appeal of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealState {
    /// What was appealed.
    pub of: AppealOf,
    /// Whether the appeal was upheld; `None` until it is decided.
    pub upheld: Option<bool>,
    /// Deadline of the decision; `None` once it has passed.
    pub decide_by: Option<Instant>,
}

impl Claim {
    /// What an undecided appeal is about, if there is one.
    pub fn open_appeal(&self) -> Option<AppealOf> {
        self.appeal.filter(|appeal| appeal.upheld.is_none()).map(|appeal| appeal.of)
    }
}

/// T8: the deadline for deciding the open appeal, unless it has passed already.
pub(super) fn undecided_until(claim: &Claim) -> Option<Instant> {
    claim.appeal.filter(|appeal| claim.is_open() && appeal.upheld.is_none())?.decide_by
}

/// Until when the buyer can still appeal a rejection or withdraw; `None` while an appeal is open.
pub(super) fn appeal_open_until(claim: &Claim) -> Option<Instant> {
    match claim.stage {
        Stage::Rejected { appeal_until, .. } if claim.open_appeal().is_none() => Some(appeal_until),
        _ => None,
    }
}

// ---------------------------------------------------------------- evolve

impl Claim {
    pub(super) fn appealed(&mut self, event: &Appealed) {
        self.appeal = Some(AppealState { of: event.of, upheld: None, decide_by: event.decide_by });
        // Open offers were based on a verdict that is now in doubt.
        for offer in &mut self.offers {
            offer.answered = true;
        }
    }

    pub(super) fn appeal_decided(&mut self, event: &AppealDecided) {
        self.appeal =
            Some(AppealState { of: event.of, upheld: Some(event.upheld), decide_by: None });
    }
}

// ---------------------------------------------------------------- decide

/// Appeals the rejection or the verdict, whichever is in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appeal {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// The buyer's grounds, sealed.
    pub grounds: Sealed,
}

/// A buyer can appeal once, within the period that the terms give.
pub(super) fn appeal(purchase: &Purchase, command: &Appeal, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    rules.all([only_one_appeal(claim)]);
    let (of, until) = rules.need(what_can_be_appealed(claim, terms))?;
    rules.all([appeal_comes_in_time(until, cx)]);
    rules.passed()?;
    let grounds = command.grounds.clone();
    let days = terms.claim.appeal_within_days;
    let decide_by = days.map(|days| cx.now + TimeDelta::days(days.into()));
    Ok(vec![ClaimEvent::Appealed(Appealed { claim: claim.id, of, grounds, decide_by })])
}

/// Decides an appeal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecideAppeal {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Whether the buyer is right.
    pub upheld: bool,
    /// The reviewer's explanation, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
}

/// An overturned rejection accepts the documents; an overturned verdict becomes `covered`. A
/// rejection that is confirmed closes the claim.
pub(super) fn decide_appeal(purchase: &Purchase, command: &DecideAppeal, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_named_staff(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let of = claim.open_appeal().ok_or(ClaimRejection::NoOpenAppeal)?;
    let reviewer = another_reviewer(claim, cx)?;
    let decided = ClaimEvent::AppealDecided(AppealDecided {
        claim: claim.id,
        of,
        upheld: command.upheld,
        by: cx.principal.clone(),
        explanation: command.explanation.clone(),
        findings: vec![reviewer.clone()],
    });
    let end = match (&claim.stage, command.upheld) {
        (Stage::Rejected { .. }, true) => {
            Some(verification::accepted(purchase, claim, vec![reviewer])?)
        }
        (Stage::Rejected { .. }, false) => Some(close_after_rejection(purchase, claim, cx.now)),
        (Stage::Remedy(remedying), true) => {
            Some(verdict_turned(claim, remedying, terms, reviewer, cx))
        }
        _ => None,
    };
    Ok(std::iter::once(decided).chain(end).collect())
}

/// Closes the claim, because its rejection is final.
pub(super) fn close_after_rejection(
    purchase: &Purchase,
    claim: &Claim,
    now: Instant,
) -> ClaimEvent {
    let why = match claim.appeal {
        Some(_) => Finding::passed("appeal", "the appeal did not overturn the rejection"),
        None => Finding::passed("appeal", "the appeal period has ended"),
    };
    settlement::end_without_remedy(purchase, claim, Outcome::Rejected, now, vec![why])
}

fn verdict_turned(
    claim: &Claim,
    remedying: &Remedying,
    terms: &Terms,
    reviewer: Finding,
    cx: &Cx<'_>,
) -> ClaimEvent {
    let (third_unsuccessful, repairs) = third_repair_did_not_cure(claim, Verdict::Covered, terms);
    ClaimEvent::VerdictRecorded(Box::new(VerdictRecorded {
        claim: claim.id,
        job: remedying.job,
        verdict: Verdict::Covered,
        cause: remedying.cause.clone(),
        by: cx.principal.clone(),
        found_at: cx.now,
        third_unsuccessful,
        appeal_until: None,
        terms: claim.terms.clone(),
        findings: vec![reviewer, repairs],
    }))
}

// ---------------------------------------------------------------- rules

/// A buyer can appeal once.
fn only_one_appeal(claim: &Claim) -> Result<Finding, ClaimRejection> {
    match claim.appeal {
        Some(_) => Err(ClaimRejection::AppealedAlready),
        None => Ok(Finding::passed("appeal", "the claim was not appealed before")),
    }
}

/// A rejection can be appealed, and so can a verdict that grants the buyer nothing; also says until
/// when.
fn what_can_be_appealed(
    claim: &Claim,
    terms: &Terms,
) -> Result<(AppealOf, Instant), ClaimRejection> {
    match &claim.stage {
        Stage::Rejected { appeal_until, .. } => Ok((AppealOf::Rejection, *appeal_until)),
        Stage::Remedy(remedying) => Ok((AppealOf::Verdict, until_when(remedying, terms)?)),
        _ => Err(ClaimRejection::NothingToAppeal),
    }
}

/// An appeal must be made within the appeal period of the terms.
fn appeal_comes_in_time(until: Instant, cx: &Cx<'_>) -> Result<Finding, ClaimRejection> {
    if cx.now >= until {
        return Err(ClaimRejection::TooLateToAppeal { until });
    }
    let finding = Finding::passed("appeal", "the appeal is in time").fact("until", until);
    Ok(rests_on(finding, &["claim.appeal_within_days"]))
}

/// A verdict that grants the buyer nothing can be appealed until a remedy is chosen.
fn until_when(remedying: &Remedying, terms: &Terms) -> Result<Instant, ClaimRejection> {
    if remedying.verdict == Verdict::Covered || remedying.chosen.is_some() {
        return Err(ClaimRejection::NothingToAppeal);
    }
    // Verdicts recorded by an earlier release did not carry the deadline.
    let reported = remedying.appeal_until;
    reported
        .or_else(|| appeal_period_of_verdict(remedying.verdict, terms, remedying.found_at))
        .ok_or(ClaimRejection::NoAppeal)
}

/// The appeal period starts when the buyer could first read the verdict: when it was recorded,
/// however long ago the shop found it. `None` if the verdict grants the buyer everything or the
/// terms have no appeal.
pub(super) fn appeal_period_of_verdict(
    verdict: Verdict,
    terms: &Terms,
    recorded_at: Instant,
) -> Option<Instant> {
    let days = terms.claim.appeal_within_days.filter(|_| verdict != Verdict::Covered)?;
    Some(recorded_at + TimeDelta::days(days.into()))
}

/// Another reviewer of the same provider decides an appeal, never the person who made the decision.
/// If the provider has only one adjuster, the appeal stays undecided and its deadline escalates it
/// (T8).
fn another_reviewer(claim: &Claim, cx: &Cx<'_>) -> Result<Finding, ClaimRejection> {
    let first = match &claim.stage {
        Stage::Rejected { by, .. } => by,
        Stage::Remedy(remedying) => &remedying.found_by,
        _ => return Err(ClaimRejection::NoOpenAppeal),
    };
    if first.subject == cx.principal.subject {
        return Err(ClaimRejection::SameReviewer);
    }
    Ok(Finding::passed("appeal", "another reviewer decided the appeal")
        .fact("decided_by", first)
        .fact("looked_at_by", cx.principal))
}

/// No decision is based on a verdict that is under appeal.
pub(super) fn no_appeal_is_open(claim: &Claim) -> Result<Finding, ClaimRejection> {
    match claim.open_appeal() {
        Some(_) => Err(ClaimRejection::AppealIsOpen),
        None => Ok(Finding::passed("appeal", "no appeal is open")),
    }
}
