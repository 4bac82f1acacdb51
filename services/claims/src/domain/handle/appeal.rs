//! Appeals of a rejection or of a verdict, and the buyer's consent (C11). Another reviewer decides,
//! never the person who made the decision; if that takes too long, the marketplace.

use recourse_kernel::{Finding, Instant, Tried};
use recourse_terms::{Outcome, Verdict};

use super::{chain, endings, overturned, verification};
use crate::domain::commands::{Appeal, Consent, DecideAppeal};
use crate::domain::events::{
    AppealDecided, AppealOf, Appealed, ClaimEvent, Consented, Remedy, Side,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::appeal::{
    appeal_comes_in_time, appeal_that_is_decided, grounds_are_given, no_appeal_is_open_of,
    only_one_appeal, what_can_be_appealed, who_decides,
};
use crate::domain::rules::pinned;
use crate::domain::rules::requester::{only_named_staff, only_the_buyer};
use crate::domain::rules::waits::{due_after, provider_resumes_by};
use crate::domain::state::{Claim, Purchase, Stage};
use crate::domain::{Cx, Decision};

/// C11: a buyer can appeal each decision once, within the period that the terms give.
pub(super) fn appeal(purchase: &Purchase, command: &Appeal, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    rules.all([grounds_are_given(command.characters)]);
    let (of, until) = rules.need(what_can_be_appealed(claim, terms))?;
    rules.all([
        no_appeal_is_open_of(claim, of),
        only_one_appeal(claim, of),
        appeal_comes_in_time(until, cx),
    ]);
    rules.passed()?;
    let grounds = command.grounds.clone();
    let decide_by = Some(due_after(claim, terms, terms.waits.appeal_decision, cx));
    Ok(vec![ClaimEvent::Appealed(Appealed { claim: claim.id, of, grounds, decide_by })])
}

/// C11: the buyer consents to the ending that the decision leads to, which is carried out at once.
/// C4: what is covered is repaired all the same.
pub(super) fn consent(purchase: &Purchase, command: &Consent, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    let of = match &claim.stage {
        Stage::Rejected { .. } => AppealOf::Rejection,
        _ => AppealOf::Verdict,
    };
    no_appeal_is_open_of(claim, of)?;
    if claim.loss_is_to_be_compensated() {
        return Err(ClaimRejection::ProviderLostIt.into());
    }
    let why = Finding::passed("C11", "the buyer consented before the appeal period was over");
    let mut act_by = None;
    let end = match &claim.stage {
        Stage::Rejected { .. } => {
            let closed =
                endings::end_without_remedy(purchase, claim, Outcome::Rejected, cx.now, vec![why]);
            vec![closed]
        }
        Stage::Remedy(found) if found.verdict != Verdict::Covered && found.chosen.is_none() => {
            return_unrepaired(purchase, claim, Side::Buyer, why, cx)?
        }
        Stage::Remedy(_) if claim.appeal_until().is_some_and(|until| cx.now < until) => {
            act_by = provider_resumes_by(claim, pinned(&claim.terms, cx.reference)?, cx);
            let finished = claim.is_repaired_in_part();
            finished
                .then(|| overturned::repaired(purchase, claim, why, cx))
                .transpose()?
                .into_iter()
                .collect()
        }
        _ => return Err(ClaimRejection::NothingToAppeal.into()),
    };
    let consented = ClaimEvent::Consented(Consented { claim: claim.id, at: cx.now, act_by });
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
    if claim.open_appeals().next().is_none() {
        only_named_staff(&claim.provider, cx)?;
    }
    let appeal = appeal_that_is_decided(claim, command.of)?;
    let reviewer = who_decides(purchase, claim, appeal, cx)?;
    let decided = ClaimEvent::AppealDecided(AppealDecided {
        claim: claim.id,
        of: appeal.of,
        upheld: command.upheld,
        by: cx.principal.clone(),
        explanation: command.explanation.clone(),
        act_by: provider_acts_again_by(claim, appeal.of, command.upheld, cx)?,
        findings: vec![reviewer.clone()],
    });
    let mut after = claim.clone();
    after.apply(&decided, cx.now);
    let mut events = vec![decided];
    events.extend(match (appeal.of, command.upheld) {
        (AppealOf::Rejection, true) => {
            vec![verification::accepted(purchase, &after, false, vec![reviewer])?]
        }
        (AppealOf::Rejection, false) => vec![close_after_rejection(purchase, &after, cx.now)],
        (AppealOf::Verdict, true) => overturned::verdict(purchase, &after, &reviewer, cx)?,
        (AppealOf::Verdict, false) => overturned::confirmed(purchase, &after, cx)?,
        (AppealOf::Chain, upheld) => {
            chain::appeal_decided(&after, purchase, upheld, &reviewer, cx)?
        }
    });
    Ok(events)
}

/// T11, T12: until when the provider acts if the appeal prevented that and it is its turn again.
fn provider_acts_again_by(
    claim: &Claim,
    of: AppealOf,
    upheld: bool,
    cx: &Cx<'_>,
) -> Result<Option<Instant>, ClaimRejection> {
    let was_prevented = match of {
        AppealOf::Rejection => false,
        AppealOf::Verdict => !upheld,
        AppealOf::Chain => claim.verdict() == Some(Verdict::Covered),
    };
    let terms = pinned(&claim.terms, cx.reference)?;
    Ok(provider_resumes_by(claim, terms, cx).filter(|_| was_prevented))
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
