//! Filings that were refused for their day, by the days of cover as they were known then. When the days are
//! corrected and such a filing would have been in time, a person looks at it; nothing is filed by itself (C1, T2).

use recourse_kernel::{DeviceId, Finding, Findings, Instant, PolicyId, Principal, Refusal, Sealed};
use recourse_terms::TermsBook;
use serde::{Deserialize, Serialize};

use super::replacement::Replacement;
use super::requester::only_the_provider;
use super::review::LateFact;
use super::{ClaimEvent, ClaimRejection, Cx, Decision, Purchase, in_time, pinned};

// ---------------------------------------------------------------- events (formats, kept for ever)

/// A claim was refused for its day, and by the days as they are known now it would have been in time: for a
/// person to look at. The refusal is not turned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalReviewOpened {
    /// The policy.
    pub policy: PolicyId,
    /// The review's number under the policy, from 1.
    pub review: u32,
    /// What came late.
    pub because: LateFact,
    /// When the claim was to be filed, and was refused.
    pub refused_at: Instant,
    /// The refusal's code.
    pub code: String,
    /// What was said then.
    pub was: String,
    /// The rules, as they would decide now.
    pub findings: Findings,
}

/// Somebody looked at it, and did what was to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalReviewClosed {
    /// The policy.
    pub policy: PolicyId,
    /// The review.
    pub review: u32,
    /// Who looked at it.
    pub by: Principal,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

// ---------------------------------------------------------------- state

/// The codes of refusals that rest on the days of cover.
const FOR_THEIR_DAY: [&str; 4] = [
    "claim.not_delivered_yet",
    "claim.before_coverage",
    "claim.expired",
    "claim.coverage_replaced",
];

/// A filing that was refused for its day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedFiling {
    /// The policy.
    pub policy: PolicyId,
    /// When.
    pub at: Instant,
    /// The refusal's code.
    pub code: String,
    /// What was said.
    pub was: String,
    /// The number that the claim would have had.
    pub would_be_claim: u32,
    /// Its review, once there is one.
    pub review: Option<RefusalReview>,
}

/// A review of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalReview {
    /// Its number under the policy, from 1.
    pub number: u32,
    /// Whether nobody has looked at it yet.
    pub is_open: bool,
}

// ---------------------------------------------------------------- evolve

impl Purchase {
    /// Keeps a refusal that rests on the days of cover.
    pub(super) fn filing_refused(&mut self, refusal: &Refusal, at: Instant) {
        let device = refusal.facts.get("device").and_then(serde_json::Value::as_str);
        let device: Option<DeviceId> = device.and_then(|device| device.parse().ok());
        let Some(device) = device.filter(|_| FOR_THEIR_DAY.contains(&refusal.code.as_str())) else {
            return;
        };
        let policy = device.policy();
        let would_be_claim = self.claims_of(policy).last().map_or(0, |last| last.id.claim) + 1;
        let (code, was) = (refusal.code.clone(), refusal.detail.clone());
        self.refused.push(RefusedFiling { policy, at, code, was, would_be_claim, review: None });
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

/// Ends a review of a refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseRefusalReview {
    /// The policy.
    pub policy: PolicyId,
    /// The review.
    pub review: u32,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

/// The provider's staff looked at a refusal that rested on other days.
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

/// C1, T2, T7: the filings under a policy that were refused for their day, and would be in time by the days as
/// they are known now.
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
        waiting.filter_map(|filing| Some((filing, filed_again(known, filing, book)?)));
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

/// The rules about the day of a filing, tried again; nothing where one of them still refuses it.
fn filed_again(known: &Purchase, filing: &RefusedFiling, book: &TermsBook) -> Option<Findings> {
    let coverage = known.coverage(filing.policy).ok()?;
    let terms = pinned(&coverage.terms, book).ok()?;
    let claim = filing.policy.claim(filing.would_be_claim);
    let replacement = Replacement::before(known, claim, terms, coverage);
    let started: Finding = in_time::coverage_has_started(coverage, terms, filing.at).ok()?;
    let answers = in_time::policy_answers_still(coverage, replacement.as_ref(), filing.at).ok()?;
    Some(vec![started, answers])
}
