//! The one appeal, of a rejection or of a verdict. Another reviewer decides it, never the person
//! who made the decision.

use chrono::TimeDelta;
use recourse_kernel::{Finding, Instant};
use recourse_terms::{Terms, Verdict};

use super::rests_on;
use crate::domain::Cx;
use crate::domain::events::AppealOf;
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Remedying, Stage};

/// A buyer can appeal once.
pub(crate) fn only_one_appeal(claim: &Claim) -> Result<Finding, ClaimRejection> {
    match claim.appeal {
        Some(_) => Err(ClaimRejection::AppealedAlready),
        None => Ok(Finding::passed("appeal", "the claim was not appealed before")),
    }
}

/// A rejection can be appealed, and so can a verdict that grants the buyer nothing; also says until
/// when.
pub(crate) fn what_can_be_appealed(
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
pub(crate) fn appeal_comes_in_time(until: Instant, cx: &Cx<'_>) -> Result<Finding, ClaimRejection> {
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
pub(crate) fn appeal_period_of_verdict(
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
pub(crate) fn another_reviewer(claim: &Claim, cx: &Cx<'_>) -> Result<Finding, ClaimRejection> {
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
pub(crate) fn no_appeal_is_open(claim: &Claim) -> Result<Finding, ClaimRejection> {
    match claim.open_appeal() {
        Some(_) => Err(ClaimRejection::AppealIsOpen),
        None => Ok(Finding::passed("appeal", "no appeal is open")),
    }
}
