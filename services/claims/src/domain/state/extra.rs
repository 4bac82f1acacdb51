//! What the provider's staff add to a claim: payments that are not owed (M10), and changes of its
//! chain (C12).

use recourse_kernel::{Instant, Money, Principal};
use recourse_terms::Outcome;
use serde::{Deserialize, Serialize};

use crate::domain::events::{AppealOf, GoodwillApproved, GoodwillDeclined};
use crate::domain::events::{Chain, ChainChanged, ChainContested, GoodwillGranted, ReviewResult};
use crate::domain::state::{AppealState, Claim, Stage};

/// A payment that the provider granted (M10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goodwill {
    /// Number of the payment in the claim, from 1.
    pub number: u32,
    pub amount: Money,
    pub by: Principal,
    pub granted_at: Instant,
    /// Until when another person approves it; absent if it needs no approval.
    pub approve_by: Option<Instant>,
    /// Whether it is owed; `None` while another person has to approve it.
    pub is_owed: Option<bool>,
}

/// A change of the chain that the buyer can contest (C12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainChange {
    pub by: Principal,
    /// The chain before.
    pub was: Chain,
    pub changed_at: Instant,
    pub contest_by: Instant,
}

impl Claim {
    /// M10: the payments that were granted and, if necessary, approved.
    pub fn goodwill_owed(&self) -> Vec<Money> {
        let owed = self.goodwill.iter().filter(|granted| granted.is_owed == Some(true));
        owed.map(|granted| granted.amount).collect()
    }

    /// C12: the change of the chain, while the buyer has not contested it.
    pub(crate) fn chain_to_contest(&self) -> Option<&ChainChange> {
        let is_over = matches!(self.outcome(), Some(Outcome::Withdrawn | Outcome::Rejected));
        let is_contested = self.appeal_of(AppealOf::Chain).is_some();
        self.chain_change.as_ref().filter(|_| !is_over && !is_contested)
    }

    pub(super) fn goodwill_granted(&mut self, event: &GoodwillGranted, at: Instant) {
        self.goodwill.push(Goodwill {
            number: event.goodwill,
            amount: event.amount,
            by: event.by.clone(),
            granted_at: at,
            approve_by: event.approve_by,
            is_owed: (!event.needs_approval).then_some(true),
        });
    }

    pub(super) fn goodwill_approved(&mut self, event: &GoodwillApproved) {
        self.goodwill_decided(event.goodwill, true);
    }

    pub(super) fn goodwill_declined(&mut self, event: &GoodwillDeclined) {
        self.goodwill_decided(event.goodwill, false);
    }

    fn goodwill_decided(&mut self, number: u32, is_owed: bool) {
        let decided = self.goodwill.iter_mut().find(|granted| granted.number == number);
        if let Some(granted) = decided {
            granted.is_owed = Some(is_owed);
        }
    }

    pub(super) fn chain_changed(&mut self, event: &ChainChanged, at: Instant) {
        self.chain = event.chain.clone();
        self.repairs_elsewhere = event.repairs_elsewhere;
        if let Some(contest_by) = event.contest_by {
            // A chain that was changed again can be contested again (C11).
            self.decided_again(AppealOf::Chain);
            let (by, was) = (event.by.clone(), event.was.clone());
            self.chain_change = Some(ChainChange { by, was, changed_at: at, contest_by });
        }
        let Some(third_unsuccessful) = event.third_unsuccessful else { return };
        let turned = |found: &mut super::Remedying| {
            let was = found.third_unsuccessful;
            found.third_unsuccessful = third_unsuccessful;
            // What the shop declared remains so (T5).
            found.beyond_repair = third_unsuccessful || (found.beyond_repair && !was);
        };
        if let Stage::Remedy(found) = &mut self.stage {
            turned(found);
        }
        if let Some(found) = &mut self.found {
            turned(found);
        }
    }

    /// C11, C12: a contested chain is decided like an appeal.
    pub(super) fn chain_contested(&mut self, event: &ChainContested, at: Instant) {
        self.appeals.push(AppealState {
            of: AppealOf::Chain,
            appealed_at: at,
            upheld: None,
            decide_by: Some(event.decide_by),
            escalated_at: None,
            is_outdated: false,
        });
        self.wait_for_the_chain(at);
    }

    /// M10: the date that counts. What a review pays or claims back is among the facts of the
    /// settlement.
    pub(super) fn review_came_to(&mut self, result: ReviewResult) {
        if let ReviewResult::Admit { as_of } = result {
            self.counts_as_filed_at = as_of;
        }
    }
}
