//! Filings that were refused for their date, by the coverage dates known then. If the dates are
//! corrected and the filing would have been in time, a person reviews it; nothing is filed
//! automatically (C1, T2).

use recourse_kernel::{DeviceId, Finding, Findings, Instant, PolicyId, Principal, Refusal, Sealed};
use recourse_terms::TermsBook;
use serde::{Deserialize, Serialize};

use super::replacement::Replacement;
use super::requester::only_the_provider;
use super::review::LateFact;
use super::{ClaimEvent, ClaimRejection, Cx, Decision, Purchase, in_time, pinned};

// ---------------------------------------------------------------- events (stored permanently)

/// A claim was refused for its date but would have been in time by the corrected dates: opens a
/// review by a person. The refusal remains in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalReviewOpened {
    /// Policy id, `pol_…`.
    pub policy: PolicyId,
    /// Number of the review under the policy, from 1.
    pub review: u32,
    /// The late fact.
    pub because: LateFact,
    /// When the filing was refused.
    pub refused_at: Instant,
    /// Code of the refusal.
    pub code: String,
    /// The refusal as it was reported to the buyer.
    pub was: String,
    /// The rules, evaluated with the facts known now.
    pub findings: Findings,
}

/// A person reviewed the refusal and did what was necessary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalReviewClosed {
    /// Policy id, `pol_…`.
    pub policy: PolicyId,
    /// Number of the review under the policy, from 1.
    pub review: u32,
    /// Who closed the review.
    pub by: Principal,
    /// Outcome of the review, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

// ---------------------------------------------------------------- state

/// Codes of refusals that depend on the coverage dates.
const DATE_REFUSAL_CODES: [&str; 4] = [
    "claim.not_delivered_yet",
    "claim.before_coverage",
    "claim.expired",
    "claim.coverage_replaced",
];

/// A filing that was refused for its date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedFiling {
    /// Policy id, `pol_…`.
    pub policy: PolicyId,
    /// When it was refused.
    pub at: Instant,
    /// Code of the refusal.
    pub code: String,
    /// The refusal as it was reported to the buyer.
    pub was: String,
    /// The number that the claim would have had.
    pub claim_number: u32,
    /// Its review, once one was opened.
    pub review: Option<RefusalReview>,
}

/// A review of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalReview {
    /// Number of the review under the policy, from 1.
    pub number: u32,
    /// Whether the review is still open.
    pub is_open: bool,
}

// ---------------------------------------------------------------- evolve

impl Purchase {
    /// Keeps a refusal that depends on the coverage dates.
    pub(super) fn filing_refused(&mut self, refusal: &Refusal, at: Instant) {
        let device = refusal.facts.get("device").and_then(serde_json::Value::as_str);
        let device: Option<DeviceId> = device.and_then(|device| device.parse().ok());
        let Some(device) = device.filter(|_| DATE_REFUSAL_CODES.contains(&refusal.code.as_str()))
        else {
            return;
        };
        let policy = device.policy();
        let claim_number = self.claims_of(policy).last().map_or(0, |last| last.id.claim) + 1;
        let (code, was) = (refusal.code.clone(), refusal.detail.clone());
        self.refused.push(RefusedFiling { policy, at, code, was, claim_number, review: None });
    }

    pub(super) fn refusal_review_opened(&mut self, event: &RefusalReviewOpened) {
        let is_meant = |filing: &&mut RefusedFiling| {
            filing.policy == event.policy
                && filing.at == event.refused_at
                && filing.review.is_none()
        };
        if let Some(filing) = self.refused.iter_mut().find(is_meant) {
            filing.review = Some(RefusalReview { number: event.review, is_open: true });
        }
    }

    pub(super) fn refusal_review_closed(&mut self, event: &RefusalReviewClosed) {
        let of_policy = self.refused.iter_mut().filter(|filing| filing.policy == event.policy);
        let reviews = of_policy.filter_map(|filing| filing.review.as_mut());
        for review in reviews.filter(|review| review.number == event.review) {
            review.is_open = false;
        }
    }

    fn refusal_reviews(&self, policy: PolicyId) -> impl Iterator<Item = RefusalReview> {
        let of_policy = self.refused.iter().filter(move |filing| filing.policy == policy);
        of_policy.filter_map(|filing| filing.review)
    }
}

// ---------------------------------------------------------------- decide

/// Closes the review of a refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseRefusalReview {
    /// Policy id, `pol_…`.
    pub policy: PolicyId,
    /// Number of the review under the policy, from 1.
    pub review: u32,
    /// Outcome of the review, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

/// The provider's staff reviewed a refusal that was based on outdated dates.
pub(super) fn close(purchase: &Purchase, command: &CloseRefusalReview, cx: &Cx<'_>) -> Decision {
    let CloseRefusalReview { policy, review, note } = command.clone();
    only_the_provider(&purchase.coverage(policy)?.provider, cx)?;
    let is_meant = |open: &RefusalReview| open.is_open && open.number == review;
    if !purchase.refusal_reviews(policy).any(|open| is_meant(&open)) {
        return Err(ClaimRejection::NoSuchReview { review }.into());
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
) -> Vec<ClaimEvent> {
    let last = known.refusal_reviews(policy).map(|review| review.number).max().unwrap_or(0);
    let waiting =
        known.refused.iter().filter(|filing| filing.policy == policy && filing.review.is_none());
    let in_time_now =
        waiting.filter_map(|filing| Some((filing, recheck_filing(known, filing, book)?)));
    (last + 1..)
        .zip(in_time_now)
        .map(|(review, (filing, findings))| {
            ClaimEvent::RefusalReviewOpened(RefusalReviewOpened {
                policy,
                review,
                because,
                refused_at: filing.at,
                code: filing.code.clone(),
                was: filing.was.clone(),
                findings,
            })
        })
        .collect()
}

/// Evaluates the date rules of a filing again; `None` if one of them still refuses it.
fn recheck_filing(known: &Purchase, filing: &RefusedFiling, book: &TermsBook) -> Option<Findings> {
    let coverage = known.coverage(filing.policy).ok()?;
    let terms = pinned(&coverage.terms, book).ok()?;
    let claim = filing.policy.claim(filing.claim_number);
    let replacement = Replacement::before(known, claim, terms, coverage);
    let started: Finding = in_time::coverage_has_started(coverage, terms, filing.at).ok()?;
    let answers = in_time::policy_still_covers(coverage, replacement.as_ref(), filing.at).ok()?;
    Some(vec![started, answers])
}
