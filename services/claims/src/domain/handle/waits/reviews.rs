//! T11: reviews, chains to contest, and payments to approve.

use recourse_kernel::{Owner, PolicyId, Wait, WaitKind};

use super::marked;
use crate::domain::events::{ClaimEvent, RefusalReviewOverdue};
use crate::domain::state::{ChainChange, Claim, Purchase, RefusalReview, Review};

/// T11: the provider closes a review of decisions.
pub(super) fn review(claim: &Claim) -> Vec<Wait> {
    let wait = |review: &Review| {
        let wait = Wait::new(claim.id, WaitKind::Review, Owner::Provider, review.opened_at);
        marked(claim, wait.number(review.number).until(review.close_by))
    };
    claim.open_reviews().map(wait).collect()
}

/// T11, C12: the buyer may contest a chain that the adjuster made; after that it is final.
pub(super) fn chain_contest(claim: &Claim) -> Vec<Wait> {
    let change = claim.chain_to_contest();
    let open = change.filter(|change| !claim.is_late(WaitKind::ChainContest, 0, change.contest_by));
    let wait = |change: &ChainChange| {
        Wait::new(claim.id, WaitKind::ChainContest, Owner::Buyer, change.changed_at)
            .until(change.contest_by)
    };
    open.map(wait).into_iter().collect()
}

/// T11, M10: another person of the provider approves a payment above the limit.
pub(super) fn goodwill_approval(claim: &Claim) -> Vec<Wait> {
    let waiting = claim.goodwill.iter().filter(|granted| granted.is_owed.is_none());
    let waits = waiting.filter_map(|granted| {
        let kind = WaitKind::GoodwillApproval;
        let wait = Wait::new(claim.id, kind, Owner::Provider, granted.granted_at);
        Some(marked(claim, wait.number(granted.number).until(granted.approve_by?)))
    });
    waits.collect()
}

/// T11: the provider closes a review of a refused filing.
pub(super) fn refusal_reviews(purchase: &Purchase) -> Vec<Wait> {
    let reviews =
        purchase.refused.iter().filter_map(|filing| Some((filing.policy, filing.review?)));
    let open = reviews.filter(|(_, review)| review.is_open);
    let wait = |(policy, review): (PolicyId, RefusalReview)| {
        Wait::new(policy, WaitKind::Review, Owner::Provider, review.opened_at)
            .number(review.number)
            .until(review.close_by)
            .late(review.is_late)
    };
    open.map(wait).collect()
}

/// T8: the provider did not close the review of a refusal in time.
pub(super) fn refusal_review_missed(
    purchase: &Purchase,
    policy: PolicyId,
    wait: &Wait,
) -> Vec<ClaimEvent> {
    let Some(coverage) = purchase.coverages.get(&policy) else { return Vec::new() };
    vec![ClaimEvent::RefusalReviewOverdue(RefusalReviewOverdue {
        policy,
        review: wait.number,
        due: wait.until.unwrap_or(wait.since),
        owner: wait.owner,
        escalated_to: coverage.provider.to_string(),
    })]
}
