//! Filings that were refused for their date, by the coverage dates known then. If the dates are
//! corrected and the filing would have been in time, a person reviews it; nothing is filed
//! automatically (C1, T2).

use recourse_kernel::{Findings, PolicyId};
use recourse_terms::Terms;

use crate::domain::commands::{CloseRefusalReview, ResultKind};
use crate::domain::events::{
    ClaimEvent, LateFact, PolicyCoverage, RefusalReviewClosed, RefusalReviewOpened, ReviewResult,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::in_time::{coverage_has_started, policy_still_covers};
use crate::domain::rules::pinned;
use crate::domain::rules::replacement::Replacement;
use crate::domain::rules::requester::only_the_provider;
use crate::domain::state::{Purchase, RefusedFiling};
use crate::domain::{Cx, Decision};

/// The provider's staff reviewed a refusal that was based on outdated dates. M10: admitted, the
/// claim can be filed with the date of the refused filing.
pub(super) fn close(purchase: &Purchase, command: &CloseRefusalReview, cx: &Cx<'_>) -> Decision {
    let CloseRefusalReview { policy, review, result, note } = command.clone();
    only_the_provider(&purchase.coverage(policy)?.provider, cx)?;
    let of_policy = purchase.refused.iter().filter(|filing| filing.policy == policy);
    let mut reviewed = of_policy.filter_map(|filing| Some((filing.at, filing.review?)));
    let meant = reviewed.find(|(_, known)| known.number == review);
    let (refused_at, meant) = meant.ok_or(ClaimRejection::ReviewNotKnown { review })?;
    if !meant.is_open {
        return Err(ClaimRejection::ReviewNotOpen { review }.into());
    }
    let result = match result {
        ResultKind::Nothing => ReviewResult::Nothing,
        ResultKind::Admit => ReviewResult::Admit { as_of: refused_at },
        ResultKind::Pay | ResultKind::ClaimBack => return Err(ClaimRejection::NoDifference.into()),
    };
    let by = cx.principal.clone();
    let closed = RefusalReviewClosed { policy, review, by, result, note };
    Ok(vec![ClaimEvent::RefusalReviewClosed(closed)])
}

/// C1, T2, T7: opens reviews of the filings under a policy that were refused for their date and
/// would be in time by the dates known now.
pub(super) fn reviews(
    known: &Purchase,
    policy: PolicyId,
    because: LateFact,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let last = known.refusal_reviews(policy).map(|review| review.number).max().unwrap_or(0);
    let is_waiting = |filing: &&RefusedFiling| filing.policy == policy && filing.review.is_none();
    let mut waiting = known.refused.iter().filter(is_waiting).peekable();
    if waiting.peek().is_none() {
        return Ok(Vec::new());
    }
    let coverage = known.coverage(policy)?;
    let terms = pinned(&coverage.terms, cx.reference)?;
    let close_by = cx.reference.after(terms, &coverage.country, cx.now, terms.waits.review);
    // Those that a rule still refuses need no review.
    let in_time_now = waiting.filter_map(|filing| {
        let findings = in_time(known, filing, terms, coverage).ok()?;
        Some((filing, findings))
    });
    let open = |(review, (filing, findings)): (u32, (&RefusedFiling, Findings))| {
        ClaimEvent::RefusalReviewOpened(RefusalReviewOpened {
            policy,
            review,
            because,
            refused_at: filing.at,
            code: filing.code.clone(),
            was: filing.was.clone(),
            close_by,
            findings,
        })
    };
    Ok((last + 1..).zip(in_time_now).map(open).collect())
}

/// The date rules of a filing, by the dates known now.
fn in_time(
    known: &Purchase,
    filing: &RefusedFiling,
    terms: &Terms,
    coverage: &PolicyCoverage,
) -> Result<Findings, ClaimRejection> {
    let claim = filing.policy.claim(filing.claim_number);
    let replacement = Replacement::before(known, claim, terms, coverage);
    let started = coverage_has_started(coverage, terms, filing.at)?;
    let covers = policy_still_covers(coverage, replacement.as_ref(), filing.at)?;
    Ok(vec![started, covers])
}
