//! Filings that were refused for their date, by the coverage dates known then. If the dates are
//! corrected and the filing would have been in time, a person reviews it; nothing is filed
//! automatically (C1, T2).

use recourse_kernel::{Findings, PolicyId};
use recourse_terms::{Terms, TermsBook};

use crate::domain::commands::CloseRefusalReview;
use crate::domain::events::{
    ClaimEvent, LateFact, PolicyCoverage, RefusalReviewClosed, RefusalReviewOpened,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::in_time::{coverage_has_started, policy_still_covers};
use crate::domain::rules::pinned;
use crate::domain::rules::replacement::Replacement;
use crate::domain::rules::requester::only_the_provider;
use crate::domain::state::{Purchase, RefusedFiling};
use crate::domain::{Cx, Decision};

/// The provider's staff reviewed a refusal that was based on outdated dates.
pub(super) fn close(purchase: &Purchase, command: &CloseRefusalReview, cx: &Cx<'_>) -> Decision {
    let CloseRefusalReview { policy, review, note } = command.clone();
    only_the_provider(&purchase.coverage(policy)?.provider, cx)?;
    let meant = purchase.refusal_reviews(policy).find(|known| known.number == review);
    if !meant.ok_or(ClaimRejection::ReviewNotKnown { review })?.is_open {
        return Err(ClaimRejection::ReviewNotOpen { review }.into());
    }
    let by = cx.principal.clone();
    Ok(vec![ClaimEvent::RefusalReviewClosed(RefusalReviewClosed { policy, review, by, note })])
}

/// C1, T2, T7: opens reviews of the filings under a policy that were refused for their date and
/// would be in time by the dates known now.
pub(super) fn reviews(
    known: &Purchase,
    policy: PolicyId,
    because: LateFact,
    book: &TermsBook,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let last = known.refusal_reviews(policy).map(|review| review.number).max().unwrap_or(0);
    let is_waiting = |filing: &&RefusedFiling| filing.policy == policy && filing.review.is_none();
    let mut waiting = known.refused.iter().filter(is_waiting).peekable();
    if waiting.peek().is_none() {
        return Ok(Vec::new());
    }
    let coverage = known.coverage(policy)?;
    let terms = pinned(&coverage.terms, book)?;
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
