//! Appeals of a rejection or of a verdict, and the buyer's consent (C11). Another reviewer decides,
//! never the person who made the decision; if that takes too long, the marketplace.

use recourse_kernel::{Finding, Instant, Tried};
use recourse_terms::{Outcome, Terms, Verdict};

use super::{chain, endings, verification};
use crate::domain::commands::{Appeal, Consent, DecideAppeal};
use crate::domain::events::{
    AppealDecided, AppealOf, Appealed, ClaimEvent, Consented, Remedy, Side, VerdictRecorded,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::appeal::{
    appeal_comes_in_time, grounds_are_given, no_appeal_is_open, only_one_appeal,
    what_can_be_appealed, who_decides,
};
use crate::domain::rules::chain::third_repair_did_not_cure;
use crate::domain::rules::pinned;
use crate::domain::rules::requester::only_the_buyer;
use crate::domain::rules::waits::{due_after, provider_acts_by};
use crate::domain::state::{Claim, Purchase, Remedying, Stage};
use crate::domain::{Cx, Decision};

/// C11: a buyer can appeal each decision once, within the period that the terms give.
pub(super) fn appeal(purchase: &Purchase, command: &Appeal, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    rules.all([grounds_are_given(command.characters), no_appeal_is_open(claim)]);
    let (of, until) = rules.need(what_can_be_appealed(claim, terms))?;
    rules.all([only_one_appeal(claim, of), appeal_comes_in_time(until, cx)]);
    rules.passed()?;
    let grounds = command.grounds.clone();
    let decide_by = Some(due_after(claim, terms, terms.waits.appeal_decision, cx));
    Ok(vec![ClaimEvent::Appealed(Appealed { claim: claim.id, of, grounds, decide_by })])
}

/// C11: the buyer consents to the ending that the decision leads to, which is carried out at once.
pub(super) fn consent(purchase: &Purchase, command: &Consent, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    let mut rules = Tried::default();
    rules.all([no_appeal_is_open(claim)]);
    rules.passed()?;
    let why = Finding::passed("C11", "the buyer consented before the appeal period was over");
    let end = match &claim.stage {
        Stage::Rejected { .. } => {
            let closed =
                endings::end_without_remedy(purchase, claim, Outcome::Rejected, cx.now, vec![why]);
            vec![closed]
        }
        Stage::Remedy(found) if found.verdict != Verdict::Covered && found.chosen.is_none() => {
            return_unrepaired(purchase, claim, Side::Buyer, why, cx)?
        }
        _ => return Err(ClaimRejection::NothingToAppeal.into()),
    };
    let consented = ClaimEvent::Consented(Consented { claim: claim.id, at: cx.now });
    Ok(std::iter::once(consented).chain(end).collect())
}

/// Stage 4, T11: the device goes back unrepaired, at the cost that the terms name.
pub(super) fn return_unrepaired(
    purchase: &Purchase,
    claim: &Claim,
    by: Side,
    why: Finding,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let coverage = purchase.coverage(claim.policy)?;
    let findings = vec![why];
    let outcome = Outcome::ReturnedUnrepaired;
    Ok(vec![
        endings::chosen(claim, Remedy::ReturnUnrepaired, by, None, findings.clone()),
        endings::start(coverage, claim, outcome, cx.now, findings),
    ])
}

/// An overturned rejection accepts the documents; an overturned verdict becomes `covered`. A
/// rejection that is confirmed closes the claim.
pub(super) fn decide(purchase: &Purchase, command: &DecideAppeal, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let open = claim.open_appeal();
    if open.is_none() {
        crate::domain::rules::requester::only_named_staff(&claim.provider, cx)?;
    }
    let appeal = open.ok_or(ClaimRejection::NoOpenAppeal)?;
    let reviewer = who_decides(purchase, claim, appeal, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let is_confirmed = appeal.of == AppealOf::Verdict && !command.upheld;
    let verdict = claim.verdict().filter(|_| is_confirmed);
    let decided = ClaimEvent::AppealDecided(AppealDecided {
        claim: claim.id,
        of: appeal.of,
        upheld: command.upheld,
        by: cx.principal.clone(),
        explanation: command.explanation.clone(),
        act_by: verdict.map(|verdict| provider_acts_by(claim, verdict, terms, cx)),
        findings: vec![reviewer.clone()],
    });
    let restored_by = reviewer.clone();
    let end = match (&claim.stage, appeal.of, command.upheld) {
        (Stage::Rejected { .. }, AppealOf::Rejection, true) => {
            Some(verification::accepted(purchase, claim, false, vec![reviewer])?)
        }
        (Stage::Rejected { .. }, AppealOf::Rejection, false) => {
            Some(close_after_rejection(purchase, claim, cx.now))
        }
        (_, AppealOf::Verdict, true) => {
            let found = claim.found.as_ref();
            found.map(|found| verdict_turned(claim, found, terms, reviewer, cx))
        }
        _ => None,
    };
    let chain = match appeal.of {
        AppealOf::Chain => {
            chain::appeal_decided(claim, purchase, command.upheld, &restored_by, cx)?
        }
        AppealOf::Rejection | AppealOf::Verdict => Vec::new(),
    };
    Ok(std::iter::once(decided).chain(end).chain(chain).collect())
}

/// Closes the claim, because its rejection is final.
pub(super) fn close_after_rejection(
    purchase: &Purchase,
    claim: &Claim,
    now: Instant,
) -> ClaimEvent {
    let why = match claim.appeal_of(AppealOf::Rejection) {
        Some(_) => Finding::passed("appeal", "the appeal did not overturn the rejection"),
        None => Finding::passed("appeal", "the appeal period has ended"),
    };
    endings::end_without_remedy(purchase, claim, Outcome::Rejected, now, vec![why])
}

fn verdict_turned(
    claim: &Claim,
    found: &Remedying,
    terms: &Terms,
    reviewer: Finding,
    cx: &Cx<'_>,
) -> ClaimEvent {
    let (third_unsuccessful, repairs) = third_repair_did_not_cure(claim, Verdict::Covered, terms);
    ClaimEvent::VerdictRecorded(Box::new(VerdictRecorded {
        claim: claim.id,
        job: found.job,
        verdict: Verdict::Covered,
        cause: found.cause.clone(),
        defects: Vec::new(),
        by: cx.principal.clone(),
        found_at: cx.now,
        third_unsuccessful,
        appeal_until: None,
        act_by: Some(provider_acts_by(claim, Verdict::Covered, terms, cx)),
        terms: claim.terms.clone(),
        findings: vec![reviewer, repairs],
    }))
}
