//! A purchase: its claims, and the facts known about its order, policies and disputes.

use std::collections::BTreeMap;

use recourse_kernel::{
    ClaimId, DeviceId, DisputeId, Instant, NotAllowed, PolicyId, Refusal, Wire as _,
};
use recourse_terms::Outcome;
use serde::{Deserialize, Serialize};

use super::claim::Claim;
use super::dispute::Dispute;
use super::review::{RefusalReview, RefusedFiling};
use super::stage::Stage;
use crate::domain::events::{
    Admitted, ClaimEvent, CoverageChange, CoverageEnd, CoverageNoted, DisputeEnding, DisputeNoted,
    DisputeState, Filed, PolicyCoverage, RefusalReviewClosed, RefusalReviewOpened,
    RefusalReviewOverdue, ReviewResult,
};
use crate::domain::rejection::ClaimRejection;

/// Codes of refusals that depend on the coverage dates.
const DATE_REFUSAL_CODES: [&str; 4] = [
    "claim.not_delivered_yet",
    "claim.before_coverage",
    "claim.expired",
    "claim.coverage_replaced",
];

/// All claims of one purchase, and the facts known about its order, policies and disputes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Purchase {
    /// When the order was completed, if it is (T10).
    pub completed_at: Option<Instant>,
    /// The policies sold in the order.
    pub coverages: BTreeMap<PolicyId, PolicyCoverage>,
    pub disputes: BTreeMap<DisputeId, Dispute>,
    /// The claims, open and closed.
    pub claims: BTreeMap<ClaimId, Claim>,
    /// Filings that were refused for their date.
    pub refused: Vec<RefusedFiling>,
}

impl Purchase {
    pub fn claim(&self, id: ClaimId) -> Result<&Claim, ClaimRejection> {
        self.claims.get(&id).ok_or(ClaimRejection::ClaimNotKnown { claim: id })
    }

    pub fn coverage(&self, id: PolicyId) -> Result<&PolicyCoverage, ClaimRejection> {
        self.coverages.get(&id).ok_or(ClaimRejection::PolicyNotKnown { policy: id })
    }

    /// The claims under a policy, in the order in which they were filed.
    pub fn claims_of(&self, policy: PolicyId) -> impl Iterator<Item = &Claim> {
        self.claims.range(policy.claim(0)..=policy.claim(u32::MAX)).map(|(_, claim)| claim)
    }

    /// C8: whether a dispute about the device is undecided.
    pub fn has_open_dispute(&self, device: DeviceId) -> bool {
        self.disputes_about(device).any(|dispute| dispute.state == DisputeState::Open)
    }

    /// C8: whether a dispute about the device was undecided at that time.
    pub(crate) fn dispute_was_open_at(&self, device: DeviceId, at: Instant) -> bool {
        self.disputes_about(device).any(|dispute| dispute.was_open_at(at))
    }

    /// Whether the seller paid for a repair of the device in a dispute, and so agreed to it.
    pub fn seller_agreed_to_a_repair(&self, device: DeviceId) -> bool {
        let paid_for = |dispute: &Dispute| {
            matches!(
                dispute.state,
                DisputeState::Decided { ending: DisputeEnding::RepairReimbursed, .. }
                    | DisputeState::Performed { ending: DisputeEnding::RepairReimbursed, .. }
            )
        };
        self.disputes_about(device).any(paid_for)
    }

    pub fn disputes_about(&self, device: DeviceId) -> impl Iterator<Item = &Dispute> {
        self.disputes.values().filter(move |dispute| dispute.device == device)
    }

    /// M10: the filing that a review admitted and that is not made yet; the earliest if several
    /// were.
    pub(crate) fn admission(&self, policy: PolicyId) -> Option<Admitted> {
        let admitted = self
            .refusal_reviews(policy)
            .filter_map(|review| Some(Admitted { review: review.number, as_of: review.admitted? }));
        admitted.min_by_key(|admitted| admitted.as_of)
    }

    /// The reviews of refused filings under a policy.
    pub(crate) fn refusal_reviews(&self, policy: PolicyId) -> impl Iterator<Item = RefusalReview> {
        let of_policy = self.refused.iter().filter(move |filing| filing.policy == policy);
        of_policy.filter_map(|filing| filing.review)
    }
}

impl Purchase {
    /// Applies an event. Events are facts, so this cannot fail. `at` is when it happened.
    pub(crate) fn apply(&mut self, event: &ClaimEvent, at: Instant) {
        match event {
            ClaimEvent::CoverageNoted(event) => self.coverage_noted(event),
            ClaimEvent::OrderNoted(event) => self.completed_at = Some(event.completed_at),
            ClaimEvent::DisputeNoted(event) => self.dispute_noted(event),
            ClaimEvent::RefusalReviewOpened(event) => self.refusal_review_opened(event, at),
            ClaimEvent::RefusalReviewClosed(event) => self.refusal_review_closed(event),
            ClaimEvent::RefusalReviewOverdue(event) => self.refusal_review_overdue(event),
            ClaimEvent::Filed(event) => {
                self.admission_used(event);
                self.claims.insert(event.claim, Claim::filed(event));
            }
            of_a_claim => {
                if let Some(claim) = of_a_claim.claim().and_then(|id| self.claims.get_mut(&id)) {
                    claim.apply(of_a_claim, at);
                }
            }
        }
    }

    /// Applies an event that was decided just now, and checks that each claim moves only to a stage
    /// that may follow.
    pub(crate) fn apply_decided(
        &mut self,
        event: &ClaimEvent,
        at: Instant,
    ) -> Result<(), NotAllowed> {
        let before: Vec<(ClaimId, Stage)> =
            self.claims.iter().map(|(id, claim)| (*id, claim.stage.clone())).collect();
        self.apply(event, at);
        for (id, stage) in before {
            let now = self.claims.get(&id).map(|claim| &claim.stage);
            if let Some(now) = now.filter(|now| !stage.may_become(now)) {
                let (stage, now, event) = (stage.described(), now.described(), event.type_name());
                let defect = format!("{id} is {stage}; {event} would leave it {now}");
                return Err(NotAllowed(defect));
            }
        }
        Ok(())
    }

    /// M7: of cash that the seller pays back as well, refunds recovers the excess at once; the
    /// settlement's facts include that from then on.
    fn coverage_noted(&mut self, event: &CoverageNoted) {
        let coverage = &event.coverage;
        let is_recovered = event.what == CoverageChange::Changed
            || (event.what == CoverageChange::Cancelled
                && coverage.ended == Some(CoverageEnd::RefundedInFull));
        let of_policy = self.claims.values_mut().filter(|claim| claim.policy == event.policy);
        for settled in of_policy.filter_map(|claim| claim.settled_as.as_mut()) {
            if is_recovered && settled.facts.outcome == Outcome::Refunded {
                settled.facts.refunded_by_seller = coverage.device_price_refunded;
            }
        }
        self.coverages.insert(event.policy, coverage.clone());
    }

    fn dispute_noted(&mut self, event: &DisputeNoted) {
        let before = self.disputes.get(&event.dispute);
        let (opened_at, decided_at) = match event.state {
            DisputeState::Open => (Some(event.at), None),
            DisputeState::Overdue => (before.and_then(|before| before.opened_at), None),
            DisputeState::Decided { .. }
            | DisputeState::Performed { .. }
            | DisputeState::Withdrawn => {
                (before.and_then(|before| before.opened_at), Some(event.at))
            }
        };
        let dispute = Dispute { device: event.device, state: event.state, opened_at, decided_at };
        self.disputes.insert(event.dispute, dispute);
        let noted = ClaimEvent::DisputeNoted(event.clone());
        for id in &event.claims {
            if let Some(claim) = self.claims.get_mut(id) {
                claim.apply(&noted, event.at);
            }
        }
    }

    /// Keeps a refusal that depends on the coverage dates.
    pub(crate) fn filing_refused(&mut self, refusal: &Refusal, at: Instant) {
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

    fn refusal_review_opened(&mut self, event: &RefusalReviewOpened, at: Instant) {
        let is_meant = |filing: &&mut RefusedFiling| {
            filing.policy == event.policy
                && filing.at == event.refused_at
                && filing.review.is_none()
        };
        if let Some(filing) = self.refused.iter_mut().find(is_meant) {
            filing.review = Some(RefusalReview {
                number: event.review,
                opened_at: at,
                close_by: event.close_by,
                is_late: false,
                is_open: true,
                admitted: None,
            });
        }
    }

    fn refusal_review_closed(&mut self, event: &RefusalReviewClosed) {
        for review in self.reviews_numbered(event.policy, event.review) {
            review.is_open = false;
            if let ReviewResult::Admit { as_of } = event.result {
                review.admitted = Some(as_of);
            }
        }
    }

    fn refusal_review_overdue(&mut self, event: &RefusalReviewOverdue) {
        for review in self.reviews_numbered(event.policy, event.review) {
            review.is_late = true;
        }
    }

    /// M10: an admission counts for one claim.
    fn admission_used(&mut self, event: &Filed) {
        let Some(admitted) = event.admitted else { return };
        for review in self.reviews_numbered(event.policy, admitted.review) {
            review.admitted = None;
        }
    }

    fn reviews_numbered(
        &mut self,
        policy: PolicyId,
        number: u32,
    ) -> impl Iterator<Item = &mut RefusalReview> {
        let of_policy = self.refused.iter_mut().filter(move |filing| filing.policy == policy);
        let reviews = of_policy.filter_map(|filing| filing.review.as_mut());
        reviews.filter(move |review| review.number == number)
    }
}
